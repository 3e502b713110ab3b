"""What an earlier release compiled and stored goes on as it was."""

from __future__ import annotations

import base64
import zlib

import orjson

from engine import runtime
from engine.runtime import Run

#: A case that a message cancels, compiled when such a process was wrapped into a sub-process.
SOURCE = (
    "eJzlVclu2zAQ/ZWA5yi0s1wE10CDuJc2aVDkVvdAU2NFiESqJBXHCPLvHYraqMVODgUK9CYN571ZHmf4SrZSZcyQ"
    "cH5KciU5aE1CsgE0Azkl2yQFNPx8JYJlgCdoixTbJSLGn0UE20QkJpFCn7xkqdCf1uTRmDykdLfbncksPpMqpjoH"
    "Tq/vb+/o+Ww+m12dX9Lb7zerb2viUCFnWSEi1qIrg0PzR8gYnZ/N6CbPBIKSCD0j/DBMxWDuMDWdMw5oNWuyXOCv"
    "ZjE4vwz9bPL4qY3M14QuF1WlzsEVa2n16gV4YdgmLalUgdblWiw0xjGrZxDGIcr/kqjQoB6YfnL2nVRPpRlE1HHH"
    "P2u1RPC7AMHhSyp37oxhXC0LxeEHbFvqqjJna2iH8E0P7lw9dCd6sbnvFm7bkaOSFqCSOAYF0fW+TPxI+YiDyHYa"
    "XgwIjfqvUsjQQS8XlXQh9jgHZRIY2va1IFwqBSmzF+gr7DGPZ5YW9kDIsmA6RkZHglaKl0neNJfypDK7RmSOsq3G"
    "1uYLqAHG9YNpBflAwao7ngo18xAf9fHWs69gE5+2ImItefPVmcQlsaMMOUM5/88hdfkKPUeHQokQwwi+32LLw7ox"
    "dYL1vKFzaBebaGLRdso7g1NTX76Huhkv9B+y16cHR8yD1hjqH2tc0p2RpRP3eoLq0JUfh/yz89BfcK7VQZDgtojs"
    "NRn02fcIgpHNXit+flzxavuib1/t4ctQ014cpy03OLJe9Fk/8rBMVPpXHhpflAFXGToI+uocfQf7AEx0I+0GUnu/"
    "p1fvH84gAAtFMzOG4RKLHuR4tBPOsIr0MzfJc2L2zbihMFcHJvRDb5NXznjrvLStjM2SGQydV543fA1oMPgdoJPz"
    "YBI979EUJmK3AfwE+vd0Oo2+5yjywAwcvF1t4KlH9u3X2x+XNfnp"
)
STATE = (
    '{"format":1,"serializer":"1.5","count":21,"outcome":null,"tree":{"tasks":[["dec7'
    '30f8bc88e13b7219",null,"Start",64,3,{"in":1,"start":"start"},{"no":7},[]],["c29d'
    '037ea2edb1612fc4","dec730f8bc88e13b7219","before--inside.BoundaryEventSplit",64,'
    '9,{"in":1},{},[]],["d539376c17e06adca5d5","c29d037ea2edb1612fc4","before--inside'
    '",32,12,{"in":1},{},[]],["80019596b99898578276","c29d037ea2edb1612fc4","stopping'
    '--event",8,15,{"waits":{"stopped":"7"}},{},[]]]},"subprocesses":[["d539376c17e06'
    'adca5d5",{"tasks":[["6c1413d7c4d881e6e8a5",null,"Start",64,16,{"in":1},{"no":7},'
    '[]],["33cfd8a83eb7bd1a126b","6c1413d7c4d881e6e8a5","before--inside--start",64,19'
    ',{"in":1},{},[]],["7d8b7a0b7c2a38fa734c","33cfd8a83eb7bd1a126b","work",16,21,{"i'
    'n":1},{},[]]]}]]}'
)


def _case() -> Run:
    return Run.restore(runtime.load(base64.b64decode(SOURCE)), STATE.encode())


def test_it_is_cancelled_as_before() -> None:
    case = _case()
    stopped, work = sorted(case.waiting(), key=lambda waiting: waiting.element.id)
    assert (stopped.element.id, stopped.key, work.element.id) == ("stopped", "7", "work")
    case.deliver(stopped.task_id, {})
    assert [waiting.element.id for waiting in case.waiting()] == ["see"]
    case.complete(case.waiting()[0].task_id, {})
    assert case.ended
    assert case.outcome is not None
    assert case.outcome.id == "ended"


def test_it_ends_as_before() -> None:
    case = _case()
    case.complete(next(w.task_id for w in case.waiting() if w.element.id == "work"), {})
    assert case.ended
    assert case.outcome is not None
    assert case.outcome.id == "end"


def test_it_can_move_to_a_version_of_today() -> None:
    old = runtime.load(base64.b64decode(SOURCE))
    files = orjson.loads(zlib.decompress(old.source))["files"]
    new = runtime.compile(old.process_id, [file["drawing"].encode() for file in files])
    moved = runtime.move(old, new, STATE.encode())
    assert moved.obstacles == []
    ended, stopped = (Run.restore(new, moved.state) for _ in range(2))
    assert {w.task_id for w in ended.waiting()} == {w.task_id for w in _case().waiting()}
    assert ended.data == {"no": 7}
    ended.complete(next(w.task_id for w in ended.waiting() if w.element.id == "work"), {})
    assert ended.ended
    assert ended.outcome is not None
    assert ended.outcome.id == "end"
    stopped.deliver(next(w.task_id for w in stopped.waiting() if w.element.id == "stopped"), {})
    assert [waiting.element.id for waiting in stopped.waiting()] == ["see"]
    stopped.complete(stopped.waiting()[0].task_id, {})
    assert stopped.ended
