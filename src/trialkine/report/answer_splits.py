"""Sentences of the answer on the same patients by other criteria, by thirds, and on their biomarkers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from trialkine.endpoints.registry import find_criteria
from trialkine.report.outcomes import BiomarkerTest, Summary
from trialkine.report.times import time_words
from trialkine.report.words import listed, months_cell, p_value_words, percent_cell, plain_name

if TYPE_CHECKING:
    from trialkine.report.baseline_thirds import BaselineThird
    from trialkine.report.criteria_scores import CriterionScore

MOST_TESTS = 8
"""More biomarker tests than this are told for the last time alone."""
MOST_GROUPS = 6
"""More arms by criteria, or arms by quantities, are left to the tables."""


def criteria_sentence(summary: Summary) -> str:
    """What each criterion makes of the same scans; empty where a single one scored."""
    groups = [list(own) for _, own in groupby(summary.scores, key=lambda score: score.arm)]
    if not groups or len(groups) > MOST_GROUPS:
        return ""
    parts = ["; ".join(map(_score_words, own)) for own in groups]
    if len(groups) > 1:
        parts = [f"{own[0].arm}, {part}" for own, part in zip(groups, parts, strict=True)]
    return f"The same patients by each criterion: {'. '.join(parts)}."


def _score_words(score: CriterionScore) -> str:
    title = find_criteria(score.criteria).title
    response = percent_cell(score.metrics["orr"]).in_a_line
    progression_free = months_cell(score.metrics["pfs_median_months"]).value
    unit = "" if score.metrics["pfs_median_months"].estimate is None else " months"
    return f"by {title} {response} responded, median progression-free survival was {progression_free}{unit}"


def thirds_sentence(summary: Summary) -> str:
    """Response by thirds of a state before treatment; empty where the protocol asks for none."""
    groups = [list(own) for _, own in groupby(summary.thirds, key=lambda third: (third.arm, third.quantity))]
    if not groups or len(groups) > MOST_GROUPS:
        return ""
    has_arms = len(summary.arms) > 1
    parts = [_thirds_words(own, with_arm=has_arms) for own in groups]
    sizes = sorted({third.n for third in summary.thirds})
    size = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    return (
        f"Responders in the lowest, middle and highest third before treatment, {size} patients each: "
        f"{'; '.join(parts)}."
    )


def _thirds_words(thirds: list[BaselineThird], *, with_arm: bool) -> str:
    name = plain_name(thirds[0].quantity)
    shares = listed([percent_cell(third.response).value.removesuffix(" %") for third in thirds])
    return f"{f'{thirds[0].arm}, ' if with_arm else ''}{name} {shares} %"


def biomarker_sentence(summary: Summary) -> str:
    """The paired tests that the protocol asks for: geometric mean ratio to baseline, and its p-value.

    Of many, the last time alone is told, and without p-values.
    """
    found = [(arm.name, test) for arm in summary.arms for test in arm.biomarker_tests]
    if not found:
        return ""
    first = " in the first trial" if summary.is_predictive else ""
    if len(found) > MOST_TESTS:
        return (
            f"In multiples of the same patients' baseline{first} (95 % confidence intervals): "
            f"{'; '.join(_last_words(found))}."
        )
    parts = [
        f"{arm}, {plain_name(test.biomarker)} {time_words(test.day)}: {_test_words(test)}"
        for arm, test in found
    ]
    return (
        f"Against the same patients' baseline{first} (ratio, 95 % confidence interval, paired "
        f"t-test on logs): {'; '.join(parts)}."
    )


def _last_words(found: list[tuple[str, BiomarkerTest]]) -> Iterable[str]:
    """Every biomarker at its last time, arm by arm."""
    for name in dict.fromkeys(test.biomarker for _, test in found):
        last = max(test.day for _, test in found if test.biomarker == name)
        own = [(arm, test) for arm, test in found if (test.biomarker, test.day) == (name, last)]
        arms = ", ".join(f"{arm} {_ratio(test)}" for arm, test in own)
        yield f"{plain_name(name)} {time_words(last)}, {arms}"


def _test_words(test: BiomarkerTest) -> str:
    if test.t_test.ratio.estimate is None:
        return _ratio(test)
    return f"{_ratio(test)}, {p_value_words(test.t_test.test.p_value, test.t_test.test.why)}"


def _ratio(test: BiomarkerTest) -> str:
    ratio = test.t_test.ratio
    if ratio.estimate is None:
        return f"undefined ({ratio.why})"
    interval = f" ({ratio.low:.2f} to {ratio.high:.2f})" if None not in (ratio.low, ratio.high) else ""
    return f"{ratio.estimate:.2f}{interval}"
