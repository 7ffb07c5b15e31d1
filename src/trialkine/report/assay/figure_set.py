"""Draws every figure of an assay's report, with its caption and the words a screen reader speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.assay.protocol import hours
from trialkine.assay.wells import background_names
from trialkine.report.assay.donor_strips import donor_strip_figure
from trialkine.report.assay.dose_response_figure import dose_response_figure
from trialkine.report.assay.time_courses import shown_wells, time_course_figure
from trialkine.report.assay.words import group_words
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import svg_document

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary


def draw_assay_figures(result: AssayResult, summary: AssaySummary) -> dict[str, ReportFigure]:
    """All figures by file name, in the order of the report."""
    figures: dict[str, ReportFigure] = {}
    if shown_wells(result):
        for course in result.courses:
            who = group_words(course.group, course.size)
            figures[f"time_course_{course.group}"] = _finished(
                time_course_figure(result, course),
                f"time_course_{course.group}",
                f"Time course in the wells of {who}: median (line) and middle half (band) of the true "
                "response, before background and counting.",
            )
    if summary.cuts:
        background = background_names(result.protocol.assay, result.protocol.assay)[0]
        rule = result.protocol.responder
        assert rule is not None  # no cuts without a rule
        is_pooled = rule.cut == "pooled"
        line = "the dashed line is the cut" if is_pooled else "the cut is each donor's own, and not drawn"
        figures["donors"] = _finished(
            donor_strip_figure(result, summary.cuts),
            "donors",
            f"Readings of every donor at {hours(rule.at.days):g} h, background included; a bar marks the "
            f"median, and {line}. The first column, '{background}', is what the cut was made from.",
        )
    for place, plan in enumerate(dict.fromkeys(one.plan for one in summary.dose_responses), start=1):
        hour = judged_hour(result)
        here = [one for one in summary.dose_responses if one.plan == plan and one.hour == hour]
        answering = {one.read_out for one in here if one.ec50.why != "no response"}
        series = [one for one in here if one.read_out in answering] or here
        name = f"dose_response_{place}"
        figures[name] = _finished(
            dose_response_figure(series),
            name,
            f"{plan}: response at {hour:g} h against concentration. Means above the donor's own well "
            "without a stimulus, with 95 % intervals; a diamond marks half of the greatest mean (EC50). "
            "Read-outs without a response are left out.",
        )
    return figures


def judged_hour(result: AssayResult) -> float:
    """The time at which responses are compared: the responder's, else the last."""
    rule = result.protocol.responder
    return hours(rule.at.days) if rule is not None else result.protocol.hours[-1]


def _finished(figure: Figure, name: str, caption: str) -> ReportFigure:
    return ReportFigure(svg_document(figure, name), caption, caption)
