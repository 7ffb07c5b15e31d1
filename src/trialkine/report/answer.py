"""The answer in words: sentences made from the numbers and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.design.two_stage import TwoStageRule
from trialkine.report.contrasts import ArmContrast, PairedContrast
from trialkine.report.outcomes import ArmOutcomes, Summary
from trialkine.report.verdict import ArmVerdict
from trialkine.report.words import (
    NOT_REACHED,
    listed,
    months_cell,
    p_value_words,
    percent_cell,
    signed,
    whole,
)
from trialkine.statistics.estimate import Estimate


@dataclass(frozen=True)
class Finding:
    """What was found about one arm: its name, and the words that follow it."""

    arm: str
    words: str


@dataclass(frozen=True)
class Answer:
    """One finding per arm, how the arms compare and what the design says, and how far to trust it."""

    findings: tuple[Finding, ...]
    comparison: str
    verdict: str
    caution: str

    @property
    def text(self) -> str:
        """All of it as one paragraph."""
        parts = [f"{finding.arm}: {finding.words}" for finding in self.findings]
        return " ".join(part for part in (*parts, self.comparison, self.verdict, self.caution) if part)


def answer(summary: Summary) -> Answer:
    """The answer to the trial's question, as far as its numbers give one."""
    return Answer(
        tuple(
            Finding(arm.name, _arm_words(summary, arm, is_first=place == 0))
            for place, arm in enumerate(summary.arms)
        ),
        _comparison(summary),
        _verdict_sentence(summary.verdicts, summary.replicates) if summary.verdicts else "",
        _caution(summary),
    )


def _caution(summary: Summary) -> str:
    if summary.is_predictive:
        return (
            "Intervals are predictive: 95 of 100 further simulated trials of this size should fall inside "
            f"them (from {whole(summary.replicates)} trials). They are conditional on one set of model "
            "parameters, so doubt about the model itself is not in them."
        )
    return (
        "Intervals are 95 % confidence intervals. They are conditional on one set of model parameters: "
        "they show the luck of the patients drawn, not the doubt about the model."
    )


def _arm_words(summary: Summary, arm: ArmOutcomes, *, is_first: bool) -> str:
    if arm.group.n == 0:
        return f"no result, because none of its {whole(arm.simulated)} patients could be simulated."
    metrics = arm.group.metrics
    kind = "95 % predictive interval " if summary.is_predictive else "95 % confidence interval "
    trials = f" in each of {whole(summary.replicates)} trials" if summary.is_predictive else ""
    patients = "1 simulated patient" if arm.group.n == 1 else f"{whole(arm.group.n)} simulated patients"
    return (
        f"of {patients}{trials}, {_with_interval(metrics['orr'], kind if is_first else '')} responded "
        f"({percent_cell(metrics['cr_rate']).value} completely); median progression-free survival was "
        f"{_median(metrics['pfs_median_months'])}, median overall survival "
        f"{_median(metrics['os_median_months'])}."
    )


def _with_interval(rate: Estimate, kind: str) -> str:
    cell = percent_cell(rate)
    return f"{cell.value} ({kind}{cell.interval})" if cell.interval else cell.value


def _median(months: Estimate) -> str:
    cell = months_cell(months)
    if cell.value == NOT_REACHED:
        return f"{NOT_REACHED} ({cell.remark})" if cell.remark else NOT_REACHED
    if months.estimate is None:
        return f"undefined ({cell.remark})"
    return f"{cell.value} months ({cell.interval})" if cell.interval else f"{cell.value} months"


def _comparison(summary: Summary) -> str:
    """The later arms against the first, in the terms their patients allow."""
    if not summary.contrasts:
        return ""
    reference = summary.contrasts[0].reference
    if summary.facts.is_counterfactual:
        found = [
            _paired_words(contrast, is_first=place == 0) for place, contrast in enumerate(summary.contrasts)
        ]
        pooled = f" of all {whole(summary.replicates)} trials together" if summary.is_predictive else ""
        kind = " (95 % confidence intervals)" if summary.is_predictive else ""
        same = f"In the same patients{pooled}, against {reference}{kind}: {'; '.join(found)}."
        return same + _unlike_lines(summary)
    found = [_randomised_words(contrast) for contrast in summary.contrasts]
    return f"In different patients, against {reference}: {'; '.join(found)}.{_unlike_lines(summary)}"


def _unlike_lines(summary: Summary) -> str:
    """What keeps responses of arms from being alike in kind."""
    if not summary.facts.has_unequal_lines:
        return ""
    return " Arms of more lines have more chances to respond; survival compares as it stands."


def _paired_words(contrast: ArmContrast, *, is_first: bool) -> str:
    paired = contrast.paired
    assert paired is not None  # arms that share patients are contrasted in pairs
    if paired.response_difference.estimate is None:
        return f"{contrast.arm} cannot be compared ({paired.response_difference.why})"
    response = _difference(
        paired.response_difference, 100.0, " percentage points of response" if is_first else " points"
    )
    return f"{contrast.arm} {response}{_survival_words(paired, is_first=is_first)}"


def _survival_words(paired: PairedContrast, *, is_first: bool) -> str:
    if paired.survival_months.estimate is None:
        return ""
    window = f" alive within the first {paired.until_months:.1f}, on average" if is_first else ""
    return f" and {_difference(paired.survival_months, 1.0, f' months{window}')}"


def _difference(found: Estimate, scale: float, unit: str) -> str:
    assert found.estimate is not None
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f" ({signed(scale * found.low)} to {signed(scale * found.high)})"
    return f"{signed(scale * found.estimate)}{unit}{interval}"


def _randomised_words(contrast: ArmContrast) -> str:
    randomised = contrast.randomised
    assert randomised is not None  # arms of different patients are contrasted by tests
    if randomised.significant_share is not None:
        share = percent_cell(randomised.significant_share).in_a_line
        return f"{contrast.arm} differs in overall survival at p < 0.05 (log-rank) in {share} of the trials"
    test = randomised.overall_survival
    return f"{contrast.arm}, log-rank test of overall survival, {p_value_words(test.p_value, test.why)}"


def _verdict_sentence(verdicts: Sequence[ArmVerdict], replicates: int) -> str:
    """What the design's rule concludes about every arm."""
    by = f"By {verdicts[0].rule_name} ({_rule_words(verdicts[0])})"
    if replicates == 1:
        ends = [
            f"{verdict.arm}: {found.verdict.value} ({found.responses} of {found.patients})"
            for verdict in verdicts
            for found in (verdict.result,)
        ]
        return f"{by}: {'; '.join(ends)}."
    ends = [
        f"{verdict.arm}: {listed([f'{name.value} in {whole(count)}' for name, count in verdict.counts])}"
        for verdict in verdicts
    ]
    return f"{by}, over {whole(replicates)} trials: {'; '.join(ends)}."


def _rule_words(verdict: ArmVerdict) -> str:
    """The stopping rule as a sentence part."""
    rule = verdict.rule
    first = f"stop if at most {rule.r1} of the first {rule.n1} respond"
    if isinstance(rule, TwoStageRule):
        return f"{first}; promising if more than {rule.r} of {rule.n} do"
    return first
