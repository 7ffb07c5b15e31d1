"""What a finished trial found: per arm and per line, with the interval that fits the kind of run.

One trial gives confidence intervals; a repeated trial gives predictive ones, about what the next such
trial would report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from trialkine.operating.at_hand import DesignVerdicts, design_verdicts
from trialkine.operating.run import OperatingCharacteristics
from trialkine.report.agent_evidence import ModelEvidence, model_evidence
from trialkine.report.baseline_thirds import BaselineThird, baseline_thirds
from trialkine.report.biomarker_change import relative_values
from trialkine.report.contrasts import ArmContrast, contrast_arms
from trialkine.report.criteria_scores import CriterionScore, criteria_scores
from trialkine.report.landmarks import usual_landmarks
from trialkine.report.metrics import Landmarks, Metrics, is_rate, outcome_metrics
from trialkine.report.picks import evaluable
from trialkine.report.protocol_facts import ProtocolFacts, protocol_facts
from trialkine.report.relapse_contrasts import relapse_contrast
from trialkine.report.table_types import typed
from trialkine.report.times import SAME_TIME, time_name
from trialkine.report.verdict import ArmVerdict, arm_verdicts
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.paired_change import PairedChange, mean_change, signed_rank_change
from trialkine.statistics.predictive import predict, widest_level

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

NARROW_LEVEL = 0.80
WIDE_LEVEL = 0.95


@dataclass(frozen=True)
class GroupOutcomes:
    """One group of patients: how many, and what was measured on them.

    `narrow` repeats the metrics with 80 % intervals where the trial was repeated; else it is empty.
    """

    n: int
    metrics: Metrics
    narrow: Metrics


@dataclass(frozen=True)
class LineOutcomes:
    """One line of treatment, counted from its own first dose among those who reached it.

    `is_unseen` says that nobody was scanned on it, as on conditioning that another line follows within days.
    """

    line: int
    agent: str
    group: GroupOutcomes
    is_unseen: bool = False


@dataclass(frozen=True)
class BiomarkerTest:
    """How a biomarker stood at a planned time, against the same patients' baseline.

    Units: day [day since the first dose].
    """

    biomarker: str
    day: float
    t_test: PairedChange
    signed_rank: PairedChange


@dataclass(frozen=True)
class ArmOutcomes:
    """One arm as a whole strategy, its lines, and its counts over all repetitions."""

    name: str
    simulated: int
    failed: int
    responses: Mapping[str, int]
    group: GroupOutcomes
    lines: tuple[LineOutcomes, ...]
    biomarker_tests: tuple[BiomarkerTest, ...]


@dataclass(frozen=True)
class Summary:
    """Everything the report, the JSON file and the terminal table say in numbers.

    `scores` and `thirds` are empty unless the protocol asks for other criteria, or for subgroups. `verdicts`
    are those of two-stage rules, `rule_verdicts` those of other designs; `operating` is what the design does
    over many virtual trials, where that was asked for.
    """

    facts: ProtocolFacts
    replicates: int
    landmarks: Landmarks
    arms: tuple[ArmOutcomes, ...]
    contrasts: tuple[ArmContrast, ...]
    verdicts: tuple[ArmVerdict, ...]
    case_mix: tuple[float, ...]
    scores: tuple[CriterionScore, ...]
    thirds: tuple[BaselineThird, ...]
    evidence: ModelEvidence
    ensemble: str = ""
    rule_verdicts: DesignVerdicts | None = None
    operating: OperatingCharacteristics | None = None

    @property
    def conditional_on(self) -> str:
        """What all intervals take as given."""
        if not self.ensemble:
            return "one set of model parameters"
        return f"the equations, with the parameters of an ensemble ({self.ensemble})"

    @property
    def is_predictive(self) -> bool:
        """Whether intervals are about the next trial rather than about this one's quantities."""
        return self.replicates > 1

    @property
    def predictive_level(self) -> float | None:
        """The widest predictive interval that this many trials allow, if any."""
        return widest_level(self.replicates, (NARROW_LEVEL, WIDE_LEVEL))


def summarise(
    result: TrialResult,
    landmarks: Landmarks | None = None,
    operating: OperatingCharacteristics | None = None,
) -> Summary:
    """All outcome numbers of a finished trial."""
    result = typed(result)
    facts = protocol_facts(result.protocol)
    read_at = landmarks or usual_landmarks(result.protocol.assessments)
    return Summary(
        facts=facts,
        replicates=result.replicates,
        landmarks=read_at,
        arms=tuple(_arm_outcomes(result, arm, facts, read_at) for arm in result.arms),
        contrasts=tuple(
            relapse_contrast(result, contrast) if facts.is_adjuvant else contrast
            for contrast in contrast_arms(result, is_counterfactual=facts.is_counterfactual)
        ),
        verdicts=tuple(arm_verdicts(result, facts)),
        case_mix=result.case_mix,
        scores=tuple(criteria_scores(result)),
        thirds=tuple(baseline_thirds(result)),
        evidence=model_evidence(result),
        ensemble=result.ensemble,
        rule_verdicts=design_verdicts(result),
        operating=operating,
    )


def _arm_outcomes(result: TrialResult, arm: str, facts: ProtocolFacts, landmarks: Landmarks) -> ArmOutcomes:
    own = result.patients.filter(pl.col("arm") == arm)
    healthy = evaluable(own)
    tests = _biomarker_tests(result, arm, facts)
    biomarkers = {
        name: relative_values(result, name).filter(pl.col("arm") == arm) for name in facts.biomarker_days
    }

    def measures(rows: pl.DataFrame, trial: int | None) -> dict[str, Estimate]:
        found = outcome_metrics(rows, landmarks)
        for name, days in facts.biomarker_days.items():
            values = biomarkers[name]
            if trial is not None:
                values = values.filter(pl.col("trial") == trial)
            for day in days:
                found[f"biomarker_{name}_{time_name(day)}"] = _change_at(values, day, mean_change).ratio
        return found

    lines = []
    followed = healthy.select("arm", "trial", "patient", "follow_up_days")
    reached = result.lines.join(followed, on=["arm", "trial", "patient"], how="inner").with_columns(
        follow_up_days=pl.col("follow_up_days") - pl.col("start_day")
    )
    for line, agent in reached.select("line", "agent").unique().sort("line", "agent").iter_rows():
        rows = reached.filter((pl.col("line") == line) & (pl.col("agent") == agent))
        group = _group(rows, result.replicates, lambda part, _: outcome_metrics(part, landmarks))
        is_unseen = bool((rows["best_response"] == "NE").all())
        lines.append(LineOutcomes(int(line), str(agent), group, is_unseen))
    return ArmOutcomes(
        name=arm,
        simulated=own.height,
        failed=own.height - healthy.height,
        responses={
            name: int((healthy["best_response"] == name).sum()) for name in ("CR", "PR", "SD", "PD", "NE")
        },
        group=_group(healthy, result.replicates, measures),
        lines=tuple(lines),
        biomarker_tests=tests,
    )


def _group(
    rows: pl.DataFrame, replicates: int, measures: Callable[[pl.DataFrame, int | None], dict[str, Estimate]]
) -> GroupOutcomes:
    if replicates == 1:
        return GroupOutcomes(rows.height, measures(rows, None), {})
    per_trial = [measures(rows.filter(pl.col("trial") == trial), trial) for trial in range(replicates)]
    wide, narrow = {}, {}
    for name in per_trial[0]:
        summary = predictive_summary([found[name] for found in per_trial])
        wide[name], narrow[name] = map(_as_mean(per_trial, name), summary) if is_rate(name) else summary
    return GroupOutcomes(round(rows.height / replicates), wide, narrow)


def predictive_summary(estimates: Sequence[Estimate]) -> tuple[Estimate, Estimate]:
    """The 95 % and 80 % predictive intervals from one estimate per repetition of the trial."""
    numbers = [
        math.inf if found.estimate is None and found.why.startswith("not reached") else found.estimate
        for found in estimates
    ]
    summary = predict(numbers, (NARROW_LEVEL, WIDE_LEVEL))
    wide, narrow = summary.at(WIDE_LEVEL), summary.at(NARROW_LEVEL)
    if summary.median is None:
        reasons = [found.why for found in estimates if found.why]
        why = summary.why if summary.replicates else (reasons[0] if reasons else summary.why)
        wide, narrow = replace(wide, why=why), replace(narrow, why=why)
    wide, narrow = (replace(one, why=one.why.replace("replicates", "trials")) for one in (wide, narrow))
    return wide, narrow


def _as_mean(per_trial: Sequence[Mapping[str, Estimate]], name: str) -> Callable[[Estimate], Estimate]:
    """Puts the mean over trials in place of the median: the median of small counts jumps."""
    known = [found[name].estimate for found in per_trial]
    numbers = [value for value in known if value is not None]

    def with_mean(found: Estimate) -> Estimate:
        if not numbers:
            return found
        return replace(found, estimate=math.fsum(numbers) / len(numbers), method=f"mean; {found.method}")

    return with_mean


def _biomarker_tests(result: TrialResult, arm: str, facts: ProtocolFacts) -> tuple[BiomarkerTest, ...]:
    """Paired tests at the times the protocol plans; a p-value belongs to one trial, so to the first."""
    tests = []
    for name, days in facts.biomarker_days.items():
        values = relative_values(result, name).filter((pl.col("arm") == arm) & (pl.col("trial") == 0))
        for day in days:
            tests.append(
                BiomarkerTest(
                    name,
                    day,
                    _change_at(values, day, mean_change),
                    _change_at(values, day, signed_rank_change),
                )
            )
    return tuple(tests)


def _change_at(
    values: pl.DataFrame, day: float, compare: Callable[[list[float], list[float]], PairedChange]
) -> PairedChange:
    rows = values.filter(((pl.col("day") - day).abs() < SAME_TIME) & (pl.col("value") > 0))
    return compare(rows["baseline"].to_list(), rows["value"].to_list())
