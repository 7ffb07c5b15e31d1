"""Builds the one HTML page from the numbers, the figures and the template beside this file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from trialkine.report import tables
from trialkine.report.answer import answer, case_mix_words
from trialkine.report.assumptions import cited_sources, evidence_sentence, parameter_groups
from trialkine.report.dose_counts import agent_doses
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_inline
from trialkine.report.flow import arm_flows
from trialkine.report.words import BANNER, BANNER_DETAIL, plain_name, whole

if TYPE_CHECKING:
    from markupsafe import Markup

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
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    folder = resources.files("trialkine.report")
    environment = Environment(
        loader=PackageLoader("trialkine.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole"] = whole
    environment.filters["unbroken"] = unbroken
    environment.filters["breakable"] = breakable
    environment.filters["plain_name"] = plain_name
    flows, doses, groups = arm_flows(result), agent_doses(result), parameter_groups(result.parameters)
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
        "contrasts": tables.contrast_table(summary),
        "biomarkers": tables.biomarker_table(summary),
        "doses": tables.dose_table(doses),
        "failures": tables.failure_table(result, flows),
        "flows": flows,
        "case_mix": case_mix_words(result.case_mix),
        "accounting": result.accounting,
        "groups": groups,
        "cited": cited_sources(result.parameters),
        "evidence": evidence_sentence(groups),
        "provenance": provenance,
    }
    return environment.get_template("report.html.j2").render(context)


def unbroken(text: str) -> Markup:
    """Text in which short names with a hyphen, such as IL-2, stay on one line."""
    from markupsafe import Markup, escape

    parts = re.split(r"(\b[A-Za-z0-9]{1,6}-[A-Za-z0-9]{1,3}\b)", text)
    joined = [
        Markup('<span class="unbroken">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    ]
    return Markup("").join(joined)


def breakable(key: str) -> Markup:
    """A key that may break into lines after its underscores, and nowhere else."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(escape(part) for part in key.split("_"))
