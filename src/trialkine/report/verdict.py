"""What the protocol's own design says about each arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.design.two_stage import FirstStageRule, StageResult, TwoStageRule, Verdict, judge
from trialkine.report.picks import evaluable
from trialkine.report.protocol_facts import ProtocolFacts

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class ArmVerdict:
    """One arm under the design's rule: the first trial's verdict, and how often each verdict came up."""

    arm: str
    rule_name: str
    rule: TwoStageRule | FirstStageRule
    result: StageResult
    counts: tuple[tuple[Verdict, int], ...]


def arm_verdicts(result: TrialResult, facts: ProtocolFacts) -> Iterator[ArmVerdict]:
    """The verdict on every arm, reading its patients in the order of enrolment; none without a design."""
    if facts.rule is None:
        return
    healthy = evaluable(result.patients).sort("trial", "enrolled_month", "patient")
    for arm in result.arms:
        own = healthy.filter(pl.col("arm") == arm)
        verdicts = [
            judge(
                facts.rule,
                own.filter(pl.col("trial") == trial)["best_response"].is_in(["CR", "PR"]).to_numpy(),
            )
            for trial in range(result.replicates)
        ]
        counts = Counter(verdict.verdict for verdict in verdicts)
        ordered = tuple((verdict, counts[verdict]) for verdict in Verdict if counts[verdict])
        yield ArmVerdict(arm, facts.rule_name, facts.rule, verdicts[0], ordered)
