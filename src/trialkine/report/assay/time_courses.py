"""What happens in the wells over time: one panel per read-out, one line per kind of well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.assay.read_outs import READ_OUTS
from trialkine.report.figures.style import arm_styles, as_plain_text, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.assay.run import AssayResult, GroupCourses

COLUMNS = 2
MOST_LINES = 6
PANEL_HEIGHT = 2.15
LEGEND_HEIGHT = 0.55


def shown_wells(result: AssayResult) -> list[int]:
    """The places of the wells that are drawn over time: not the series, not those without a stimulus."""
    wells = enumerate(result.wells)
    places = [place for place, well in wells if not well.varied and not well.is_background]
    return places[:MOST_LINES]


def time_course_figure(result: AssayResult, course: GroupCourses) -> Figure:
    """True courses of one group: the median donor's line and the middle half of donors."""
    places = shown_wells(result)
    styles = arm_styles([result.wells[place].label for place in places])
    names = [name for name in READ_OUTS if name in result.protocol.read_outs]
    rows = -(-len(names) // COLUMNS)
    height = rows * PANEL_HEIGHT + LEGEND_HEIGHT
    with house_style():
        figure = new_figure(height)
        panels = figure.subplots(rows, COLUMNS, squeeze=False)
        figure.subplots_adjust(
            left=0.075, right=0.985, top=1 - (LEGEND_HEIGHT + 0.22) / height, bottom=0.42 / height,
            hspace=0.5, wspace=0.2,
        )  # fmt: skip
        for number, axes in enumerate(panels.ravel()):
            if number >= len(names):
                axes.set_axis_off()
                continue
            _panel(axes, result, course, names[number], places)
            if number + COLUMNS >= len(names):
                axes.set_xlabel("hours after the stimulus")
        handles: list[Any] = []
        for place in places:
            style = styles[result.wells[place].label]
            dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
            handles += panels[0, 0].plot(
                [], [], color=style.line, linewidth=1.7, label=as_plain_text(result.wells[place].label),
                **dashes,
            )  # fmt: skip
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.065, 1.0), ncols=3, frameon=False,
            fontsize=7.5, handlelength=3.2, borderaxespad=0.2, columnspacing=1.6,
        )  # fmt: skip
    return figure


def _panel(axes: Axes, result: AssayResult, course: GroupCourses, name: str, places: list[int]) -> None:
    read_out = READ_OUTS[name]
    styles = arm_styles([result.wells[place].label for place in places])
    for place in places:
        well = result.wells[place]
        if well.sample == "purified-cd8" and read_out.needs_presenting_cells:
            continue
        style = styles[well.label]
        values = course.values[name][place] * read_out.factor
        low, middle, high = np.percentile(values, [25, 50, 75], axis=0)
        dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
        axes.fill_between(course.hours, low, high, color=style.line, alpha=0.12, linewidth=0)
        axes.plot(course.hours, middle, color=style.line, linewidth=1.7, **dashes)
    last = float(course.hours[-1])
    axes.set_xlim(0, last)
    axes.set_ylim(bottom=0)
    step = next(step for step in (1, 2, 4, 6, 12, 24) if last / step <= 8.5)
    axes.set_xticks(np.arange(0, last + 0.01, step))
    axes.set_title(f"{read_out.title}, {read_out.unit}", fontsize=8)
