"""Swimmer: one lane per patient, with the lines of treatment, response, progression and death."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.figures.style import (
    INK,
    arm_styles,
    as_plain_text,
    house_style,
    month_axis,
    new_figure,
)
from trialkine.report.picks import pick_by_response
from trialkine.trial.observation import OBSERVATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.trial.result import TrialResult

MOST_LANES_PER_ARM = 30
MOST_LANES = 120
_OFF_TREATMENT = "#e3e6ec"
_MARKS: dict[str, dict[str, Any]] = {
    "response": {"marker": "^", "markerfacecolor": "#1b7837", "markeredgecolor": "white"},
    "progression": {"marker": "D", "markerfacecolor": "#762a83", "markeredgecolor": "white"},
    "death": {"marker": "X", "markerfacecolor": INK, "markeredgecolor": "white"},
    "alive, follow-up ends": {"marker": ">", "markerfacecolor": "white", "markeredgecolor": INK},
}


def lanes_per_arm(arms: int) -> int:
    """How many patients of each arm are shown at most."""
    return max(1, min(MOST_LANES_PER_ARM, MOST_LANES // arms))


def swimmer(result: TrialResult) -> Figure:
    """In every arm the best responses stand in their shares, so that responders are seen."""
    lanes = lanes_per_arm(len(result.arms))
    chosen = {arm: pick_by_response(result, arm, lanes).sort("os_days", "patient") for arm in result.arms}
    longest = max((_longest(rows) for rows in chosen.values()), default=1.0)
    styles = arm_styles(result.arms)
    heights = [max(1, rows.height) for rows in chosen.values()]
    with house_style(**{"axes.grid.axis": "x"}):
        figure = new_figure(1.15 + 0.13 * sum(heights) + 0.3 * len(heights))
        panels = figure.subplots(len(result.arms), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
        for panel, arm in zip(panels, result.arms, strict=True):
            rows = chosen[arm]
            lines = _treatments(result).filter((pl.col("arm") == arm) & (pl.col("trial") == 0))
            for lane, patient in enumerate(rows.iter_rows(named=True)):
                own = lines.filter(pl.col("patient") == patient["patient"]).sort("line")
                _draw_lane(panel, lane, patient, own, styles[arm].line)
            panel.set_title(as_plain_text(arm), color=styles[arm].text)
            panel.set_ylim(-0.8, max(1, rows.height) - 0.2)
            panel.set_yticks([])
            panel.spines["left"].set_visible(False)
            panel.tick_params(labelbottom=panel is panels[-1])
            month_axis(panel, max(1.0, longest / DAYS_PER_MONTH * 1.02))
        panels[-1].set_xlabel("months since first dose")
        _key(figure, result, styles[result.arms[0]].line)
        height = figure.get_figheight()
        gap = 0.3 * len(heights) / max(0.13 * sum(heights), 0.1)
        figure.subplots_adjust(
            left=0.015, right=0.985, bottom=0.42 / height, top=1 - 0.68 / height, hspace=max(0.12, gap)
        )
    return figure


def _treatments(result: TrialResult) -> pl.DataFrame:
    """The lines of treatment; observation is none."""
    return result.lines.filter(pl.col("agent").cast(pl.String) != OBSERVATION)


def _longest(rows: pl.DataFrame) -> float:
    found = rows["os_days"].max() if rows.height else None
    return float(found) if isinstance(found, int | float) else 1.0


def _shade(line: int) -> float:
    return (0.9, 0.5, 0.3)[min(line, 3) - 1]


def _draw_lane(panel: Axes, lane: int, patient: dict[str, Any], lines: pl.DataFrame, colour: str) -> None:
    end = patient["os_days"]
    panel.barh(lane, end / DAYS_PER_MONTH, height=0.34, color=_OFF_TREATMENT)
    for line in lines.iter_rows(named=True):
        start = line["start_day"]
        stop = min(end, line["end_day"] if line["end_day"] is not None else end)
        width = max(0.0, stop - start) / DAYS_PER_MONTH
        panel.barh(
            lane, width, left=start / DAYS_PER_MONTH, height=0.62, color=colour, alpha=_shade(line["line"])
        )
    marks = {
        "response": patient["response_day"],
        "progression": patient["progression_day"],
        ("death" if patient["os_event"] else "alive, follow-up ends"): end,
    }
    for name, day in marks.items():
        if day is not None:
            panel.plot(
                day / DAYS_PER_MONTH,
                lane,
                markersize=5,
                markeredgewidth=0.6,
                clip_on=False,
                zorder=4,
                **_MARKS[name],
            )


def _key(figure: Figure, result: TrialResult, colour: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    most = _treatments(result)["line"].max() or 1
    names = ("first line", "second line", "later lines")[: min(int(str(most)), 3)]
    single = len(result.arms) == 1
    bars = [
        Patch(
            facecolor=colour if single else "#5b6475", alpha=_shade(place + 1), label=f"{name} of treatment"
        )
        for place, name in enumerate(names)
    ]
    bars.append(Patch(facecolor=_OFF_TREATMENT, label="off treatment"))
    marks = [
        Line2D([], [], linestyle="", markersize=5, markeredgewidth=0.6, label=name, **settings)
        for name, settings in _MARKS.items()
    ]
    common: dict[str, Any] = {
        "frameon": False,
        "fontsize": 7.5,
        "handlelength": 1.3,
        "handletextpad": 0.5,
        "columnspacing": 1.4,
        "borderaxespad": 0.3,
        "loc": "upper left",
    }
    figure.legend(handles=bars, ncols=len(bars), bbox_to_anchor=(0.0, 1.0), **common)
    figure.legend(
        handles=marks, ncols=len(marks), bbox_to_anchor=(0.0, 1 - 0.2 / figure.get_figheight()), **common
    )
