"""Rehearse a drawing in memory: nothing is stored, nobody is bothered.

| file | what it holds |
| --- | --- |
| stage, play | what is rehearsed, and one case of it |
| rehearsing, surveying, walking | one run; many at random; one that a person walks through |
| chance, cast | what happens next and what is answered; who plays |
| reading, shapes, expectations, inventing | what drawings expect of data; values made up from it |
"""

from __future__ import annotations

from engine.rehearsal.cast import Cast
from engine.rehearsal.rehearsing import Rehearsal, rehearse
from engine.rehearsal.stage import Stage, prepare
from engine.rehearsal.surveying import End, Stuck, Survey, survey, survey_of
from engine.rehearsal.walking import Act, Done, Spot, Walk

__all__ = [
    "Act",
    "Cast",
    "Done",
    "End",
    "Rehearsal",
    "Spot",
    "Stage",
    "Stuck",
    "Survey",
    "Walk",
    "prepare",
    "rehearse",
    "survey",
    "survey_of",
]
