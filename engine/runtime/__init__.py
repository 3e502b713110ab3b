"""Running a diagram: compile it once, then start cases of it and move them one step at a time.

SpiffWorkflow executes; nothing outside this package knows it. A `Program` is a diagram with
all that it calls; a `Run` is one case. Whatever a case waits for is one kind of thing, a
`Waiting`, which the host completes: a person's task, a worker's, a message, a timer.

| file | what it holds |
| --- | --- |
| prepare, parts, links, handlers, refusals | a copy of the drawing, rewritten into what runs right |
| parser, program | from the prepared diagrams to specs, kept together as one version |
| specs, joins, events, raising, timers, activities | what each element does |
| tree, changes, log | a case's tasks, their data, and what is noted on the way |
| run, state, pruning | one case: moving it, storing it, keeping it small |
| moving, transplant, unwrapping, likeness, soundness | a running case on another version |
"""

from __future__ import annotations

from engine.runtime.log import ContextOf, no_context
from engine.runtime.moving import Entered, Moved, move
from engine.runtime.prepare import prepare
from engine.runtime.program import Program, compile, load
from engine.runtime.records import Step, Thrown, Waiting
from engine.runtime.run import MAX_STEPS, Run
from engine.runtime.state import StateUnreadable
from engine.runtime.transplant import Obstacle

__all__ = [
    "MAX_STEPS",
    "ContextOf",
    "Entered",
    "Moved",
    "Obstacle",
    "Program",
    "Run",
    "StateUnreadable",
    "Step",
    "Thrown",
    "Waiting",
    "compile",
    "load",
    "move",
    "no_context",
    "prepare",
]
