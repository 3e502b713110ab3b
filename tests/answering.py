"""Fill in a form as a person would: every required field, with values that fit the field."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from engine import forms
from engine.expressions import Context
from engine.forms import Form, Pool

#: Who may be named in a field for a person; with a group, one of its members.
PEOPLE = {"": ["ae", "ex1", "ex2"], "executor": ["ex1", "ex2"]}


def filled(
    form: Form,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    context: Context,
    *,
    random: Random | None = None,
    document: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give answers that the form accepts; `wanted` ones come first, the rest is made up."""
    pool = Pool(PEOPLE, document, random)
    return forms.example(form, values, data, context, pool=pool, wanted=wanted)
