"""What the design's own rule concludes, as the sentences with which the answer ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialkine.design.two_stage import TwoStageRule
from trialkine.operating.run import FEWEST_TRIALS
from trialkine.report.operating_words import chance_sentence
from trialkine.report.verdict import ArmVerdict
from trialkine.report.words import listed, whole

if TYPE_CHECKING:
    from trialkine.operating.at_hand import DesignVerdicts
    from trialkine.report.outcomes import Summary

NO_DESIGN = (
    "The protocol has no design: each of the {trials} trials was simulated whole, and no rule judged it. "
    "Add 'design' to the protocol for the chances of a rule in virtual trials."
)


def verdict_words(summary: Summary) -> str:
    """The verdict on the trial at hand, then the chances over virtual trials.

    Without a design it is empty, or says so where as many trials were asked for as virtual ones need.
    """
    # Over many virtual trials the chances stand beside one trial, not beside its few repetitions.
    repetitions = 1 if summary.operating is not None else summary.replicates
    sentences = []
    if summary.verdicts:
        sentences.append(_stages_sentence(summary.verdicts, repetitions, summary.replicates))
    if summary.rule_verdicts is not None:
        sentences.append(_rule_sentence(summary.rule_verdicts, repetitions, summary.replicates))
    if summary.operating is not None:
        sentences.append(chance_sentence(summary.operating))
    if not sentences and summary.replicates >= FEWEST_TRIALS:
        sentences.append(NO_DESIGN.format(trials=whole(summary.replicates)))
    return " ".join(sentences)


def _stages_sentence(verdicts: Sequence[ArmVerdict], repetitions: int, replicates: int) -> str:
    """What a two-stage rule concludes about every arm."""
    by = f"By {verdicts[0].rule_name} ({_rule_words(verdicts[0])})"
    if repetitions == 1:
        ends = [
            f"{verdict.arm}: {found.verdict.value} ({found.responses} of {found.patients})"
            for verdict in verdicts
            for found in (verdict.result,)
        ]
        return f"{by}{_first(replicates)}: {'; '.join(ends)}."
    ends = [
        f"{verdict.arm}: {listed([f'{name.value} in {whole(count)}' for name, count in verdict.counts])}"
        for verdict in verdicts
    ]
    return f"{by}, over {whole(replicates)} trials: {'; '.join(ends)}."


def _rule_sentence(verdicts: DesignVerdicts, repetitions: int, replicates: int) -> str:
    """What another design concludes about every arm or comparison."""
    by = f"By {verdicts.rule_name} ({verdicts.rule_words})"
    if repetitions == 1 or all(sum(count for _, count in one.counts) == 1 for one in verdicts.found):
        ends = [f"{one.name}: {one.verdict} ({one.detail})" for one in verdicts.found]
        return f"{by}{_first(replicates)}: {'; '.join(ends)}."
    ends = [
        f"{one.name}: {listed([f'{words} in {whole(count)}' for words, count in one.counts])}"
        for one in verdicts.found
    ]
    return f"{by}, over {whole(replicates)} trials: {'; '.join(ends)}."


def _first(replicates: int) -> str:
    return ", in the first trial" if replicates > 1 else ""


def _rule_words(verdict: ArmVerdict) -> str:
    """The stopping rule as a sentence part."""
    rule = verdict.rule
    first = f"stop if at most {rule.r1} of the first {rule.n1} respond"
    if isinstance(rule, TwoStageRule):
        return f"{first}; promising if more than {rule.r} of {rule.n} do"
    return first
