"""The Pareto front: the objective of every candidate against the measure that is limited first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialkine.optimisation.findings import CandidateFinding, Optimisation
from trialkine.optimisation.tables import in_order
from trialkine.report.figures.style import INK, MUTED, as_plain_text, house_style, new_figure, spread_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FRONT, CHOICE, LIMIT = "#0072B2", "#D55E00", "#8a5f00"
LABEL_GAP, SAME_PLACE = 0.035, 0.008
"""Of the height of the figure, and of either axis."""
MOST_IN_LABEL = 4
FARTHEST = 1.6
"""A limit farther away than this many times what is drawn would squeeze the candidates together."""
NAME = "pareto_front"


def front_figure(found: Optimisation) -> Figure:
    """Every candidate as a point with its number; the front as a line, its intervals as bars."""
    with house_style():
        figure = new_figure(4.6)
        panel = figure.subplots()
        numbered = list(enumerate(in_order(found), start=1))
        front = sorted((one for _, one in numbered if one.is_on_front), key=_x)
        course = [_x(one) for one in front], [_y(one) for one in front]
        panel.plot(*course, color=FRONT, linewidth=1.0, alpha=0.6, zorder=2)
        for _, one in numbered:
            _draw(panel, one, one is found.choice)
        limit = found.constraints[0]
        is_near = 100 * limit.share <= FARTHEST * panel.get_xlim()[1]
        if is_near:
            panel.axvline(100 * limit.share, color=LIMIT, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        panel.margins(x=0.08, y=0.1)
        _label(panel, [(number, one) for number, one in numbered if one.is_on_front or one is found.choice])
        where = f"dashed: {limit}" if is_near else str(limit)
        panel.set_xlabel(as_plain_text(f"{limit.measure}, % of patients ({where})"))
        panel.set_ylabel(as_plain_text(f"{found.objective}, % of patients"))
        figure.subplots_adjust(left=0.08, right=0.97, bottom=0.12, top=0.97)
    return figure


def caption(found: Optimisation) -> str:
    """What the figure shows."""
    rest = ""
    if len(found.constraints) > 1:
        others = ", ".join(str(one.measure) for one in found.constraints[1:])
        rest = f" The front also weighs {others}, which the figure does not show."
    return (
        "Candidates by their means over the members: blue on the Pareto front, with the middle 95 % of what "
        "may be under the members; orange the choice; squares the protocol's own arms; open those beyond a "
        "limit. "
        f"Numbers are those of the table.{rest}"
    )


def spoken(found: Optimisation) -> str:
    """The figure in words."""
    front = [one.name for one in found.candidates if one.is_on_front]
    return f"{found.objective} against {found.constraints[0].measure}; on the front: {'; '.join(front)}."


def _draw(panel: Axes, one: CandidateFinding, is_choice: bool) -> None:
    colour = CHOICE if is_choice else FRONT if one.is_on_front else MUTED
    if one.is_on_front or is_choice:
        rate, limited = one.objective, one.limited[0]
        line: dict[str, Any] = {"color": colour, "linewidth": 0.6, "alpha": 0.55, "zorder": 1.5}
        panel.plot([_x(one)] * 2, [100 * rate.low, 100 * rate.high], **line)
        panel.plot([100 * limited.low, 100 * limited.high], [_y(one)] * 2, **line)
    panel.plot(
        [_x(one)],
        [_y(one)],
        marker="s" if one.is_arm else "o",
        markersize=6.5 if is_choice else 4.5,
        color=colour,
        markerfacecolor=colour if all(one.keeps) else "white",
        linestyle="none",
        zorder=4 if is_choice else 3,
    )


def _label(panel: Axes, shown: list[tuple[int, CandidateFinding]]) -> None:
    """Numbers beside points, those of one place together, moved apart where they would cover each other."""
    low, high = panel.get_ylim()
    left, right = panel.get_xlim()
    places: dict[tuple[int, int], list[tuple[int, CandidateFinding]]] = {}
    for number, one in shown:
        across, up = (_x(one) - left) / (right - left), (_y(one) - low) / (high - low)
        places.setdefault((round(across / SAME_PLACE), round(up / SAME_PLACE)), []).append((number, one))
    groups = list(places.values())
    heights = spread_apart([_y(group[0][1]) for group in groups], LABEL_GAP * (high - low), low, high)
    for group, height in zip(groups, heights, strict=True):
        numbers = [str(number) for number, _ in group]
        more = ["…"] if len(numbers) > MOST_IN_LABEL else []
        text = ", ".join([*numbers[:MOST_IN_LABEL], *more])
        start = _x(group[0][1]) + 0.012 * (right - left)
        panel.text(start, height, text, fontsize=7, color=INK, va="center", zorder=5)


def _x(one: CandidateFinding) -> float:
    return 100 * one.limited[0].mean


def _y(one: CandidateFinding) -> float:
    return 100 * one.objective.mean
