"""Biomarker over time: median and middle half of each arm, in percent of baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trialkine.records import DAYS_PER_WEEK
from trialkine.report.biomarker_change import BiomarkerCourse
from trialkine.report.figures.style import (
    MUTED,
    arm_styles,
    as_plain_text,
    house_style,
    new_figure,
    spread_apart,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAST_IN_DAYS = 3 * DAYS_PER_WEEK
"""Courses that end by then are drawn in days, longer ones in weeks. Units: [day]."""


def biomarker_figure(courses: Sequence[BiomarkerCourse]) -> Figure:
    """All arms in one panel, each labelled at the end of its line."""
    arms = [course.arm for course in courses]
    styles = arm_styles(arms)
    with house_style():
        label_inches = 0.13 * max((len(wrapped(arm).splitlines()) for arm in arms), default=1) + 0.08
        height = max(2.9, 0.6 + label_inches * len(arms))
        figure = new_figure(height)
        panel = figure.add_axes((0.085, 0.45 / height, 0.66, 1 - 0.58 / height))
        panel.axhline(100, color=MUTED, linewidth=0.8, dashes=(3, 2))
        shown = [course for course in courses if course.day]
        top = max((max(course.high) for course in shown), default=100.0)
        top = max(125.0, min(top * 1.08, 1000.0))
        last = max((course.day[-1] for course in shown), default=DAYS_PER_WEEK)
        unit, scale = ("days", 1.0) if last <= LAST_IN_DAYS else ("weeks", DAYS_PER_WEEK)
        for course in shown:
            style = styles[course.arm]
            times = [day / scale for day in course.day]
            panel.fill_between(times, course.low, course.high, color=style.line, alpha=0.12, linewidth=0)
            dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
            panel.plot(times, course.median, color=style.line, linewidth=1.6, **dashes)
            panel.plot(times, course.median, "o", color=style.line, markersize=2.6)
        panel.set_xlim(0, max(last / scale, 1.0))
        panel.set_ylim(0, top)
        panel.set_xlabel(f"{unit} since first dose")
        panel.set_ylabel("% of baseline")
        gap = label_inches / (height - 0.58)
        heights = spread_apart([course.median[-1] / top for course in shown], gap, 0.03, 0.97)
        for course, height in zip(shown, heights, strict=True):
            panel.text(
                1.02,
                height,
                as_plain_text(wrapped(course.arm)),
                transform=panel.transAxes,
                color=styles[course.arm].text,
                va="center",
                fontsize=7.5,
                fontweight="bold",
                linespacing=1.15,
            )
        if not shown:
            panel.text(0.5, 0.5, "not measured after baseline", transform=panel.transAxes, ha="center")
    return figure
