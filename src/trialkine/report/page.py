"""Builds the one HTML page from the numbers, the figures and the template beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from trialkine.report import adverse_event_tables, tables
from trialkine.report.adverse_events import arm_toxicities
from trialkine.report.answer import answer, case_mix_words
from trialkine.report.assumptions import (
    cited_sources,
    every_record,
    evidence_sentence,
    own_numbers,
    parameter_groups,
)
from trialkine.report.contrast_tables import contrast_tables
from trialkine.report.dose_counts import agent_doses
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_inline
from trialkine.report.flow import arm_flows
from trialkine.report.operating_tables import design_tables
from trialkine.report.screening import screening_table
from trialkine.report.split_tables import baseline_table, criteria_table
from trialkine.report.templates import page_environment
from trialkine.report.words import BANNER, BANNER_DETAIL
from trialkine.trial.own_model.words import own_model_words

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class PlacedFigure:
    """A figure as the template places it; the number is its place in the report."""

    number: int
    svg: str
    caption: str


def report_page(
    result: TrialResult, summary: Summary, figures: Mapping[str, ReportFigure], provenance: Mapping[str, str]
) -> str:
    """The whole report as one HTML document that loads nothing from anywhere."""
    from markupsafe import Markup

    folder = resources.files("trialkine.report")
    flows, doses, groups = arm_flows(result), agent_doses(result), parameter_groups(result.parameters)
    toxicities = arm_toxicities(result)
    contrasts, other_contrasts = contrast_tables(summary)
    placed = {
        name: PlacedFigure(
            number, Markup(svg_inline(figure.document, name, figure.description)), figure.caption
        )
        for number, (name, figure) in enumerate(figures.items(), start=1)
    }
    context: dict[str, Any] = {
        "css": Markup((folder / "report.css").read_text(encoding="utf-8")),
        "banner": BANNER,
        "banner_detail": BANNER_DETAIL,
        "summary": summary,
        "facts": summary.facts,
        "result": result,
        "answer": answer(summary),
        "figures": placed,
        "biomarker_figures": [figure for name, figure in placed.items() if name.startswith("biomarker_")],
        "outcomes": tables.outcome_table(summary),
        "lines": tables.line_table(summary),
        "predictions": tables.narrow_table(summary),
        "contrasts": contrasts,
        "other_contrasts": other_contrasts,
        "biomarkers": tables.biomarker_table(summary),
        "doses": tables.dose_table(doses),
        "criteria": criteria_table(result, summary),
        "thirds": baseline_table(summary),
        "screening": screening_table(result),
        "toxicities": adverse_event_tables.toxicity_table(toxicities),
        "undriven": adverse_event_tables.undriven_arms(toxicities),
        "failures": tables.failure_table(result, flows),
        "flows": flows,
        "own_model": own_model_words(result.protocol.own) if result.protocol.own is not None else [],
        "case_mix": case_mix_words(result.case_mix),
        "accounting": result.accounting,
        "groups": groups,
        "design": [] if summary.operating is None else design_tables(summary.operating),
        "cited": cited_sources(every_record(result), result.citations),
        "own_numbers": own_numbers(result),
        "evidence": evidence_sentence(groups),
        "agents": tables.evidence_table(summary),
        "provenance": provenance,
    }
    return page_environment().get_template("report.html.j2").render(context)
