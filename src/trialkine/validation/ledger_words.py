"""How the pages of a validation name outcomes, and print shares, months and intervals."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from trialkine.agents.catalogue import agent_book
from trialkine.diseases.disease import disease_names, load_disease
from trialkine.report.words import metric_label, plain_name
from trialkine.trial.reported import CHANGE, is_fraction
from trialkine.validation.ledger import Interval, LedgerRow, Predictive

NOT_REACHED = "not reached"
NOTHING = "–"
CALIBRATION = "calibration"
PREDICTION = "prediction"
_MONTHS = "_months"
_TEN_PERCENT = 10.0
_SHORT = {
    "pr_rate": "partial response",
    "sd_rate": "stable disease",
    "pd_rate": "progressive disease",
    "pfs_median_months": "PFS",
    "ttp_median_months": "TTP",
    "grade34_rate": "grade 3 or 4",
    "toxic_death_rate": "death",
    "doses_given_mean": "mean",
    "doses_given_median": "median",
}


def metric_words(metric: str) -> str:
    """What an outcome is called, without its unit."""
    progression = re.fullmatch(r"ttp_rate_(\d+)w", metric)
    if progression:
        return f"No progression at {progression[1]} weeks"
    if metric == "doses_given_median":
        return "Doses given, median per patient"
    return metric_label(metric).removesuffix(", months")


def short_metric(metric: str) -> str:
    """An outcome in a word or two, for rows under a title that says the rest."""
    if metric in _SHORT:
        return _SHORT[metric]
    landmark = re.fullmatch(r"(pfs|ttp|rfs|os)_rate_(\d+)([wm])", metric)
    if landmark is None:
        return metric_words(metric)
    when = f"{landmark[2]} {'weeks' if landmark[3] == 'w' else 'months'}"
    return f"{landmark[1].upper()} at {when}" if landmark[3] == "w" else f"at {when}"


def is_share(metric: str) -> bool:
    """Whether the values of an outcome are printed in percent."""
    return is_fraction(metric) or CHANGE.fullmatch(metric) is not None


def unit_of(metric: str) -> str:
    """The unit in which values are printed: ' %', ' months' or none."""
    if is_share(metric):
        return " %"
    return " months" if metric.endswith(_MONTHS) else ""


def shown(metric: str, value: float | None) -> str:
    """A value of an outcome without its unit, to one decimal."""
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return NOT_REACHED
    return f"{100 * value if is_share(metric) else value:.1f}".replace("-", "−")


def with_unit(metric: str, value: float | None) -> str:
    """A value of an outcome with its unit."""
    text = shown(metric, value)
    return text if text in (NOTHING, NOT_REACHED) else f"{text}{unit_of(metric)}"


def rounded(metric: str, value: float) -> str:
    """A value with its unit as running text has it: percent in whole numbers from ten on."""
    text = with_unit(metric, value)
    is_whole = is_share(metric) and math.isfinite(value) and abs(100 * value) >= _TEN_PERCENT
    return f"{100 * value:.0f} %" if is_whole else text.replace(".0 %", " %")


def limits(metric: str, interval: Interval) -> str:
    """An interval of an outcome without its unit."""
    low, high = interval
    return f"{shown(metric, low)} to {shown(metric, high)}"


def reported_limits(row: LedgerRow) -> str:
    """The interval that stands beside a reported number, empty without one."""
    if row.reported_low is None or row.reported_high is None:
        return ""
    return limits(row.metric, (row.reported_low, row.reported_high))


def crps_words(metric: str, predictive: Predictive | None) -> str:
    """A score in the unit of its outcome: points for shares."""
    score = None if predictive is None else predictive.crps
    if score is None or not math.isfinite(score):
        return NOTHING
    return f"{100 * score:.1f}" if is_share(metric) else f"{score:.2f}"


def disease_words(name: str) -> str:
    """A disease's title where it is one of the package, else its name in words."""
    return load_disease(name).title if name in disease_names() else plain_name(name)


def agent_words(name: str) -> str:
    """An agent's title where it is one of this installation, else its name in words."""
    known = agent_book().agents
    return known[name].title if name in known else plain_name(name)


def arm_words(row: LedgerRow) -> str:
    """An arm, with the line of treatment that is meant."""
    return row.arm if row.line is None else f"{row.arm}, line of {plain_name(row.line).lower()}"


def class_words(agent_class: str) -> str:
    """A class of treatment with the usual capitals."""
    return plain_name(agent_class.replace(" ", "_"))


def use_title(use: str, leave_out: bool) -> str:
    """What the trials of one use are called in headings."""
    if use == PREDICTION:
        return "Trials never used for calibration"
    if use != CALIBRATION:
        return "All trials"
    return "Calibration trials, each family predicted without itself" if leave_out else "Calibration trials"


def in_sentence(words: str) -> str:
    """Words with a small first letter, unless they begin with an abbreviation."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def plural(count: int, noun: str, plural_noun: str = "") -> str:
    """A count with its noun."""
    return f"{count:,} {noun if count == 1 else plural_noun or noun + 's'}"


def in_order(found: Sequence[str]) -> list[str]:
    """Names once each, in the order in which they first come."""
    return list(dict.fromkeys(found))
