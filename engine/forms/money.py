"""Money: typed as "12,345.67", kept as whole minor units (fen), never as a float."""

from __future__ import annotations

import re
import unicodedata

#: Largest whole number that JSON carries safely everywhere.
LIMIT = 2**53 - 1
_WRITTEN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?([万亿]?)", re.ASCII)
#: By how many places Chinese moves the point.
_PLACES = {"": 0, "万": 4, "亿": 8}


def parse(written: str) -> int:
    """Read an amount in major units; "1,200万", full-width digits and a sign are understood.

    Raises ValueError for anything else, also for a fraction of a minor unit.
    """
    plain = unicodedata.normalize("NFKC", written).strip(" \t¥元")
    match = _WRITTEN.fullmatch(plain)
    if match is None or len(plain) > 30:
        raise ValueError(written)
    sign, whole, decimals, unit = match.groups()
    places = 2 + _PLACES[unit]
    decimals = (decimals or "").ljust(places, "0")
    if len(decimals) > places:
        raise ValueError(written)
    amount = int(whole.replace(",", "") + decimals)
    return -amount if sign else amount


def show(amount: int) -> str:
    """Write minor units as major units with two decimals: 1234567 is "12,345.67"."""
    whole, decimals = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}.{decimals:02}"
