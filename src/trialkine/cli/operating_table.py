"""Operating characteristics as tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from trialkine.operating.run import OperatingCharacteristics

WIDTH_WITHOUT_TERMINAL = 110


def print_characteristics(found: OperatingCharacteristics, stream: TextIO) -> None:
    """Prints the design under the model and under the textbook, and how long that took."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from trialkine.report.operating_tables import design_tables

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    for one in design_tables(found):
        shown = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        shown.add_column(one.columns[0], style="bold")
        for head in one.columns[1:]:
            shown.add_column(head, justify="right")
        for row in one.rows:
            cells = (f"{cell.value} {cell.remark}".rstrip() for cell in row.cells)
            shown.add_row(Text(row.head), *map(Text, cells))
        console.print(Text(one.caption))
        console.print()
        console.print(shown)
        console.print()
        for note in one.notes:
            console.print(Text(note))
    console.print(
        Text(
            f"Pool: {found.pool_seconds:.1f} s; {found.trials:,} virtual trials: {found.trial_seconds:.1f} s."
        )
    )
    console.print()
