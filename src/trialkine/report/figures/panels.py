"""Small multiples: one panel per arm, with a key for the best responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialkine.report.figures.style import MUTED, RESPONSE_COLOURS, RESPONSE_NAMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def response_key(figure: Figure, responses: Sequence[str], *, is_line: bool = False) -> None:
    """Explains the response colours in one row along the top of the figure."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [name for name in RESPONSE_COLOURS if name in set(responses)]
    if not shown:
        return
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=line_colour(name), linewidth=2)
        if is_line
        else Patch(facecolor=RESPONSE_COLOURS[name], edgecolor=MUTED, linewidth=0.5)
        for name in shown
    ]
    figure.legend(
        handles,
        [RESPONSE_NAMES[name] for name in shown],
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(shown),
        frameon=False,
        fontsize=7.5,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.3,
    )


def line_colour(response: str) -> str:
    """A response's colour when drawn as a line on white."""
    return {"SD": "#8d95a3", "NE": "#c3c8d1"}.get(response, RESPONSE_COLOURS[response])
