"""How every figure looks: colours by arm, colours by response, type, and the same bytes each time.

Arm colours are those of Okabe and Ito, which stay apart for colour-blind readers; each arm has a dash
pattern too, so that figures survive a black-and-white printer.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES = 7.6
INK = "#1d2433"
MUTED = "#5b6475"
GRID = "#e3e6ec"

Dash = tuple[float, ...] | None


@dataclass(frozen=True)
class ArmStyle:
    """One arm's line colour, its darker twin for text on white, and its dash pattern."""

    line: str
    text: str
    dash: Dash = None


_ARM_STYLES = (
    ArmStyle("#0072B2", "#00609a"),
    ArmStyle("#D55E00", "#a84a00", (6, 1.6)),
    ArmStyle("#009E73", "#007355", (2.2, 1.4)),
    ArmStyle("#CC79A7", "#9c4377", (7, 1.6, 1.6, 1.6)),
    ArmStyle("#E69F00", "#8a5f00", (4, 1.4, 1, 1.4, 1, 1.4)),
    ArmStyle("#56B4E9", "#1f6f9f", (1.2, 1.2)),
)

RESPONSE_COLOURS: Mapping[str, str] = {
    "CR": "#1b7837",
    "PR": "#7fbf7b",
    "SD": "#c3c8d1",
    "PD": "#9067a8",
    "NE": "#ffffff",
}
RESPONSE_NAMES: Mapping[str, str] = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
    "NE": "not evaluable",
}

_SETTINGS: Mapping[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",
    "axes.unicode_minus": True,
}

# Text is measured in the font that ships with matplotlib and shown in a narrower one the reader has.
_SCREEN_FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
_NO_METADATA: Mapping[str, None] = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def house_style(**extra: Any) -> Iterator[None]:
    """Settings that hold for one figure and leave the reader's own settings alone."""
    from matplotlib import rc_context, rcParamsDefault

    settings: dict[Any, Any] = {
        key: value for key, value in rcParamsDefault.items() if not key.startswith("backend")
    }
    settings |= {**_SETTINGS, **extra}
    with rc_context(settings):
        yield


def new_figure(height_inches: float, width_inches: float = WIDTH_INCHES) -> Figure:
    """An empty figure that no global registry knows."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_inches, height_inches))


def arm_styles(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """The style of each arm, the same in every figure of a report.

    Beyond six arms the colours come again with other dashes.
    """
    many = len(_ARM_STYLES)
    styles = {}
    for place, arm in enumerate(arms):
        dash = _ARM_STYLES[(place + place // many) % many].dash
        styles[arm] = replace(_ARM_STYLES[place % many], dash=dash)
    return styles


def wrapped(name: str, characters: int = 24) -> str:
    """A name broken into lines that fit a margin."""
    return "\n".join(textwrap.wrap(name, characters)) or name


def as_plain_text(name: str) -> str:
    """A name that matplotlib will not read as mathematics."""
    return name.replace("$", r"\$")


def nice_month_step(last_month: float) -> float:
    """Distance between ticks of a time axis in months, so that there are four to nine of them."""
    for step in (0.5, 1, 2, 3, 6, 12, 24, 60):
        if last_month / step <= 8:
            return float(step)
    return 120.0


def month_axis(axes: Axes, last_month: float) -> list[float]:
    """Sets the ticks of a time axis in months from zero and returns them."""
    step = nice_month_step(last_month)
    ticks = [step * place for place in range(int(last_month // step) + 1)]
    axes.set_xlim(0, max(last_month, step))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    return ticks


def spread_apart(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Label heights moved as little as needed so that none overlap and all stay within the bounds.

    The order of the heights is kept; `gap` is the least distance between two labels.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    moved = list(heights)
    floor = low
    for place in order:
        moved[place] = max(moved[place], floor)
        floor = moved[place] + gap
    ceiling = high
    for place in reversed(order):
        moved[place] = min(moved[place], ceiling)
        ceiling = moved[place] - gap
    return moved


def svg_document(figure: Figure, name: str) -> str:
    """The figure as an SVG file; the same figure gives the same bytes."""
    text = StringIO()
    with house_style(**{"svg.hashsalt": name}):
        figure.savefig(text, format="svg", metadata=dict(_NO_METADATA))
    return _with_screen_font(text.getvalue())


def svg_inline(document: str, name: str, description: str) -> str:
    """An SVG file made fit to stand inside a page: own identifiers, a role and a spoken description."""
    from html import escape

    body = document[document.index("<svg") :]
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, count=1, flags=re.DOTALL)
    label = escape(description, quote=True)
    return body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _with_screen_font(document: str) -> str:
    return document.replace("'DejaVu Sans', sans-serif", _SCREEN_FONT).replace("'DejaVu Sans'", _SCREEN_FONT)
