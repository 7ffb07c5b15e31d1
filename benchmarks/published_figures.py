"""One figure of each published model, drawn again: `python benchmarks/published_figures.py [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from example_figures import smaller
from published_courses import courses, settled
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.published_models import published_model
from trialkine.report.figures.style import INK, MUTED, house_style, new_figure, svg_document

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[Any]]
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#9c4377"
FOLDER = Path(__file__).parents[1] / "docs" / "figures"


# -- Kuznetsov and others 1994 -----------------------------------------------------------------------


def kuznetsov() -> Figure:
    """The plane of effector and tumour cells with its four steady states, and two courses in time."""
    model = published_model("kuznetsov_1994")
    figure = new_figure(3.5)
    plane, course = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    times = np.arange(0.0, 601.0, 2.0)
    starts = [(3.2e5, 5e6), (3.2e5, 1e8)]
    runs = [{"initial_effector": effector, "initial_tumour": tumour} for effector, tumour in starts]
    found = courses(model, runs, times)
    _nullclines(plane, model)
    for patient, colour in enumerate((BLUE, ORANGE)):
        plane.plot(found["effector"][patient], found["tumour"][patient], color=colour, linewidth=1.3)
        plane.plot(*starts[patient], "o", color=colour, markersize=3.2)
        course.plot(times, found["tumour"][patient], color=colour, linewidth=1.5)
    _mark_steady_states(plane, course, model)
    plane.set(xscale="log", yscale="log", xlim=(5e4, 6e6), ylim=(1e5, 2e9))
    plane.set(xlabel="effector cells", ylabel="tumour cells", title="The plane of both populations")
    plane.grid(axis="x")
    course.set(yscale="log", xlim=(0, 600), ylim=(1e5, 2e9), xlabel="days", title="The tumour in time")
    course.text(590, 5.6e8, "from 100 million cells", color=ORANGE, fontsize=7.5, ha="right")
    course.text(590, 2.6e6, "from 5 million cells", color=BLUE, fontsize=7.5, ha="right")
    figure.subplots_adjust(left=0.085, right=0.985, bottom=0.14, top=0.91, wspace=0.2)
    return figure


def _nullclines(plane: Axes, model: StandaloneModel) -> None:
    """The curves on which one of the two populations does not change."""
    p = {name: record.value for name, record in model.records.items()}
    tumour = np.geomspace(1e5, 4.99e8, 400)
    drawn_in = p["recruitment_rate"] * tumour / (p["recruitment_half"] + tumour)
    net = p["effector_death_rate"] + p["inactivation_rate"] * tumour - drawn_in
    grey = {"color": MUTED, "linewidth": 0.8}
    plane.plot(
        p["growth_rate"] * (1 - p["crowding"] * tumour) / p["kill_rate"], tumour, dashes=(4, 2), **grey
    )
    for part in np.split(np.arange(len(net)), np.flatnonzero(np.diff(np.sign(net))) + 1):
        if net[part[0]] > 0.0:
            plane.plot(p["effector_influx"] / net[part], tumour[part], dashes=(1.5, 1.5), **grey)
    plane.text(1.75e6, 1.3e5, "tumour steady", color=MUTED, fontsize=7)
    plane.text(3.4e5, 1.3e5, "effectors steady", color=MUTED, fontsize=7)


def _mark_steady_states(plane: Axes, course: Axes, model: StandaloneModel) -> None:
    names = {(1.6e6, 8.2e6): "dormant", (7.6e5, 2.7e8): "saddle", (1.7e5, 4.5e8): "large"}
    for start, name in names.items():
        state = settled(model, start, {})
        effector, tumour = state.states
        face = INK if state.is_stable else "white"
        plane.plot(effector, tumour, "o", color=INK, markerfacecolor=face, markersize=5, zorder=5)
        near = {
            "dormant": (0.92, 0.035, "right"),
            "saddle": (1.2, 1.05, "left"),
            "large": (1.0, 1.35, "center"),
        }
        across, up, side = near[name]
        gap = "\n" if name == "dormant" else " "
        label = f"{name},{gap}{tumour / 1e6:.3g} million"
        plane.text(effector * across, tumour * up, label, fontsize=7.5, ha=side, color=INK)
        if state.is_stable:
            course.axhline(tumour, color=MUTED, linewidth=0.6, dashes=(1.5, 2))


# -- Kirschner and Panetta 1998 ----------------------------------------------------------------------


def kirschner_panetta() -> Figure:
    """The tumour at rest and its swings over the antigenicity, and four courses in time."""
    model = published_model("kirschner_panetta_1998")
    figure = new_figure(3.6)
    branch, course = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _branches(branch, model)
    _swings(branch, model)
    branch.set(xscale="log", yscale="log", xlim=(1e-5, 0.1), ylim=(1e-5, 5e9))
    branch.set(xlabel="antigenicity c per day", ylabel="tumour cells per mL", title="At rest, and swinging")
    times = np.arange(0.0, 1001.0, 2.0)
    drawn = {5e-5: PURPLE, 0.02: ORANGE, 0.03: GREEN, 0.035: BLUE}
    found = courses(model, [{"antigenicity": c} for c in drawn], times)["tumour"]
    for (c, colour), tumour in zip(drawn.items(), found, strict=True):
        course.plot(times, tumour, color=colour, linewidth=1.2, label=f"c = {c:g}")
    course.set(yscale="log", xlim=(0, 1000), ylim=(1e-5, 5e9), xlabel="days", title="The tumour in time")
    course.legend(
        frameon=False,
        fontsize=7.5,
        ncols=2,
        loc=(0.42, 0.735),
        columnspacing=1.4,
        handlelength=1.6,
    )
    figure.subplots_adjust(left=0.085, right=0.97, bottom=0.14, top=0.91, wspace=0.18)
    return figure


def _branches(axes: Axes, model: StandaloneModel) -> None:
    """The large tumour at rest up to the fold, and the small one, which is stable beyond the last swing."""
    large = np.linspace(1e9 - 1e4, 9.3e8, 20001)
    antigenicity = _needed(model, large)
    fold = int(np.argmax(antigenicity))
    stable: dict[str, Any] = {"color": INK, "linewidth": 1.6}
    axes.plot(antigenicity[: fold + 1 : 50], large[: fold + 1 : 50], **stable)
    firm = _largest_stable(model, 1e4, 1e5)
    unstable: dict[str, Any] = {"color": MUTED, "linewidth": 0.9, "dashes": (3, 2)}
    for sizes, style in ((np.geomspace(7.63e7, firm, 400), unstable), (np.geomspace(firm, 8e3, 20), stable)):
        axes.plot(_needed(model, sizes), sizes, **style)
    ends = (float(antigenicity[fold]), float(_needed(model, np.array([firm]))[0]))
    for value, name in zip(ends, ("$c_0$", "$c_1$"), strict=True):
        axes.axvline(value, color=MUTED, linewidth=0.6)
        axes.text(value * 1.12, 3e-5, f"{name} =\n{value:.3g}", fontsize=7.5, color=INK)
    axes.text(1.1e-5, 1.9e9, "large tumour", fontsize=7.5, color=INK)
    axes.text(1e-4, 1.2e7, "smaller tumour, unstable", fontsize=7.5, color=MUTED)


def _companions(model: StandaloneModel, tumour: Array) -> tuple[Array, Array]:
    """Effector cells and interleukin-2 beside a tumour at rest."""
    p = {name: record.value for name, record in model.records.items()}
    effector = p["growth_rate"] * (1 - p["crowding"] * tumour) * (p["kill_half"] + tumour) / p["kill_rate"]
    made = p["production_rate"] * effector * tumour / (p["production_half"] + tumour)
    return effector, made / p["interleukin_2_loss_rate"]


def _needed(model: StandaloneModel, tumour: Array) -> Array:
    """The antigenicity at which a tumour rests."""
    p = {name: record.value for name, record in model.records.items()}
    effector, interleukin_2 = _companions(model, tumour)
    grown = p["proliferation_rate"] * interleukin_2 / (p["proliferation_half"] + interleukin_2)
    return effector * (p["effector_death_rate"] - grown) / tumour


def _largest_stable(model: StandaloneModel, low: float, high: float) -> float:
    """The largest tumour that rests without swinging, by halving."""
    for _ in range(40):
        middle = np.array([(low + high) / 2])
        (effector,), (interleukin_2,) = _companions(model, middle)
        (antigenicity,) = _needed(model, middle)
        state = settled(model, (effector, middle[0], interleukin_2), {"antigenicity": antigenicity})
        low, high = (middle[0], high) if state.is_stable else (low, middle[0])
    return low


def _swings(axes: Axes, model: StandaloneModel) -> None:
    """The least and the most tumour of the lasting oscillation."""
    antigenicity = np.concatenate([np.linspace(0.015, 0.028, 27), np.linspace(0.029, 0.0324, 12)])
    times = np.concatenate([[0.0, 6000.0], np.arange(6001.0, 7001.0)])
    exact = {"one_cell": 1e-30}  # far less than a cell is left between two swings
    changes = [{"antigenicity": c, **exact} for c in antigenicity]
    found = courses(model, changes, times)["tumour"][:, 2:]
    low, high = found.min(axis=1), found.max(axis=1)
    axes.fill_between(antigenicity, low, high, color=ORANGE, alpha=0.14, linewidth=0)
    for edge in (low, high):
        axes.plot(antigenicity, edge, color=ORANGE, linewidth=1.1)
    words = "swings;\nthe smaller c,\nthe deeper"
    axes.text(0.0135, 3e0, words, fontsize=7.5, color="#a84a00", ha="right", va="center")


# -- de Pillis, Gu and Radunskaya 2006 ---------------------------------------------------------------


def chemotherapy(every: int, pulses: int = 9) -> list[PlannedDose]:
    """Five units a day over one day, again and again."""
    return [PlannedDose("chemotherapy", "infusion", float(every * k), 5.0, 1.0) for k in range(pulses)]


def immunotherapy() -> list[PlannedDose]:
    """A thousand million lymphocytes over day 7, then six pulses of interleukin-2 at 5 million IU/L a day."""
    cells = PlannedDose("infiltrating_lymphocytes", "infusion", 7.0, 1e9, 1.0)
    spans = [(8.0, 8.45), (8.7, 9.15), (9.4, 9.85), (10.1, 10.55), (10.8, 11.25), (11.5, 11.85)]
    pulses = [PlannedDose("aldesleukin", "infusion", a, 5e6 * (b - a), b - a) for a, b in spans]
    return [cells, *pulses]


HEALTHY = {
    "initial_natural_killer": 1e5,
    "initial_cd8_t_cell": 1e2,
    "initial_circulating_lymphocyte": 6e10,
}
PANELS: tuple[tuple[str, tuple[tuple[str, dict[str, float], list[PlannedDose]], ...]], ...] = (
    (
        "No treatment, 1 million cells",
        (("depleted immune system", {}, []), ("healthy immune system", HEALTHY, [])),
    ),
    (
        "Chemotherapy, 20 million cells",
        (
            ("every 10 days", {"initial_tumour": 2e7}, chemotherapy(10)),
            ("every 5 days", {"initial_tumour": 2e7}, chemotherapy(5)),
        ),
    ),
    (
        "Lymphocytes and interleukin-2",
        (
            ("20 million cells", {"initial_tumour": 2e7}, immunotherapy()),
            ("1 million cells", {}, immunotherapy()),
        ),
    ),
    (
        "Both, 20 million cells, drug every 10 days",
        (
            ("each alone", {"initial_tumour": 2e7}, chemotherapy(10)),
            ("both together", {"initial_tumour": 2e7}, [*chemotherapy(10), *immunotherapy()]),
            ("", {"initial_tumour": 2e7}, immunotherapy()),
        ),
    ),
)


def de_pillis() -> Figure:
    """Patient 9 in the four experiments of figures 7 to 10."""
    model = published_model("de_pillis_2006")
    figure = new_figure(4.6)
    times = np.arange(0.0, 120.01, 0.25)
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, (title, runs) in zip(grid.flat, PANELS, strict=True):
        tumour = courses(model, [one[1] for one in runs], times, [one[2] for one in runs])["tumour"]
        for (name, *_), course, colour in zip(runs, tumour, (ORANGE, BLUE, ORANGE), strict=False):
            _tumour_line(axes, times, course, name, colour)
        axes.set(title=title, yscale="log", xlim=(0, 120), ylim=(1, 3e9))
        axes.set_xticks(range(0, 121, 30))
    for axes in grid[1]:
        axes.set_xlabel("days")
    for axes in grid[:, 0]:
        axes.set_ylabel("tumour cells")
    figure.subplots_adjust(left=0.085, right=0.985, bottom=0.1, top=0.935, wspace=0.08, hspace=0.24)
    return figure


def _tumour_line(axes: Axes, times: Array, tumour: Array, name: str, colour: str) -> None:
    """One course down to a single cell, named where it ends."""
    alive = np.cumsum(tumour < 1.0) <= 1
    axes.plot(times[alive], np.maximum(tumour[alive], 1e-3), color=colour, linewidth=1.6)
    if alive.all():
        axes.text(118, tumour[-1] / 2.2, name, color=colour, fontsize=7.5, ha="right", va="top")
    else:
        axes.text(times[alive][-1] + 2, 2.0, name, color=colour, fontsize=7.5, va="bottom")


FIGURES = {
    "kuznetsov-1994": kuznetsov,
    "kirschner-panetta-1998": kirschner_panetta,
    "de-pillis-2006": de_pillis,
}


def draw(folder: Path) -> list[Path]:
    """Every figure as an SVG file; the same models give the same bytes."""
    written = []
    for name, make in FIGURES.items():
        with house_style():
            document = svg_document(make(), name)
        path = folder / f"{name}.svg"
        path.write_text(smaller(document), "utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for path in draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)
