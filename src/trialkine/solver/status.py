"""How a patient's integration can end, each with advice. A failed patient is a counted row, no error."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """The state of one patient's integration."""

    OK = 0
    TOO_MANY_STEPS = 1
    STEP_TOO_SMALL = 2
    NOT_FINITE = 3
    TOO_MANY_INFUSIONS = 4

    @property
    def advice(self) -> str:
        """One sentence for the report."""
        return _ADVICE[self]


_ADVICE = {
    Status.OK: "",
    Status.TOO_MANY_STEPS: "Ran out of steps; raise `most_steps`, or look for equations that oscillate, "
    "jump, or drain what is empty, at the patient's last time.",
    Status.STEP_TOO_SMALL: "The step fell below `smallest_step`; look for a blow-up or a slope that is no "
    "number at the patient's last time, or lower it for rates above a billion per day.",
    Status.NOT_FINITE: "A value was not a number at the start; look at the patient's parameters.",
    Status.TOO_MANY_INFUSIONS: "More infusions ran at once than there are slots; shorten or merge them.",
}


class DoseFate(IntEnum):
    """What became of a planned dose."""

    NOT_DUE = -1
    HELD = 0
    GIVEN = 1
    DROPPED = 2
