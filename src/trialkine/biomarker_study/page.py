"""Builds the one HTML page of a study of biomarkers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from trialkine.biomarker_study import tables, words
from trialkine.biomarker_study.literature import RULE
from trialkine.biomarker_study.readings import MOMENTS
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.biomarker_study.sensitivity import METHOD
from trialkine.evidence.sources import sources
from trialkine.report import templates
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_inline
from trialkine.report.page import PlacedFigure
from trialkine.report.words import BANNER, BANNER_DETAIL


def biomarker_page(
    study: BiomarkerStudy, figures: Mapping[str, ReportFigure], provenance: Mapping[str, str]
) -> str:
    """The whole page as one HTML document that loads nothing from anywhere."""
    from jinja2 import ChoiceLoader, PackageLoader
    from markupsafe import Markup

    placed = [
        (name, PlacedFigure(number, Markup(svg_inline(one.document, name, one.description)), one.caption))
        for number, (name, one) in enumerate(figures.items(), start=1)
    ]
    css = resources.files("trialkine.report").joinpath("report.css").read_text(encoding="utf-8")
    arms = study.result.arms
    keys = dict.fromkeys(one.negative.source for one in study.literature)
    context: dict[str, Any] = {
        "css": Markup(css),
        "banner": BANNER,
        "banner_detail": BANNER_DETAIL,
        "study": study,
        "setting": _setting(study),
        "answers": words.answers(study),
        "caution": words.CAUTION,
        "literature": [words.literature_words(one) for one in study.literature],
        "rule": RULE,
        "cited": [sources()[key].citation for key in keys],
        "needed": [(arm, words.needed_words(study, arm)) for arm in arms],
        "areas": [one for name, one in placed if name.startswith("areas")],
        "curves": [one for name, one in placed if name == "roc"],
        "calibration_figures": [one for name, one in placed if name == "calibration"],
        "sensitivity_figures": [one for name, one in placed if name.startswith("sensitivity")],
        "area_tables": [tables.area_table(study, arm, moment) for arm in arms for moment in MOMENTS],
        "ceilings": tables.ceiling_table(study),
        "interaction_words": words.interaction_words(study),
        "interactions": tables.interaction_tables(study),
        "calibrations": tables.calibration_table(study),
        "sensitivity_method": METHOD,
        "sensitivities": [tables.sensitivity_table(study, arm) for arm in arms],
        "enrichments": [words.enrichment_words(one) for one in study.enrichments],
        "sizes": tables.size_table(study),
        "errors": tables.error_table(study),
        "provenance": provenance,
    }
    environment = templates.page_environment()
    assert environment.loader is not None
    environment.loader = ChoiceLoader([PackageLoader("trialkine.biomarker_study", "."), environment.loader])
    return environment.get_template("biomarkers.html.j2").render(context)


def _setting(study: BiomarkerStudy) -> str:
    sets = "the usual parameter set" if not study.members else f"{study.members} members of the ensemble"
    return f"{study.patients:,} patients per arm · {sets} · seed {study.seed}"
