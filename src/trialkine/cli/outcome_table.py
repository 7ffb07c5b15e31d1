"""The main outcomes as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from trialkine.report.words import BANNER, Cell, metric_cell, whole

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary

WIDTH_WITHOUT_TERMINAL = 110


def print_outcomes(summary: Summary, stream: TextIO) -> None:
    """Prints one row per arm, then what the numbers are not."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    from trialkine.report.agent_evidence import evidence_words
    from trialkine.report.endpoints_shown import main_metrics, short_label
    from trialkine.report.interval_words import TOO_FEW_TRIALS, interval_kind, shown_metrics
    from trialkine.report.strategy_words import last_line_words, short_strategy_note

    kind = interval_kind(summary)
    note = short_strategy_note(summary.facts)
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Arm", style="bold")
    table.add_column("Patients", justify="right")
    names = main_metrics(summary.facts)
    for name in names:
        label = short_label(name)
        table.add_column(label.replace("PFS", "PFS*") if note and name.startswith("pfs") else label)
    for arm in summary.arms:
        metrics = shown_metrics(summary, arm.group)
        cells = [_in_two_lines(metric_cell(name, metrics[name])) for name in names]
        table.add_row(Text(arm.name), whole(arm.group.n), *map(Text, cells))
    console.print()
    console.print(table)
    console.print()
    below = f"Below each number: {kind}s" if kind else f"No intervals: {TOO_FEW_TRIALS}"
    console.print(Text(f"{below}, conditional on {summary.conditional_on}."))
    if note:
        last_line = last_line_words(summary.facts)
        console.print(Text(f"* {f'{last_line}. ' if last_line else ''}{note}"))
    failed = sum(arm.failed for arm in summary.arms)
    if failed:
        total = sum(arm.simulated for arm in summary.arms)
        console.print(Text(f"{whole(failed)} of {whole(total)} simulated patients failed and are left out."))
    evidence = evidence_words(summary.evidence)
    if evidence:
        console.print(Text(evidence))
    console.print(Text(BANNER, style="bold"))


def _in_two_lines(cell: Cell) -> str:
    return f"{cell.value}\n{cell.interval or cell.remark}"
