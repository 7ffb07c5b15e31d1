"""The figures of a comparison, with captions and the words a screen reader speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialkine.report.comparison.compare import ArmComparison
from trialkine.report.comparison.patient_differences import PatientDifferences, known_differences
from trialkine.report.comparison.words import interval_name
from trialkine.report.curves import ArmCurve, arm_curve
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.kaplan_meier import MOST_BANDS, draw_curves
from trialkine.report.figures.patient_differences import MOST_PANELS, draw_differences
from trialkine.report.figures.style import svg_document
from trialkine.report.words import whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_comparison_figures(comparison: ArmComparison) -> dict[str, ReportFigure]:
    """All figures by file name, in the order of the page."""
    paired = known_differences(comparison)
    figures = {"patient_differences": _differences_figure(comparison, paired)} if paired else {}
    return figures | {"kaplan_meier": _curves_figure(comparison)}


def _differences_figure(comparison: ArmComparison, paired: Sequence[PatientDifferences]) -> ReportFigure:
    shown = paired[:MOST_PANELS]
    some = (
        f" The first {MOST_PANELS} of {whole(len(paired))} arms are shown."
        if len(paired) > MOST_PANELS
        else ""
    )
    return _finished(
        draw_differences(shown, comparison.until_months),
        "patient_differences",
        f"{comparison.endpoint} of each patient under the arm minus that of the same patient under "
        f"{comparison.reference.name}, within the first {comparison.until}, in falling "
        f"order. Left out are patients of whom one of the two times is not known.{some}",
        "Differences of single patients in falling order, one panel per arm. "
        + " ".join(one.in_words for one in shown),
    )


def comparison_curves(comparison: ArmComparison) -> list[ArmCurve]:
    """The curve of every arm."""
    endpoint = comparison.question.endpoint
    return [
        arm_curve(one.arm.name, one.arm.evaluable, endpoint, comparison.trials) for one in comparison.arms
    ]


def curves_figure(comparison: ArmComparison) -> Figure:
    """The curves of all arms over their numbers at risk."""
    return draw_curves(comparison_curves(comparison), comparison.endpoint.split(" (")[0])


def _curves_figure(comparison: ArmComparison) -> ReportFigure:
    curves = comparison_curves(comparison)
    band = "median curves of all trials" if comparison.is_predictive else "Kaplan-Meier curves"
    if len(curves) <= MOST_BANDS and not comparison.is_predictive:
        band += " with pointwise 95 % log-log limits; ticks mark censored patients"
    caution = ""
    if any(contrast.paired is not None for contrast in comparison.contrasts):
        caution = (
            f" Bands of arms that hold the same patients must not be compared with each other; the "
            f"{interval_name(comparison)}s of differences are in the table."
        )
    medians = "; ".join(f"{curve.arm}: {curve.median}" for curve in curves)
    return _finished(
        curves_figure(comparison),
        "kaplan_meier",
        f"{comparison.endpoint}: {band}.{caution}",
        f"{comparison.endpoint} by arm. {medians}.",
    )


def _finished(figure: Figure, name: str, caption: str, description: str) -> ReportFigure:
    return ReportFigure(svg_document(figure, name), " ".join(caption.split()), description)
