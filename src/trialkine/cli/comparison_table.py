"""A comparison as tables in the terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from trialkine.report.comparison.compare import ArmComparison
    from trialkine.report.tables import Table
    from trialkine.report.words import Cell

WIDTH_WITHOUT_TERMINAL = 120
MOST_FOR_A_NAME = 20


def print_comparison(found: ArmComparison, stream: TextIO) -> None:
    """Prints the tables of differences, then what must be said beside them."""
    from rich.console import Console
    from rich.text import Text

    from trialkine.report.comparison import tables
    from trialkine.report.comparison.cautions import cautions
    from trialkine.report.words import BANNER

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    shown = (
        tables.difference_table(found),
        tables.needed_table(found),
        tables.fate_table(found),
        tables.response_table(found),
    )
    for table in shown:
        if table is not None:
            console.print()
            console.print(Text(table.caption, style="bold"))
            console.print(_rich(table))
    console.print()
    for caution in cautions(found).all:
        console.print(Text(caution))
    console.print(Text(BANNER, style="bold"))


def _rich(table: Table) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(table.columns):
        shown.add_column(column, overflow="fold", no_wrap=place == 0)
    for row in table.rows:
        name = "\n".join(textwrap.wrap(row.head, MOST_FOR_A_NAME, break_long_words=False))
        shown.add_row(Text(name), *(Text(_in_lines(cell)) for cell in row.cells))
    return shown


def _in_lines(cell: Cell) -> str:
    return "\n".join(part for part in (cell.value, cell.interval, cell.remark) if part)
