"""A design's operating characteristics as a notebook shows them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from trialkine.report.operating_record import operating_record
from trialkine.report.operating_tables import design_tables
from trialkine.report.operating_words import chance_sentence, member_words
from trialkine.report.words import BANNER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.operating.run import OperatingCharacteristics
    from trialkine.report.tables import Table

_LEFT = "text-align:left;padding-right:1em"


class DesignTrials:
    """What a design does over many virtual trials, which shows itself."""

    def __init__(self, found: OperatingCharacteristics) -> None:
        self.found = found

    def summary(self) -> dict[str, Any]:
        """What `summary.json` of a run holds under `operating_characteristics`."""
        return operating_record(self.found)

    def figure(self) -> Figure:
        """Chance of success by set of parameters beside the textbook, or the doses that are selected."""
        from trialkine.report.figures.operating import operating_figure

        return operating_figure(self.found.found, member_words(self.found))

    def _repr_html_(self) -> str:
        tables = "".join(_table(one) for one in design_tables(self.found))
        title = escape(self.found.title)
        return f"<div><strong>{title}</strong>{tables}<small>{escape(BANNER)}</small></div>"

    def __str__(self) -> str:
        return chance_sentence(self.found)

    def __repr__(self) -> str:
        return f"DesignTrials('{self.found.title}', {self.found.trials} virtual trials)"


def _table(one: Table) -> str:
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(name)}</th>' for name in one.columns)
    rows = "".join(
        f'<tr><th scope="row" style="{_LEFT}">{escape(row.head)}</th>'
        + "".join(f'<td style="{_LEFT}">{escape(f"{cell.value} {cell.remark}")}</td>' for cell in row.cells)
        + "</tr>"
        for row in one.rows
    )
    notes = " ".join(escape(note) for note in one.notes)
    return (
        f"<table><caption>{escape(one.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table><small>{notes}</small>"
    )
