"""What a protocol says before its trial has begun that tells who will be enrolled and how they will fare."""

from __future__ import annotations

from collections.abc import Mapping

from trialkine.trial.protocol import Protocol
from trialkine.trial.quantities import Dose

FACTS = ("pretreated", "untreated", "fit", "one_centre", "high_dose", "randomised", "decades")
"""The names of the facts."""
FIRST_YEAR = 1995
YEARS = 10.0
INTERLEUKIN_2 = "aldesleukin"
HIGH_DOSE = 300_000.0
"""From here on a dose of interleukin-2 is a high one, in IU/kg."""
SHORT_INFUSION = 0.25
UNITS = {"IU": 1.0, "kIU": 1e3, "MIU": 1e6}
PER_KG = {"kg": 1.0, "m2": 1.0 / 40.0, "flat": 1.0 / 70.0}


def trial_facts(protocol: Protocol) -> Mapping[str, float]:
    """Facts of a trial by name, each 0 where it is not known.

    `pretreated` and `untreated`: 1 where only such patients are enrolled; `fit`: 1 where performance status 2
    is excluded; `one_centre`: 1 for a single centre, -1 for several; `high_dose`: 1 where an arm gives
    interleukin-2 in doses for which patients are chosen; `randomised`: 1 for several randomised arms;
    `decades`: decades since 1995, from the year of publication.

    Units: [1], decades [10 years].
    """
    lines, source = protocol.eligibility.prior_lines, protocol.source
    year = source.year if source is not None else None
    centres = source.centres if source is not None else None
    return {
        "pretreated": float(lines is not None and 0 not in lines),
        "untreated": float(lines == (0,)),
        "fit": float(max(protocol.eligibility.performance_status) <= 1),
        "one_centre": {"one": 1.0, "several": -1.0}.get(centres or "", 0.0),
        "high_dose": float(_is_high_dose(protocol)),
        "randomised": float(protocol.arms_are == "randomised" and len(protocol.arms) > 1),
        "decades": (year - FIRST_YEAR) / YEARS if year is not None else 0.0,
    }


def _is_high_dose(protocol: Protocol) -> bool:
    """Whether any arm gives boluses of interleukin-2 that need an intensive ward."""
    return any(
        line.agent == INTERLEUKIN_2
        and line.route.name == "intravenous"
        and (line.route.infusion_days or 0.0) <= SHORT_INFUSION
        and (units_per_kg(line.dose) or 0.0) >= HIGH_DOSE
        for arm in protocol.arms
        for line in arm.treatment
    )


def units_per_kg(dose: Dose) -> float | None:
    """A dose by weight, where a square metre stands for 40 kg and a patient for 70; None of another unit.

    Units: returns [IU/kg].
    """
    return dose.amount * UNITS[dose.unit] * PER_KG[dose.basis] if dose.unit in UNITS else None
