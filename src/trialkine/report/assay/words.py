"""How the assay's numbers and groups are put into words."""

from __future__ import annotations

from trialkine.report.words import Cell, whole
from trialkine.statistics.estimate import Estimate

SAMPLE_WORDS = {
    "whole-blood": "whole blood",
    "pbmc": "mononuclear blood cells",
    "purified-cd8": "sorted CD8 T cells",
}
GROUP_WORDS = {"healthy": "healthy donors", "metastatic": "patients with metastatic cancer", "all": "all"}


def group_words(group: str, size: int | None = None) -> str:
    """A group in words, with its size if given."""
    words = GROUP_WORDS[group]
    return words if size is None else f"{whole(size)} {words}"


def number_cell(found: Estimate, unit: str = "") -> Cell:
    """A number to three significant digits with its interval, or why there is none."""
    if found.estimate is None:
        return Cell("undefined", remark=found.why or "no value")
    value = f"{digits(found.estimate)}{' ' + unit if unit else ''}"
    if found.low is None or found.high is None:
        return Cell(value, remark=found.why)
    return Cell(value, f"{digits(found.low)} to {digits(found.high)}")


def digits(value: float) -> str:
    """A number to two or three significant digits, zero as zero."""
    if abs(value) < 5e-5:
        return "0"
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1000 else whole(value)
