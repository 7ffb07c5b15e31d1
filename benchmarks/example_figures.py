"""Figures of the gallery: those of a run folder made smaller, and rates with their intervals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from example_records import PERCENT, Comparison
from example_runs import ExampleRun
from trialkine.report.figures.style import GRID, INK, MUTED, svg_document

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODEL_COLOUR, RECORD_COLOUR = "#0072B2", "#D55E00"
_PATH = re.compile(r'(?<= d=")[^"]+')
_NUMBER = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True)
class Bar:
    """One rate with its 95 % interval, and the published ones. Units: [percent]."""

    name: str
    estimate: float
    low: float
    high: float
    published: tuple[Comparison, ...] = ()


def smaller(document: str) -> str:
    """The same drawing with coordinates to a tenth of a point, which no eye can tell apart."""
    return _PATH.sub(lambda path: _NUMBER.sub(lambda number: f"{float(number[0]):.1f}", path[0]), document)


def rates(run: ExampleRun, metric: str, comparisons: Iterable[Comparison]) -> str:
    """One line per arm: a rate with its interval, and what was published about the arm."""
    own = [one for one in comparisons if one.record.example == run.name and one.record.metric == metric]
    bars = []
    for name, arm in run.arms.items():
        found = arm["metrics"][metric]
        if found["estimate"] is None:
            continue
        published = tuple(one for one in own if one.record.arm == name and one.record.line is None)
        bars.append(_bar(name, found, published))
    return _drawn(bars, run.name)


def thirds(run: ExampleRun) -> str:
    """Response by thirds of what was there before treatment."""
    bars = [
        _bar(f"{third['quantity'].replace('_', ' ')}: {third['third']}", third["metrics"]["orr"], ())
        for arm in run.arms.values()
        for third in arm["thirds"]
    ]
    return _drawn(bars, run.name)


def _bar(name: str, found: dict[str, float], published: tuple[Comparison, ...]) -> Bar:
    return Bar(name, *(PERCENT * found[key] for key in ("estimate", "low", "high")), published)


def _drawn(bars: list[Bar], name: str) -> str:
    figure = Figure(figsize=(7.6, 0.9 + 0.36 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    for place, bar in enumerate(reversed(bars)):
        axes.plot(
            [bar.low, bar.high], [place, place], color=MODEL_COLOUR, linewidth=2.2, solid_capstyle="butt"
        )
        axes.plot(bar.estimate, place, "o", color=MODEL_COLOUR, markersize=6)
        for one in bar.published:
            if one.record.interval is not None:
                axes.plot(one.record.interval, [place - 0.25] * 2, color=RECORD_COLOUR, linewidth=1.2)
            axes.plot(one.record.value, place - 0.25, "D", color=RECORD_COLOUR, markersize=4.5)
    axes.set_yticks(range(len(bars)), [bar.name for bar in reversed(bars)], color=INK)
    _finish(axes, "patients [%]")
    has_record = any(bar.published for bar in bars)
    published = (
        "; orange: published, with its exact 95 % interval where the count is known" if has_record else ""
    )
    axes.set_title(f"blue: simulated, with 95 % interval{published}", fontsize=8, color=MUTED, loc="left")
    return svg_document(figure, f"gallery_{name}")


def against_record(comparisons: Iterable[Comparison]) -> str:
    """Every published rate against the simulated one."""
    shown = [one for one in comparisons if one.record.is_rate and one.estimate is not None]
    figure = Figure(figsize=(5.2, 5.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], color=MUTED, linewidth=0.8)
    for is_free, colour, words in (
        (False, MODEL_COLOUR, "fitted or looked at"),
        (True, RECORD_COLOUR, "not used"),
    ):
        group = [one for one in shown if (one.record.used == "no") == is_free]
        for one in group:
            assert one.low is not None
            assert one.high is not None
            axes.plot([one.record.value] * 2, [one.low, one.high], color=colour, linewidth=0.8, alpha=0.6)
            if one.record.interval is not None:
                axes.plot(one.record.interval, [one.estimate] * 2, color=colour, linewidth=0.8, alpha=0.6)
        xs, ys = [one.record.value for one in group], [one.estimate for one in group]
        axes.plot(xs, ys, "o", color=colour, markersize=4, label=words)
    axes.legend(frameon=False, loc="upper left", fontsize=9)
    axes.set_ylim(0, 100)
    axes.set_ylabel("simulated [%]", color=INK)
    _finish(axes, "published [%]")
    axes.set_xlim(0, 100)
    return svg_document(figure, "model_against_record")


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label, color=INK)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="both", length=0, labelsize=9)
