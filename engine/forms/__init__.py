"""Forms: what a task asks, shown and checked from the one definition in the drawing.

A form is read from an element's fields; `initial` says what it shows first, `visible` what it
asks now, `check` whether answers will do, and `schema` tells other programs what to send.
"""

from __future__ import annotations

from engine.forms import money, values
from engine.forms.checking import Allowed, check, problem, rows_problem
from engine.forms.display import NO, YES, Directory, listed, shown
from engine.forms.example import Pool, example, made_up
from engine.forms.form import MOST_ROWS, FieldItem, Form, RowsItem, form_of
from engine.forms.json_schema import schema
from engine.forms.sheet import ORIGIN, Cell, Row, Rows, blank, case_rows, initial, lay, visible

__all__ = [
    "MOST_ROWS",
    "NO",
    "ORIGIN",
    "YES",
    "Allowed",
    "Cell",
    "Directory",
    "FieldItem",
    "Form",
    "Pool",
    "Row",
    "Rows",
    "RowsItem",
    "blank",
    "case_rows",
    "check",
    "example",
    "form_of",
    "initial",
    "lay",
    "listed",
    "made_up",
    "money",
    "problem",
    "rows_problem",
    "schema",
    "shown",
    "values",
    "visible",
]
