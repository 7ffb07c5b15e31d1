"""The main outcomes as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from trialkine.report.words import BANNER, Cell, metric_cell, whole

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary

WIDTH_WITHOUT_TERMINAL = 110
SHORT_LABELS = {
    "orr": "Response (CR + PR)",
    "cr_rate": "Complete",
    "pfs_median_months": "Median PFS, months",
    "os_median_months": "Median OS, months",
}


def print_outcomes(summary: Summary, stream: TextIO) -> None:
    """Prints one row per arm, then what the numbers are not."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    kind = "95 % predictive" if summary.is_predictive else "95 % confidence"
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Arm", style="bold")
    table.add_column("Patients", justify="right")
    for label in SHORT_LABELS.values():
        table.add_column(label)
    for arm in summary.arms:
        cells = [_in_two_lines(metric_cell(name, arm.group.metrics[name])) for name in SHORT_LABELS]
        table.add_row(Text(arm.name), whole(arm.group.n), *map(Text, cells))
    console.print()
    console.print(table)
    console.print()
    console.print(Text(f"Below each number: {kind} intervals, conditional on one set of model parameters."))
    failed = sum(arm.failed for arm in summary.arms)
    if failed:
        total = sum(arm.simulated for arm in summary.arms)
        console.print(Text(f"{whole(failed)} of {whole(total)} simulated patients failed and are left out."))
    console.print(Text(BANNER, style="bold"))


def _in_two_lines(cell: Cell) -> str:
    return f"{cell.value}\n{cell.interval or cell.remark}"
