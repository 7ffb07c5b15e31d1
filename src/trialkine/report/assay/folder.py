"""Writes the folder of an assay: complete under its name, or not there at all."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from trialkine.assay.summary import summarise_assay
from trialkine.report.assay.figure_set import draw_assay_figures
from trialkine.report.assay.page import assay_page
from trialkine.report.assay.summary_json import assay_summary_text
from trialkine.report.manifest import digest, package_versions, surroundings
from trialkine.report.run_folder import write_whole
from trialkine.report.words import BANNER

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary


def write_assay_folder(
    result: AssayResult,
    folder: Path,
    *,
    file_text: str,
    command: str = "",
    summary: AssaySummary | None = None,
) -> Path:
    """Writes report, summary, data, figures, the file as read and a manifest, and returns the folder.

    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    numbers = summary or summarise_assay(result)
    return write_whole(folder, lambda part: _fill(part, result, numbers, file_text, command))


def assay_tables(result: AssayResult) -> dict[str, pl.DataFrame]:
    """The tidy data: every reading, every donor's parameters, and the true courses of donors."""
    donors = [
        pl.DataFrame({"donor": range(1, course.size + 1), **course.parameters}).select(
            pl.lit(course.group).alias("group"), pl.all()
        )
        for course in result.courses
    ]
    return {"readings": result.readings, "donors": pl.concat(donors)}


def assay_provenance(result: AssayResult, file_text: str, command: str) -> Mapping[str, str]:
    """The facts that the report itself prints; none of them is a time or a place."""
    versions = package_versions()
    facts = {
        "Command": command,
        "Seed": str(result.seed),
        "Assay file, SHA-256": digest(file_text.encode("utf-8")),
        "Model hash": result.model_hash,
        "Versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}",
    }
    return {name: value for name, value in facts.items() if value}


def _fill(folder: Path, result: AssayResult, summary: AssaySummary, file_text: str, command: str) -> None:
    figures = draw_assay_figures(result, summary)
    _write(folder / "assay.yaml", file_text)
    _write(folder / "summary.json", assay_summary_text(result, summary))
    (folder / "figures").mkdir()
    for name, figure in figures.items():
        _write(folder / "figures" / f"{name}.svg", figure.document)
    (folder / "data").mkdir()
    for name, table in assay_tables(result).items():
        table.write_parquet(folder / "data" / f"{name}.parquet", compression="zstd")
    _write(
        folder / "report.html",
        assay_page(result, summary, figures, assay_provenance(result, file_text, command)),
    )
    _write(folder / "manifest.json", _manifest(result, folder, file_text, command))


def _manifest(result: AssayResult, folder: Path, file_text: str, command: str) -> str:
    record: dict[str, Any] = {
        "schema": 1,
        "notice": BANNER,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "seed": result.seed,
        "donors": result.groups,
        "assay_hash": digest(file_text.encode("utf-8")),
        "assay_content_hash": result.protocol.content_hash,
        "model_hash": result.model_hash,
        **surroundings(folder),
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
