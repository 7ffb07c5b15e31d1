"""Writes the folder of a comparison: complete under its name, or not there at all."""

from __future__ import annotations

from pathlib import Path

from trialkine.report.comparison.compare import ArmComparison
from trialkine.report.comparison.figure_set import draw_comparison_figures
from trialkine.report.comparison.page import comparison_page
from trialkine.report.comparison.pairs import pair_rows
from trialkine.report.comparison.summary_json import comparison_text
from trialkine.report.run_folder import write_whole


def write_comparison_folder(comparison: ArmComparison, folder: Path, command: str = "") -> Path:
    """Writes compare.html, compare.json, figures and, if there are any, pairs.parquet; returns the folder.

    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    return write_whole(folder, lambda part: _fill(part, comparison, command))


def _fill(folder: Path, comparison: ArmComparison, command: str) -> None:
    figures = draw_comparison_figures(comparison)
    _write(folder / "compare.json", comparison_text(comparison))
    (folder / "figures").mkdir()
    for name, figure in figures.items():
        _write(folder / "figures" / f"{name}.svg", figure.document)
    rows = pair_rows(comparison)
    if rows.height:
        rows.write_parquet(folder / "pairs.parquet", compression="zstd")
    _write(folder / "compare.html", comparison_page(comparison, figures, command))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
