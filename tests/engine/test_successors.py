"""What comes next, as a task's page says it: in this diagram and in the one that called it."""

from __future__ import annotations

from engine import database, definitions
from engine.database import Sessions
from engine.models import Instance
from engine.successors import next_steps
from tests.engine.agency import Agency
from tests.engine.drawings import deploy, draw

SIGNED = draw(
    "signing",
    """
    start asked
    user sign lane=account_director
    end answered lane=executor
    asked > sign > answered
    """,
)
CALLER = draw(
    "caller",
    """
    start begin lane=account_executive
    call first lane=executor calls=signing
    choice good lane=executor default=deliver
    user repair lane=executor
    call second lane=executor calls=signing
    user deliver lane=executor
    end done lane=executor
    begin > first > good > deliver > second > done
    good > repair if ${1 == 2}
    repair > first
    """,
)


def names(sessions: Sessions, process_id: str, element_id: str, *, within: str = "") -> list[str]:
    """Say the steps after an element; `within` is the procedure of the case."""
    with database.reading(sessions) as session:
        definition = definitions.current(session, within or process_id)
        drawing = definitions.drawing(session, definition.id)
        element = drawing.element(process_id, element_id)
        assert element is not None
        return [
            ("+" if step.together else "") + (step.after.zh and f"{step.after.zh}: ") + step.name.zh
            for step in next_steps(session, drawing, element)
        ]


def test_it_names_what_follows_in_the_caller(sessions: Sessions) -> None:
    deploy(sessions, SIGNED, CALLER)
    assert names(sessions, "signing", "sign", within="caller") == ["deliver", "done", "repair"]
    assert names(sessions, "signing", "sign") == ["answered"], "called by nobody"


def test_it_knows_which_call_the_case_is_in(sessions: Sessions) -> None:
    agency = Agency(sessions, SIGNED, CALLER)
    number = agency.start("ae", "caller")
    assert told(agency, number) == ["deliver", "repair"]
    agency.do("ad", number, "sign")
    agency.do("ex1", number, "deliver")
    assert told(agency, number) == ["done"]


def told(agency: Agency, number: str) -> list[str]:
    with agency.acting("ad") as (session, _):
        instance = session.query(Instance).filter_by(number=number).one()
        drawing = definitions.drawing(session, instance.definition_id)
        element = drawing.element("signing", "sign")
        assert element is not None
        return [s.name.zh for s in next_steps(session, drawing, element, case=instance)]


def test_it_goes_on_after_the_end_of_a_sub_process(sessions: Sessions) -> None:
    drawing = """
    start begin lane=account_executive
    sub part lane=executor
    start inner inside=part
    user work inside=part
    end worked inside=part
    user check lane=executor
    end done lane=executor
    begin > part > check > done
    inner > work > worked
    """
    deploy(sessions, draw("parted", drawing))
    assert names(sessions, "parted", "work") == ["check"]


def test_it_says_what_happens_together_and_what_is_one_or_the_other(sessions: Sessions) -> None:
    drawing = """
    start begin lane=account_executive
    user work lane=executor
    both split lane=executor
    user left lane=executor
    user right lane=executor
    user maybe lane=executor optional=true
    both join lane=executor
    choice good lane=executor default=done
    user again lane=executor
    end done lane=executor
    begin > work > split
    split > left > join
    split > right > join
    split > maybe > join
    join > good > done
    good > again if ${1 == 2}
    again > done
    """
    deploy(sessions, draw("forked", drawing))
    assert names(sessions, "forked", "work") == ["left", "+right"], "optional ones are no step"
    assert names(sessions, "forked", "left") == ["done", "again"], "the usual way comes first"


def test_it_says_what_is_waited_for_first(sessions: Sessions) -> None:
    drawing = """
    start begin lane=account_executive
    user work lane=executor
    catch answered lane=executor message=answer correlationKey=case.number
    user read lane=executor
    end done lane=executor
    begin > work > answered > read > done
    """
    deploy(sessions, draw("patient", drawing))
    assert names(sessions, "patient", "work") == ["answered: read"]


def test_it_follows_only_the_usual_way_into_what_is_entered(sessions: Sessions) -> None:
    drawing = """
    start begin lane=account_executive
    user work lane=executor
    sub part lane=executor
    start inner inside=part
    choice fresh inside=part default=ask
    user ask inside=part
    user later inside=part
    end asked inside=part
    end done lane=executor
    begin > work > part > done
    inner > fresh > ask > asked
    fresh > later if ${1 == 2}
    later > asked
    """
    deploy(sessions, draw("entered", drawing))
    assert names(sessions, "entered", "work") == ["ask"]


def test_it_names_an_outcome_instead_of_guessing_what_the_caller_makes_of_it(
    sessions: Sessions,
) -> None:
    signing = draw(
        "deciding",
        """
        start asked lane=account_director
        user sign lane=account_director
        choice well lane=account_director default=notarise
        user notarise lane=account_director
        end signed lane=account_director
        end refused lane=account_director
        asked > sign > well > notarise > signed
        well > refused if ${1 == 2}
        """,
    )
    caller = draw(
        "asking",
        """
        start begin lane=account_executive
        call contract lane=executor calls=deciding
        choice signed lane=executor default=deliver
        user deliver lane=executor
        user mourn lane=executor
        end done lane=executor
        begin > contract > signed > deliver > done
        signed > mourn if ${1 == 2}
        mourn > done
        """,
    )
    deploy(sessions, signing, caller)
    assert names(sessions, "deciding", "sign", within="asking") == ["notarise", "refused"]
    assert names(sessions, "deciding", "notarise", within="asking") == ["deliver"]


def test_it_goes_on_over_links_conditions_and_ends_at_an_error(sessions: Sessions) -> None:
    drawn = draw(
        "odd_ways",
        """
        start begin lane=executor fields="big:boolean"
        user work lane=executor default=small
        throw jump link=Over
        catch land link=Over
        user large lane=executor
        user small lane=executor
        sub part lane=executor
        start inner inside=part
        user deed inside=part lane=executor
        end failed inside=part error=failed
        boundary caught on=part error=failed
        user after lane=executor
        end done
        begin > work > jump if ${big}
        work > small > part > done
        land > large > done
        caught > after > done
        inner > deed > failed
        """,
    )
    deploy(sessions, drawn)
    assert names(sessions, "odd_ways", "work") == ["small", "large"]
    assert names(sessions, "odd_ways", "deed") == ["failed"]


def test_it_may_be_the_same_step_again(sessions: Sessions) -> None:
    drawing = """
    start begin lane=account_executive
    user serve lane=account_executive
    choice more lane=account_executive default=serve
    end done lane=account_executive
    begin > serve > more > serve
    more > done if ${1 == 2}
    """
    deploy(sessions, draw("again", drawing))
    assert names(sessions, "again", "serve") == ["serve", "done"]
