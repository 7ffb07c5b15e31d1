"""What the report needs to know of a protocol, in one flat record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.design.two_stage import FirstStageRule, TwoStageRule
from trialkine.operating.plans import OneLookRule, SingleArmPlan, single_arm_plan
from trialkine.report.citation import CitedSource, cited

if TYPE_CHECKING:
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import Assessments, Biomarker
    from trialkine.trial.start_words import StartRule

SCANS_COMPARED = 2


@dataclass(frozen=True)
class ProtocolFacts:
    """The protocol's words and choices that a report repeats or depends on.

    `lines_of` counts each arm's lines of treatment, `baselines_of` those of them that tumours are measured
    anew for, and `failures_of` those that wait for another to fail.
    `biomarker_days` holds the times at which each biomarker is compared with its baseline [day].
    `rule_name` says in words where `rule` comes from, `response_within` by when a response must be seen to
    count for it [day].
    """

    title: str
    question: str
    record: str
    disease: str
    criteria: str
    is_counterfactual: bool
    lines_of: Mapping[str, int]
    baselines_of: Mapping[str, int]
    failures_of: Mapping[str, int]
    biomarker_days: Mapping[str, tuple[float, ...]]
    rule: TwoStageRule | FirstStageRule | None
    rule_name: str
    response_within: float
    sources: tuple[CitedSource, ...]

    @property
    def is_adjuvant(self) -> bool:
        """Whether relapse is looked for, because nothing is left that could respond or progress."""
        return self.criteria == "relapse"

    @property
    def has_several_lines(self) -> bool:
        """Whether any arm goes on to a line of treatment with a baseline of its own."""
        return max(self.baselines_of.values()) > 1

    @property
    def has_lines_after_failure(self) -> bool:
        """Whether any line of treatment waits for another to fail."""
        return any(self.failures_of.values())

    @property
    def is_planned_sequence(self) -> bool:
        """Whether such lines follow one another as planned, and none waits for another to fail."""
        return self.has_several_lines and not self.has_lines_after_failure

    @property
    def has_unequal_lines(self) -> bool:
        """Whether some arms have more lines than others that follow a failure."""
        return len(set(self.failures_of.values())) > 1


def protocol_facts(protocol: Protocol) -> ProtocolFacts:
    """The facts of a protocol as read."""
    plan = single_arm_plan(protocol.design)
    rule, rule_name = _rule(plan)
    return ProtocolFacts(
        title=protocol.title,
        question=protocol.question or "",
        record=protocol.record or "",
        disease=protocol.population,
        criteria=protocol.assessments.criteria,
        is_counterfactual=protocol.is_counterfactual,
        lines_of={arm.name: len(arm.lines) for arm in protocol.arms},
        baselines_of={
            arm.name: 1 + sum(_has_own_baseline(line.start, protocol.assessments) for line in arm.lines[1:])
            for arm in protocol.arms
        },
        failures_of={arm.name: sum(line.start.on == "fails" for line in arm.lines) for arm in protocol.arms},
        biomarker_days=biomarker_days(protocol.assessments),
        rule=rule,
        rule_name=rule_name,
        response_within=math.inf if plan is None else plan.within,
        sources=tuple(
            cited("", source.citation, source.doi, source.pmid, source.url) for source in protocol.sources
        ),
    )


def _has_own_baseline(start: StartRule, assessments: Assessments) -> bool:
    """Whether tumours are measured anew when a line starts.

    One that joins on a fixed day shares the first baseline, as nobody has progressed before the first scan.
    """
    first = (assessments.first_at or assessments.every).days
    return start.trigger is not None or start.within_days >= first


def biomarker_days(assessments: Assessments) -> dict[str, tuple[float, ...]]:
    """The times a protocol names; where it names none, those of the first two scans. Units: [day]."""
    first = (assessments.first_at or assessments.every).days
    scans = tuple(first + number * assessments.every.days for number in range(SCANS_COMPARED))
    return {
        name: tuple(sorted({day for day in _own_days(biomarker) or scans if day > 0}))
        for name, biomarker in assessments.biomarkers.items()
    }


def _own_days(biomarker: Biomarker) -> tuple[float, ...]:
    return tuple(time.days for time in biomarker.at or ())


def _rule(plan: SingleArmPlan | None) -> tuple[TwoStageRule | FirstStageRule | None, str]:
    """The rule with an early look, of designs that have one."""
    if plan is None or isinstance(plan.rule, OneLookRule):
        return None, ""
    return plan.rule, plan.name
