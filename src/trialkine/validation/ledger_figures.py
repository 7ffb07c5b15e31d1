"""Draws the figures of the ledger's page, with captions and the words that a screen reader speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.report.figures.style import svg_document, svg_inline
from trialkine.report.page import PlacedFigure
from trialkine.validation.coverage import scored_rows
from trialkine.validation.forest_figure import CALIBRATED_COLOUR, PREDICTED_COLOUR, forest_figure
from trialkine.validation.forest_layout import shared_axis
from trialkine.validation.forest_set import Forest, forests
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_words import CALIBRATION, PREDICTION, plural, use_title
from trialkine.validation.pit_figure import pit_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOW_TO_READ = (
    "Upper mark of a row: what was reported, with its interval; grey where none is printed and the exact "
    "95 % limits of the share are drawn. Bar beneath: the predictive distribution, thick for its middle "
    "50 %, thinner for 80 and 95 %, a gap at its median. Shaded behind: the 80 % interval of the nearest "
    "historical pool."
)


@dataclass(frozen=True)
class PlacedForest:
    """The figures of one outcome under its title."""

    title: str
    arms: int
    figures: tuple[PlacedFigure, ...]


def placed_pit(ledger: Ledger) -> PlacedFigure | None:
    """The histograms of the probability integral transform as the first figure; None without a value."""
    panels: dict[str, list[float]] = {}
    colours: dict[str, str] = {}
    counted = scored_rows(ledger.rows)
    for use, colour in ((PREDICTION, PREDICTED_COLOUR), (CALIBRATION, CALIBRATED_COLOUR)):
        values = [
            row.predicted.pit
            for row in counted
            if row.use == use and row.predicted is not None and row.predicted.pit is not None
        ]
        if values:
            title = use_title(use, ledger.leave_out)
            panels[title], colours[title] = values, colour
    if not panels:
        return None
    caption = (
        "Probability integral transform: for each scored number, the share of its predictive distribution "
        "that lies below it. If intervals are right, the bars are even, about the dashed line; heaped at "
        "both ends they are too narrow, in the middle too wide, on one side biased. The band would hold a "
        "bar in 95 % of cases, if all numbers were independent, which those of one trial are not."
    )
    spoken = "; ".join(f"{title}: {len(values)} values" for title, values in panels.items())
    return _placed(1, pit_figure(panels, colours), "pit", caption, f"Histograms. {spoken}.")


def placed_forests(ledger: Ledger, first_number: int) -> list[PlacedForest]:
    """Every forest plot, numbered on from `first_number`."""
    found = []
    number = first_number
    for forest in forests(ledger.rows):
        placed = []
        for page in range(len(forest.pages)):
            placed.append(_forest_page(forest, page, number, ledger.leave_out, number == first_number))
            number += 1
        arms = len({(row.trial, row.arm, row.line) for row in forest.rows})
        found.append(PlacedForest(forest.title, arms, tuple(placed)))
    return found


def _forest_page(forest: Forest, page: int, number: int, leave_out: bool, explains: bool) -> PlacedFigure:
    blocks = forest.pages[page]
    axis = shared_axis(forest.rows)
    figure = forest_figure(blocks, axis, names_metric=forest.names_metric, leave_out=leave_out)
    part = f", part {page + 1} of {len(forest.pages)}" if len(forest.pages) > 1 else ""
    rows = [row for block in blocks for row in block.rows]
    scored = scored_rows(rows)
    inside = {level: sum(row.is_inside[level] for row in scored) for level in (0.80, 0.95)}
    said = (
        f"{inside[0.80]} of {len(scored)} scored numbers lie inside 80 %, {inside[0.95]} inside 95 %."
        if scored
        else "None of its numbers is scored."
    )
    caption = f"{forest.title}{part}. {said}{f' {_HOW_TO_READ}' if explains else ''}"
    spoken = f"Forest plot: {forest.title}{part}, {plural(len(rows), 'row')}. {said}"
    return _placed(number, figure, f"forest-{number}", caption, spoken)


def _placed(number: int, figure: Figure, name: str, caption: str, spoken: str) -> PlacedFigure:
    from markupsafe import Markup

    return PlacedFigure(number, Markup(svg_inline(svg_document(figure, name), name, spoken)), caption)
