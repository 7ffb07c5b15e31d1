"""What the protocol's own design says about each arm."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.design.two_stage import FirstStageRule, StageResult, TwoStageRule, Verdict, judge
from trialkine.operating.at_hand import responses_in_order
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
    """The verdict on every treated arm, its patients in the order of enrolment; none without a design.

    The design asks whether a treatment is worth more study, so it judges no arm that has none.
    """
    if facts.rule is None:
        return
    healthy = evaluable(result.patients).sort("trial", "enrolled_month", "patient")
    untreated = {arm.name for arm in result.protocol.arms if not arm.treatment}
    rule_name = f"{facts.rule_name} (of treated arms only)" if untreated else facts.rule_name
    for arm in (name for name in result.arms if name not in untreated):
        if math.isfinite(facts.response_within):
            seen = responses_in_order(result, arm, facts.response_within)
        else:
            own = healthy.filter(pl.col("arm") == arm)
            trials = (own.filter(pl.col("trial") == trial) for trial in range(result.replicates))
            seen = [rows["best_response"].is_in(["CR", "PR"]).to_numpy() for rows in trials]
        verdicts = [judge(facts.rule, responses) for responses in seen]
        counts = Counter(verdict.verdict for verdict in verdicts)
        ordered = tuple((verdict, counts[verdict]) for verdict in Verdict if counts[verdict])
        yield ArmVerdict(arm, rule_name, facts.rule, verdicts[0], ordered)
