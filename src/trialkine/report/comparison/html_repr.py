"""How a comparison shows itself in a notebook: its table of differences, and what must be said beside it."""

from __future__ import annotations

from html import escape

from trialkine.report.comparison.cautions import cautions
from trialkine.report.comparison.compare import ArmComparison
from trialkine.report.comparison.page import heading
from trialkine.report.comparison.tables import difference_table, fate_table
from trialkine.report.tables import Table
from trialkine.report.words import BANNER, UNDEFINED, Cell

_LEFT = "text-align:left;padding-right:1em"


def comparison_html(comparison: ArmComparison) -> str:
    """A self-contained HTML fragment."""
    tables = [difference_table(comparison), fate_table(comparison)]
    body = "".join(_table(found) for found in tables if found is not None)
    said = cautions(comparison)
    notes = " ".join([BANNER, *said.beside_the_answer])
    return f"<div><strong>{escape(heading(comparison))}</strong>{body}<small>{escape(notes)}</small></div>"


def _table(found: Table) -> str:
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(column)}</th>' for column in found.columns)
    rows = "".join(
        f'<tr><th scope="row" style="{_LEFT}">{escape(row.head)}</th>'
        + "".join(f'<td style="{_LEFT}">{escape(_in_words(cell))}</td>' for cell in row.cells)
        + "</tr>"
        for row in found.rows
    )
    return (
        f'<table><caption style="{_LEFT}">{escape(found.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _in_words(cell: Cell) -> str:
    return f"{cell.value} ({cell.remark})" if cell.value == UNDEFINED else cell.in_a_line
