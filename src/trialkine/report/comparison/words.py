"""Numbers of a comparison as they are printed."""

from __future__ import annotations

from trialkine.report.comparison.compare import ArmComparison, Contrast
from trialkine.report.comparison.measures import Name
from trialkine.report.comparison.over_trials import INFINITE_RATIO, Untold
from trialkine.report.words import UNDEFINED, Cell, listed, p_value_words, percent_cell, signed, whole
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.number_needed import NumberNeeded
from trialkine.statistics.paired_survival import Fate
from trialkine.statistics.predictive import widest_level

_ONE_DECIMAL_BELOW = 9.95
_TWO_DECIMALS_BELOW = 9.995
INFINITE = "∞"


def interval_name(comparison: ArmComparison) -> str:
    """What an interval is called: '95 % confidence interval'."""
    kind = "predictive" if comparison.is_predictive else "confidence"
    return f"{100 * comparison.question.level:g} % {kind} interval"


def interval_phrase(comparison: ArmComparison) -> str:
    """How a caption goes on: with which intervals, or why without."""
    if has_too_few_trials(comparison):
        return f"{whole(comparison.trials)} trials, too few for {interval_name(comparison)}s"
    return f"with {interval_name(comparison)}s"


def has_too_few_trials(comparison: ArmComparison) -> bool:
    """Whether the trial was repeated, but not often enough for predictive limits of the level."""
    level = comparison.question.level
    return comparison.is_predictive and widest_level(comparison.trials, (level,)) is None


def ratio_cell(found: Estimate) -> Cell:
    """A ratio to two decimals, large ones to one; over many trials it and its upper limit may be infinite."""
    if found.estimate is None and found.why != INFINITE_RATIO:
        return Cell(UNDEFINED, remark=found.why)
    value = INFINITE if found.estimate is None else _ratio(found.estimate)
    if found.low is None or (found.high is None and found.interval != "predictive"):
        return Cell(value, remark=found.why)
    return Cell(value, f"{_ratio(found.low)} to {INFINITE if found.high is None else _ratio(found.high)}")


def difference_cell(found: Estimate, scale: float = 1.0) -> Cell:
    """A difference with its sign, to one decimal."""
    if found.estimate is None:
        return Cell(UNDEFINED, remark=found.why)
    if found.low is None or found.high is None:
        return Cell(signed(scale * found.estimate), remark=found.why)
    return Cell(
        signed(scale * found.estimate), f"{signed(scale * found.low)} to {signed(scale * found.high)}"
    )


def needed_cell(found: NumberNeeded) -> Cell:
    """A number needed to benefit or to harm; an interval over no difference passes through infinity."""
    if found.number is None and found.why:
        return Cell(UNDEFINED, remark=found.why)
    value = _needed(found.number)
    if not found.has_interval:
        return Cell(value, remark=found.why)
    if not found.passes_infinity:
        near, far = sorted(abs(limit) for limit in (found.low, found.high) if limit is not None)
        return Cell(value, f"{_count(near)} to {_count(far)}")
    harm = f"{_count(found.low)} (harm)" if found.low else ""
    benefit = f"{_count(found.high)} (benefit)" if found.high else ""
    return Cell(value, " to ".join(end for end in (harm, INFINITE, benefit) if end))


def test_cell(contrast: Contrast) -> Cell:
    """The p-value, or of a repeated trial the share of trials in which it is small."""
    if contrast.significant_share is not None:
        share = percent_cell(contrast.significant_share)
        return Cell(share.value, share.interval, "of trials with p < 0.05")
    return Cell(p_value_words(contrast.test.p_value, contrast.test.why))


def free_words(comparison: ArmComparison) -> str:
    """What a patient without the event is."""
    if comparison.question.endpoint == "os":
        return "alive"
    return f"free of {'relapse' if comparison.endpoint.startswith('Relapse') else 'progression'}"


def share_words(count: int, of: int) -> str:
    """A count with its share: '30 (50 %)'."""
    return f"{whole(count)} ({100 * count / of:.0f} %)" if of else whole(count)


def contrast_words(comparison: ArmComparison, contrast: Contrast) -> str:
    """One contrast in a few sentences, as the answer gives it."""
    level = f"{100 * comparison.question.level:g} %"
    parts = []
    ratio = ratio_cell(contrast.measures["hazard_ratio"])
    if ratio.interval:
        parts.append(f"hazard ratio {ratio.value} ({level} {ratio.interval})")
    restricted = contrast.measures["restricted_mean_difference_months"]
    if restricted.estimate is not None:
        cell = difference_cell(restricted)
        interval = f" ({cell.interval})" if cell.interval else ""
        free = free_words(comparison)
        parts.append(f"mean time {free} within {comparison.until} {cell.value} months{interval}")
    response = contrast.measures["response_difference"]
    if response.estimate is not None:
        cell = difference_cell(response, 100.0)
        interval = f" ({cell.interval})" if cell.interval else ""
        parts.append(f"response rate {cell.value} percentage points{interval}")
    words = "; ".join(parts) or "nothing can be compared"
    return f"{words}.{_fate_words(contrast)}"


_MEASURES: dict[Name, str] = {
    "response": "response rate",
    "median_months": "median",
    "survival_at_landmark": "rate at the landmark",
    "restricted_mean_months": "mean time",
    "hazard_ratio": "hazard ratio",
    "response_difference": "difference of response rates",
    "survival_difference": "difference at the landmark",
    "restricted_mean_difference_months": "difference of mean times",
}


def untold_words(who: str, untold: Untold) -> list[str]:
    """How many trials gave no number, a sentence for each measure that some gave and others did not."""
    said = []
    for name, count in untold.without.items():
        if count < untold.trials:
            reason = f" ({untold.reasons[name]})" if untold.reasons[name] else ""
            said.append(
                f"{who}: {whole(count)} of {whole(untold.trials)} trials gave no {_MEASURES[name]}{reason}, "
                "and what is said of it leaves them out."
            )
    ends = [
        f"{words} in {whole(count)}"
        for words, count in (("0", untold.zero), ("infinite", untold.infinite))
        if count
    ]
    if ends:
        said.append(
            f"{who}: of {whole(untold.trials)} trials the hazard ratio is {listed(ends)}, since only one arm "
            "had events while both were at risk; they are ranked as such."
        )
    return said


def _fate_words(contrast: Contrast) -> str:
    if contrast.paired is None:
        return ""
    counts, total = contrast.paired.fates, contrast.paired.rows.height
    known = [
        f"{whole(counts[fate])} fare {words}"
        for fate, words in ((Fate.better, "better"), (Fate.worse, "worse"), (Fate.same, "the same"))
    ]
    unknown = f"; of {whole(counts[Fate.unknown])} it is not known" if counts[Fate.unknown] else ""
    return f" Of the same {whole(total)} patients {listed(known)}{unknown}."


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value < _TWO_DECIMALS_BELOW else f"{value:.3g}"


def _needed(number: float | None) -> str:
    if number is None:
        return INFINITE
    return f"{_count(number)} to {'benefit' if number > 0 else 'harm'}"


def _count(number: float) -> str:
    size = abs(number)
    return f"{size:.1f}" if size < _ONE_DECIMAL_BELOW else whole(size)
