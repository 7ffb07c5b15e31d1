"""Builds the one HTML page of a comparison."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import resources
from typing import Any

from trialkine.report.comparison import tables
from trialkine.report.comparison.cautions import cautions
from trialkine.report.comparison.compare import ArmComparison
from trialkine.report.comparison.words import contrast_words
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_inline
from trialkine.report.manifest import package_versions
from trialkine.report.page import PlacedFigure
from trialkine.report.templates import page_environment
from trialkine.report.words import BANNER, BANNER_DETAIL, whole


def comparison_page(comparison: ArmComparison, figures: Mapping[str, ReportFigure], command: str = "") -> str:
    """The whole comparison as one HTML document that loads nothing from anywhere."""
    from markupsafe import Markup

    css = resources.files("trialkine.report").joinpath("report.css").read_text(encoding="utf-8")
    placed = {
        name: PlacedFigure(number, Markup(svg_inline(one.document, name, one.description)), one.caption)
        for number, (name, one) in enumerate(figures.items(), start=1)
    }
    context: dict[str, Any] = {
        "css": Markup(css),
        "banner": BANNER,
        "banner_detail": BANNER_DETAIL,
        "heading": heading(comparison),
        "setting": setting_words(comparison),
        "reference": comparison.reference.name,
        "endpoint": comparison.endpoint,
        "findings": [
            (contrast.arm.name, contrast_words(comparison, contrast)) for contrast in comparison.contrasts
        ],
        "cautions": cautions(comparison),
        "figures": placed,
        "differences": tables.difference_table(comparison),
        "needed": tables.needed_table(comparison),
        "fates": tables.fate_table(comparison),
        "responses": tables.response_table(comparison),
        "arms": tables.arm_table(comparison),
        "runs": tables.run_table(comparison),
        "provenance": _provenance(comparison, command),
    }
    return page_environment().get_template("comparison/comparison.html.j2").render(context)


def heading(comparison: ArmComparison) -> str:
    """What is compared with what."""
    if len(comparison.contrasts) == 1:
        return f"{comparison.contrasts[0].arm.name} against {comparison.reference.name}"
    return f"{whole(len(comparison.contrasts))} arms against {comparison.reference.name}"


def setting_words(comparison: ArmComparison) -> str:
    """Whose patients, and how many runs of how many trials."""
    paired = [contrast.paired is not None for contrast in comparison.contrasts]
    who = "the same patients" if all(paired) else "different patients"
    if any(paired) and not all(paired):
        who = "the same patients in some arms"
    runs = len(comparison.runs)
    repeated = f", {whole(comparison.trials)} trials each" if comparison.is_predictive else ""
    return f"{whole(runs)} run{'' if runs == 1 else 's'}{repeated} · {who}"


def _provenance(comparison: ArmComparison, command: str) -> Mapping[str, str]:
    facts = {
        "Command": command,
        "Landmark": comparison.landmark,
        "Restricted means up to": comparison.until
        + ("" if comparison.question.until else ", the shortest last follow-up"),
        "Versions": ", ".join(f"{name} {number}" for name, number in package_versions().items()),
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}",
    }
    return {name: value for name, value in facts.items() if value}
