"""Numbers as a report prints them: never NaN, and what is undefined says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.report.times import named_days, time_words
from trialkine.statistics.estimate import Estimate

NOT_REACHED = "not reached"
UNDEFINED = "undefined"
_NOT_APPLICABLE = ("no dose was due", "no toxicity that is followed", "nobody responded")
BANNER = "Simulated data. Not for treating patients."
BANNER_DETAIL = (
    "No patient in this report exists. The numbers come from a mathematical model and must not guide "
    "the care of anyone."
)


@dataclass(frozen=True)
class Cell:
    """A number for a table: the estimate, its interval, and a remark where something is undefined."""

    value: str
    interval: str = ""
    remark: str = ""

    @property
    def in_a_line(self) -> str:
        """The number with its interval, for running text and narrow tables."""
        return f"{self.value} ({self.interval})" if self.interval else self.value


def percent_cell(rate: Estimate) -> Cell:
    """A fraction in percent."""
    return _cell(rate, scale=100.0, decimals=1, unit=" %")


def months_cell(months: Estimate) -> Cell:
    """A time in months."""
    return _cell(months, scale=1.0, decimals=1, unit="")


def count_cell(count: Estimate) -> Cell:
    """A mean number of things."""
    return _cell(count, scale=1.0, decimals=1, unit="")


def metric_cell(name: str, estimate: Estimate) -> Cell:
    """The cell of a metric under its published name."""
    if "_rate" in name or name in ("orr", "relative_dose_intensity_mean") or name.startswith("biomarker_"):
        return percent_cell(estimate)
    return months_cell(estimate) if name.endswith("_months") else count_cell(estimate)


def metric_label(name: str) -> str:
    """What a metric is called in a table."""
    fixed = {
        "orr": "Objective response (CR + PR)",
        "cr_rate": "Complete response",
        "pr_rate": "Partial response",
        "sd_rate": "Stable disease",
        "pd_rate": "Progressive disease",
        "ne_rate": "No scan after baseline",
        "pfs_median_months": "Median progression-free survival, months",
        "ttp_median_months": "Median time to progression, months",
        "rfs_median_months": "Median relapse-free survival, months",
        "os_median_months": "Median overall survival, months",
        "dor_median_months": "Median duration of response, months",
        "doses_given_mean": "Doses given, mean per patient",
        "relative_dose_intensity_mean": "Relative dose intensity, mean",
        "grade34_rate": "Grade 3 or 4 toxicity",
        "toxic_death_rate": "Death from treatment",
    }
    if name in fixed:
        return fixed[name]
    if name.startswith("pfs_rate_"):
        return f"Progression-free at {name.removeprefix('pfs_rate_').removesuffix('w')} weeks"
    if name.startswith("rfs_rate_"):
        return f"Relapse-free at {name.removeprefix('rfs_rate_').removesuffix('m')} months"
    if name.startswith("os_rate_"):
        return f"Alive at {name.removeprefix('os_rate_').removesuffix('m')} months"
    if name.startswith("biomarker_"):
        biomarker, _, time = name.removeprefix("biomarker_").rpartition("_")
        return f"{plain_name(biomarker)} {time_words(named_days(time))}, of baseline"
    return plain_name(name)


def plain_name(name: str) -> str:
    """An identifier as words, with the abbreviations that readers know in capitals."""
    text = " ".join(_plain_word(word) for word in name.split("_"))
    text = re.sub(r"\binterleukin (\d+)", r"interleukin-\1", text)
    return text[:1].upper() + text[1:]


def _plain_word(word: str) -> str:
    if word in ("vegf", "t"):
        return word.upper()
    if re.fullmatch(r"il\d+", word):
        return f"IL-{word.removeprefix('il')}"
    return word.upper() if re.fullmatch(r"[a-z]+\d+", word) else word


def p_value_words(p_value: float | None, why: str = "") -> str:
    """A p-value to two significant digits."""
    if p_value is None:
        return f"no p-value: {why}" if why else "no p-value"
    if p_value < 0.0001:
        return "p < 0.0001"
    return f"p = {p_value:.2g}" if p_value < 0.1 else f"p = {p_value:.2f}"


def signed(value: float) -> str:
    """A difference with its sign, to one decimal."""
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def whole(number: float) -> str:
    """A count with thousands apart."""
    return f"{number:,.0f}"


def listed(parts: Sequence[str]) -> str:
    """Words joined as in a sentence."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def as_number(value: float) -> str:
    """A parameter's value to at most five significant digits."""
    return f"{value:.5g}"


def _cell(found: Estimate, *, scale: float, decimals: int, unit: str) -> Cell:
    def shown(value: float | None) -> str:
        return NOT_REACHED if value is None else f"{scale * value:.{decimals}f}".replace("-", "−")

    if found.estimate is None:
        if found.why.startswith(_NOT_APPLICABLE):
            return Cell("–", remark=found.why)
        if not found.why.startswith("not reached"):
            return Cell(UNDEFINED, remark=found.why or "no value")
        reason = found.why.removeprefix("not reached").lstrip(": ")
        interval = f"{shown(found.low)} to {NOT_REACHED}" if found.low is not None else ""
        return Cell(NOT_REACHED, interval, reason)
    if found.low is None and found.high is None:
        return Cell(f"{shown(found.estimate)}{unit}", remark=found.why)
    return Cell(f"{shown(found.estimate)}{unit}", f"{shown(found.low)} to {shown(found.high)}", "")
