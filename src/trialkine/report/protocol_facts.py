"""What the report needs to know of a protocol, in one flat record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.design.simon import simon_designs
from trialkine.design.two_stage import FirstStageRule, TwoStageRule
from trialkine.records import DAYS_PER_WEEK
from trialkine.report.citation import CitedSource, cited

if TYPE_CHECKING:
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import Assessments, Design

SCANS_COMPARED = 2


@dataclass(frozen=True)
class ProtocolFacts:
    """The protocol's words and choices that a report repeats or depends on.

    `has_several_lines` says that some arm has more than one line of treatment, `has_unequal_lines` that
    arms differ in their number; `lines_of` counts them by arm.
    `biomarker_weeks` holds the whole weeks at which each biomarker is compared with its baseline.
    `rule_name` says in words where `rule` comes from.
    """

    title: str
    question: str
    record: str
    disease: str
    criteria: str
    is_counterfactual: bool
    lines_of: Mapping[str, int]
    biomarker_weeks: Mapping[str, tuple[int, ...]]
    rule: TwoStageRule | FirstStageRule | None
    rule_name: str
    sources: tuple[CitedSource, ...]

    @property
    def is_adjuvant(self) -> bool:
        """Whether relapse is looked for, because nothing is left that could respond or progress."""
        return self.criteria == "relapse"

    @property
    def has_several_lines(self) -> bool:
        """Whether any arm goes on to another line of treatment."""
        return max(self.lines_of.values()) > 1

    @property
    def has_unequal_lines(self) -> bool:
        """Whether some arms have more lines than others."""
        return len(set(self.lines_of.values())) > 1


def protocol_facts(protocol: Protocol) -> ProtocolFacts:
    """The facts of a protocol as read."""
    rule, rule_name = _rule(protocol.design)
    return ProtocolFacts(
        title=protocol.title,
        question=protocol.question or "",
        record=protocol.record or "",
        disease=protocol.disease,
        criteria=protocol.assessments.criteria,
        is_counterfactual=protocol.is_counterfactual,
        lines_of={arm.name: len(arm.lines) for arm in protocol.arms},
        biomarker_weeks=_biomarker_weeks(protocol.assessments),
        rule=rule,
        rule_name=rule_name,
        sources=tuple(
            cited("", source.citation, source.doi, source.pmid, source.url) for source in protocol.sources
        ),
    )


def _biomarker_weeks(assessments: Assessments) -> dict[str, tuple[int, ...]]:
    """The weeks a protocol names; where it names none, those of the first two scans."""
    first = (assessments.first_at or assessments.every).days
    scans = tuple(first + number * assessments.every.days for number in range(SCANS_COMPARED))
    weeks = {}
    for name, biomarker in assessments.biomarkers.items():
        days = scans if biomarker.at is None else tuple(time.days for time in biomarker.at)
        weeks[name] = tuple(sorted({round(day / DAYS_PER_WEEK) for day in days if day > 0}))
    return weeks


def _rule(design: Design | None) -> tuple[TwoStageRule | FirstStageRule | None, str]:
    if design is None:
        return None, ""
    if design.simon is not None:
        asked = design.simon
        found = simon_designs(asked.p0, asked.p1, asked.alpha, asked.power).optimal.rule
        return found, f"Simon's optimal design for {100 * asked.p0:g} % against {100 * asked.p1:g} %"
    stages = design.two_stage
    assert stages is not None  # the protocol checks that exactly one rule is given
    if stages.total is None or stages.success_above is None:
        return FirstStageRule(
            stages.stop_at_or_below, stages.first_stage
        ), "the first stage of its two-stage design"
    rule = TwoStageRule(stages.stop_at_or_below, stages.first_stage, stages.success_above, stages.total)
    return rule, "its two-stage design"
