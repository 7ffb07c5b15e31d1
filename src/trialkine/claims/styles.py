"""What sort of number a reading gives: it decides how it is printed and which difference matters."""

from __future__ import annotations

from trialkine.claims.measures import MEASURES
from trialkine.claims.record import Reading
from trialkine.report.metrics import is_rate

SHARES = "responders/"  # the part of an assay's summary that holds fractions
STYLES = ("fraction", "months", "days", "fold", "number")


def style_of(reading: Reading) -> str:
    """How the reading's number is printed: fraction, fold (of baseline), months, days or number."""
    if reading.measure:
        return MEASURES[reading.measure].style
    if reading.path.startswith(SHARES):
        return "fraction"
    name = reading.metric or reading.path
    if name.endswith("_months"):
        return "months"
    if name.startswith("biomarker_"):
        return "fold"
    is_fraction = is_rate(name) or name.endswith(("share", "fraction"))
    return "fraction" if is_fraction or name.rpartition("/")[2] == "orr" else "number"
