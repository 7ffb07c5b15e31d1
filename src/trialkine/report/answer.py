"""The answer in words: sentences made from the numbers and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.report.agent_evidence import evidence_words
from trialkine.report.answer_splits import biomarker_sentence, criteria_sentence, thirds_sentence
from trialkine.report.contrasts import ArmContrast
from trialkine.report.interval_words import interval_kind, shown_metrics
from trialkine.report.metrics import Metrics
from trialkine.report.outcomes import ArmOutcomes, Summary
from trialkine.report.strategy_words import progression_free_words, short_strategy_note
from trialkine.report.verdict_words import verdict_words
from trialkine.report.words import (
    NOT_REACHED,
    months_cell,
    p_value_words,
    percent_cell,
    signed,
    whole,
)
from trialkine.statistics.estimate import Estimate

MOST_CONTRASTS = 6
"""More pairs of arms than this are told in the tables only."""


@dataclass(frozen=True)
class Finding:
    """What was found about one arm: its name, and the words that follow it."""

    arm: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """The arms against each other: what kind of comparison it is, the pairs, and what to mind."""

    head: str = ""
    pairs: tuple[str, ...] = ()
    note: str = ""

    @property
    def text(self) -> str:
        """All of it as running text; empty without a pair."""
        if not self.pairs:
            return ""
        return f"{self.head}: {'; '.join(self.pairs)}.{f' {self.note}' if self.note else ''}"


@dataclass(frozen=True)
class Answer:
    """One finding per arm, how the arms compare, how far to trust it, and at the end what the design says.

    `splits` are sentences on the same patients by other criteria, or by thirds of a state before treatment.
    """

    findings: tuple[Finding, ...]
    comparison: Comparison
    splits: tuple[str, ...]
    biomarkers: str
    verdict: str
    caution: str
    evidence: str

    @property
    def text(self) -> str:
        """All of it as one paragraph."""
        parts = [f"{finding.arm}: {finding.words}" for finding in self.findings]
        rest = (self.comparison.text, *self.splits, self.biomarkers, self.caution, self.evidence)
        return " ".join(part for part in (*parts, *rest, self.verdict) if part)


def answer(summary: Summary) -> Answer:
    """The answer to the trial's question, as far as its numbers give one."""
    return Answer(
        tuple(
            Finding(arm.name, _arm_words(summary, arm, is_first=place == 0))
            for place, arm in enumerate(summary.arms)
        ),
        _comparison(summary),
        tuple(filter(None, (criteria_sentence(summary), thirds_sentence(summary)))),
        biomarker_sentence(summary),
        verdict_words(summary),
        _caution(summary),
        evidence_words(summary.evidence),
    )


def _caution(summary: Summary) -> str:
    mix = case_mix_words(summary.case_mix)
    return f"{_interval_caution(summary)}{f' {mix[:1].upper()}{mix[1:]}.' if mix else ''}"


def _interval_caution(summary: Summary) -> str:
    if not summary.is_predictive:
        return (
            f"Intervals are 95 % confidence intervals. They are conditional on {summary.conditional_on}: "
            "they show the luck of the patients drawn, not the doubt about the model."
        )
    trials = f"{whole(summary.replicates)} trials"
    level = summary.predictive_level
    if level is None:
        return (
            f"No predictive intervals: {trials} are too few for any. Everything is conditional on "
            f"{summary.conditional_on}."
        )
    return (
        f"Intervals are predictive: {100 * level:.0f} of 100 further simulated trials of this size should "
        f"fall inside them (from {trials}). They are conditional on {summary.conditional_on}, so doubt "
        f"about {'the equations themselves' if summary.ensemble else 'the model itself'} is not in them."
    )


def _arm_words(summary: Summary, arm: ArmOutcomes, *, is_first: bool) -> str:
    if arm.group.n == 0:
        return f"no result, because none of its {whole(arm.simulated)} patients could be simulated."
    metrics = shown_metrics(summary, arm.group)
    if summary.facts.is_adjuvant:
        return _relapse_words(summary, arm, is_first=is_first)
    kind = f"{interval_kind(summary)} "
    trials = f" in each of {whole(summary.replicates)} trials" if summary.is_predictive else ""
    patients = "1 simulated patient" if arm.group.n == 1 else f"{whole(arm.group.n)} simulated patients"
    return (
        f"of {patients}{trials}, {_with_interval(metrics['orr'], kind if is_first else '')} responded "
        f"({percent_cell(metrics['cr_rate']).value} completely); median "
        f"{progression_free_words(summary.facts)} was {_median(metrics['pfs_median_months'])}, "
        f"median overall survival {_median(metrics['os_median_months'])}"
        f"{_severe_words(metrics)}."
    )


def _severe_words(metrics: Metrics) -> str:
    """How many were harmed; nothing where the treatment drives no toxicity that is followed."""
    severe = metrics["grade34_rate"]
    return "" if severe.estimate is None else f"; toxicity of grade 3 or 4 in {percent_cell(severe).value}"


def _relapse_words(summary: Summary, arm: ArmOutcomes, *, is_first: bool) -> str:
    """What is said of an arm in which all that could be seen was removed before the trial."""
    metrics = shown_metrics(summary, arm.group)
    kind = f"{interval_kind(summary)} " if is_first else ""
    trials = f" in each of {whole(summary.replicates)} trials" if summary.is_predictive else ""
    rate = metrics["rfs_rate_24m"]
    free = f"{_with_interval(rate, kind)} were free of relapse at 24 months"
    if rate.estimate is None:
        free = f"the share free of relapse at 24 months is undefined ({rate.why})"
    return (
        f"of {whole(arm.group.n)} simulated patients{trials}, {free}; median relapse-free survival was "
        f"{_median(metrics['rfs_median_months'])}, median overall survival "
        f"{_median(metrics['os_median_months'])}{_severe_words(metrics)}."
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


def _comparison(summary: Summary) -> Comparison:
    """The arms against each other, in the terms their patients allow."""
    chosen = told_contrasts(summary)
    if not chosen:
        return Comparison()
    if not summary.facts.is_counterfactual:
        pairs = tuple(_randomised_words(contrast) for contrast in chosen)
        return Comparison("In different patients (95 % confidence intervals)", pairs, _note(summary))
    found, window = [], None
    for contrast in chosen:
        found.append(_paired_words(contrast, window))
        window = contrast.paired.until_months if contrast.paired is not None else None
    pooled = f" of all {whole(summary.replicates)} trials together" if summary.is_predictive else ""
    head = f"In the same patients{pooled} (95 % confidence intervals)"
    return Comparison(head, tuple(found), _note(summary))


def told_contrasts(summary: Summary) -> list[ArmContrast]:
    """The pairs of arms worth a sentence each: all of them or, of many, those against the first arm."""
    every = list(summary.contrasts)
    if len(every) > MOST_CONTRASTS:
        return [pair for pair in every if pair.reference == summary.arms[0].name][:MOST_CONTRASTS]
    if summary.facts.is_adjuvant:
        return every
    lines = summary.facts.lines_of
    return sorted(
        every, key=lambda pair: max(lines.get(pair.arm, 1), lines.get(pair.reference, 1)), reverse=True
    )


def _note(summary: Summary) -> str:
    """What keeps responses of arms from being alike in kind, and where the other pairs are."""
    words = []
    if len(summary.contrasts) > MOST_CONTRASTS:
        words.append("All other pairs of arms stand below.")
    if note := short_strategy_note(summary.facts):
        words.append(note)
        if summary.facts.has_unequal_lines:
            words.append("Arms of more lines have more chances to respond; survival compares as it stands.")
    return " ".join(words)


def _paired_words(contrast: ArmContrast, told_window: float | None) -> str:
    """One pair of arms; the units are spelt out once, and the window where it differs from the last told."""
    paired = contrast.paired
    assert paired is not None  # arms that share patients are contrasted in pairs
    pair = f"{contrast.arm} against {contrast.reference}"
    if paired.relapse_free_months is not None:
        free = _survival_words(
            paired.relapse_free_months, paired.until_months, told_window, "free of relapse"
        )
        lives = _survival_words(paired.survival_months, paired.until_months, paired.until_months)
        return f"{pair}:{free.removeprefix(' and')}{lives.replace(' months', ' months alive')}"
    if paired.response_difference.estimate is None:
        return f"{pair} cannot be compared ({paired.response_difference.why})"
    unit = " percentage points of response" if told_window is None else " points"
    response = _difference(paired.response_difference, 100.0, unit)
    return f"{pair}: {response}{_survival_words(paired.survival_months, paired.until_months, told_window)}"


def _survival_words(months: Estimate, until: float, told_window: float | None, state: str = "alive") -> str:
    if months.estimate is None:
        return ""
    window = (
        ""
        if told_window is not None and f"{told_window:.1f}" == f"{until:.1f}"
        else (f" {state} within the first {until:.1f}, on average")
    )
    return f" and {_difference(months, 1.0, f' months{window}')}"


def _difference(found: Estimate, scale: float, unit: str) -> str:
    assert found.estimate is not None
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f" ({signed(scale * found.low)} to {signed(scale * found.high)})"
    return f"{signed(scale * found.estimate)}{unit}{interval}"


def _randomised_words(contrast: ArmContrast) -> str:
    randomised = contrast.randomised
    assert randomised is not None  # arms of different patients are contrasted by tests
    pair = f"{contrast.arm} against {contrast.reference}"
    if randomised.significant_share is not None:
        share = percent_cell(randomised.significant_share).in_a_line
        return f"{pair} differs in overall survival at p < 0.05 (log-rank) in {share} of the trials"
    test = randomised.overall_survival
    tested = f"log-rank test of overall survival {p_value_words(test.p_value, test.why)}"
    if randomised.relapse_free_months is not None:
        free = _survival_words(
            randomised.relapse_free_months, randomised.until_months, None, "free of relapse"
        )
        relapse = p_value_words(randomised.progression_free.p_value, randomised.progression_free.why)
        words = f"{free.removeprefix(' and')}, log-rank test of relapse-free survival {relapse}"
        return f"{pair}:{words}, {tested.removeprefix('log-rank test ')}"
    if randomised.response_difference.estimate is None:
        return f"{pair} cannot be compared ({randomised.response_difference.why})"
    response = _difference(randomised.response_difference, 100.0, " percentage points of response")
    survival = _survival_words(randomised.survival_months, randomised.until_months, None)
    return f"{pair}: {response}{survival}, {tested}"


def case_mix_words(excluded: Sequence[float]) -> str:
    """Who is not enrolled, as a phrase; a range where the trials differ."""
    if not excluded:
        return ""
    low, high = (f"{100 * value:.0f}" for value in (min(excluded), max(excluded)))
    share = low if low == high else f"{low} to {high}"
    if share == "0":
        return "case mix: every eligible patient is enrolled"
    return f"case mix: the least fit {share} % of all patients with the disease are not enrolled"
