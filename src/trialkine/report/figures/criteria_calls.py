"""One patient's lesions over time, and what each response criterion called every scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialkine.endpoints.registry import find_criteria
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.figures.panels import line_colour
from trialkine.report.figures.style import (
    INK,
    MUTED,
    as_plain_text,
    house_style,
    month_axis,
    new_figure,
    spread_apart,
)
from trialkine.report.picks import evaluable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.trial.result import TrialResult

UNCONFIRMED = "UPD"


def most_disputed(result: TrialResult) -> tuple[str, int] | None:
    """The arm and number of the patient about whose scans the criteria differ most."""
    if result.calls is None:
        return None
    keys = ["arm", "trial", "patient", "day"]
    healthy = evaluable(result.patients).filter(pl.col("trial") == 0).select("arm", "trial", "patient")
    disputed = (
        result.calls.filter((pl.col("trial") == 0) & (pl.col("day") > 0))
        .join(healthy, on=["arm", "trial", "patient"], how="semi")
        .group_by(keys)
        .agg(pl.col("response").n_unique().alias("calls"))
        .group_by("arm", "patient")
        .agg((pl.col("calls") > 1).sum().alias("disputed"))
        .sort(["disputed", "arm", "patient"], descending=[True, False, False])
    )
    if not disputed.height:
        return None
    return str(disputed["arm"][0]), int(disputed["patient"][0])


def criteria_calls(result: TrialResult, arm: str, patient: int) -> Figure:
    """Above, the diameter of every lesion; below, one row of calls per criterion."""
    names = result.protocol.assessments.scored
    is_mine = (pl.col("arm") == arm) & (pl.col("trial") == 0) & (pl.col("patient") == patient)
    assert result.calls is not None  # `most_disputed` found a patient in them
    calls = result.calls.filter(is_mine & (pl.col("day") > 0)).sort("day")
    last = max(1.0, float(calls["day"].to_numpy().max()) / DAYS_PER_MONTH)
    with house_style():
        figure = new_figure(2.9 + 0.28 * len(names))
        above, below = figure.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [2.0, 0.28 * len(names) + 0.1]}
        )
        _draw_lesions(above, result.lesions.filter(is_mine).sort("lesion", "day"))
        with_new = result.visits.filter(is_mine & pl.col("new_lesion"))["day"].sort().to_list()
        for day in with_new[:1]:
            above.axvline(day / DAYS_PER_MONTH, color=MUTED, linewidth=1.0, linestyle=":")
        above.set_title(as_plain_text(f"{arm}, patient {patient}"))
        for place, name in enumerate(names):
            _draw_calls(below, -place, calls.filter(pl.col("criteria") == name))
        below.set_ylim(-len(names) + 0.4, 0.6)
        below.set_yticks([-place for place in range(len(names))])
        below.set_yticklabels([find_criteria(name).title for name in names])
        month_axis(below, last * 1.06)
        below.set_xlabel("months")
        below.grid(visible=False)
        height = figure.get_figheight()
        figure.subplots_adjust(left=0.13, right=0.89, bottom=0.42 / height, top=1 - 0.3 / height, hspace=0.08)
    return figure


def _draw_lesions(panel: Axes, lesions: pl.DataFrame) -> None:
    """Every lesion's diameter, with its name beside the last reading."""
    numbers = sorted(lesions["lesion"].unique().to_list())
    top = 1.1 * max(10.0, float(lesions["diameter_mm"].to_numpy().max())) if numbers else 10.0
    ends = []
    for place, number in enumerate(numbers):
        own = lesions.filter(pl.col("lesion") == number)
        sizes = own["diameter_mm"].to_numpy()
        panel.plot(
            own["day"].to_numpy() / DAYS_PER_MONTH, sizes, color=MUTED, linewidth=1.0, markersize=2.6,
            marker="osD^v"[place % 5],
        )  # fmt: skip
        ends.append(float(sizes[-1]) / top)
    for place, height in enumerate(spread_apart(ends, 0.085, 0.03, 0.97)):
        panel.text(
            1.015, height, f"lesion {numbers[place]}", transform=panel.transAxes, fontsize=7, va="center",
            color=MUTED,
        )  # fmt: skip
    panel.set_ylim(0, top)
    panel.set_ylabel("diameter, mm")


def _draw_calls(panel: Axes, height: float, calls: pl.DataFrame) -> None:
    """One criterion's call at every scan; what is still to be confirmed is paler."""
    for day, response in calls.select("day", "response").iter_rows():
        is_confirmed = response != UNCONFIRMED
        call = response if is_confirmed else "PD"
        panel.text(
            day / DAYS_PER_MONTH, height, response, ha="center", va="center", fontsize=6.5,
            color="white" if is_confirmed and call in ("PD", "CR") else INK,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": line_colour(call), "edgecolor": "none",
                  "alpha": 1.0 if is_confirmed else 0.5},
        )  # fmt: skip
