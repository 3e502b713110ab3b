"""Which file carries which step of the manual: the one table that says so.

A step stands in exactly one file of `processes/`, on the element whose property `manual` names it.
"""

from __future__ import annotations


def _steps(procedure: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"{procedure}{number}" for number in numbers)


#: File stem to the steps drawn in it.
STEPS_OF_FILE: dict[str, tuple[str, ...]] = {
    "new_client": _steps("N", 1, 2, 3, 4, 5, 6, 7, 19, 23),
    "existing_client": ("E1",),
    "client_project": _steps("E", 2, 3, 4, 5, 16, 20),
    "campaign_planning": _steps("C", 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12),
    "creative_direction": _steps("D", 1, 2, 3, 4, 6, 7, 8, 9),
    "order_sign_off": ("N8", "E6"),
    "work_order": _steps("N", 9, 10, 11, 12) + _steps("E", 7, 8, 9, 10),
    "production": (),
    "deliverable_sign_off": ("N13", "E11"),
    "proposal_to_contract": _steps("N", 14, 15, 16, 17, 18) + _steps("E", 12, 13, 14, 15),
    "delivery": _steps("N", 20, 21, 22) + _steps("E", 17, 18, 19),
    "research": ("C5", "D5"),
    "brainstorm": (),
    "presentation": (),
    "execution": _steps("C", 13, 14, 15, 16, 17) + _steps("D", 10, 11, 12, 13, 14),
}
