"""Builds the one HTML page of an assay."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from trialkine.report.assay import tables
from trialkine.report.assay.answer import CAUTION, findings, remarks, setting_words
from trialkine.report.assumptions import cited_sources, evidence_sentence, parameter_groups
from trialkine.report.citation import cited
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_inline
from trialkine.report.page import PlacedFigure
from trialkine.report.templates import page_environment
from trialkine.report.words import BANNER, BANNER_DETAIL

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary


def assay_page(
    result: AssayResult,
    summary: AssaySummary,
    figures: Mapping[str, ReportFigure],
    provenance: Mapping[str, str],
) -> str:
    """The whole report as one HTML document that loads nothing from anywhere."""
    from markupsafe import Markup

    placed = [
        (name, PlacedFigure(number, Markup(svg_inline(one.document, name, one.description)), one.caption))
        for number, (name, one) in enumerate(figures.items(), start=1)
    ]
    groups = parameter_groups(result.parameters)
    protocol = result.protocol
    css = resources.files("trialkine.report").joinpath("report.css").read_text(encoding="utf-8")
    context: dict[str, Any] = {
        "css": Markup(css),
        "banner": BANNER,
        "banner_detail": BANNER_DETAIL,
        "protocol": protocol,
        "seed": result.seed,
        "setting": setting_words(result),
        "findings": findings(result, summary),
        "remarks": remarks(result, summary),
        "caution": CAUTION,
        "courses": [one for name, one in placed if name.startswith("time_course")],
        "series": [one for name, one in placed if name.startswith("dose_response")],
        "donors": [one for name, one in placed if name == "donors"],
        "published": tables.published_table(summary),
        "levels": tables.level_tables(result, summary),
        "responders": tables.responder_table(result, summary),
        "half_effective": tables.ec50_table(result, summary),
        "ratios": tables.ratio_table(result, summary),
        "groups": groups,
        "evidence": evidence_sentence(groups),
        "cited": cited_sources(result.parameters),
        "sources": [cited("", one.citation, one.doi, one.pmid, one.url) for one in protocol.sources],
        "equations": result.equations,
        "model_hash": result.model_hash,
        "provenance": provenance,
    }
    return page_environment().get_template("assay/assay.html.j2").render(context)
