"""Reads the folder that `trialkine run` wrote, and refuses one that is not as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from trialkine.errors import InputError
from trialkine.report.comparison.run_data import (
    Provenance,
    RunData,
    files_of_the_model,
    own_file,
    rules_of,
    run_data,
)
from trialkine.report.manifest import SCHEMA, digest
from trialkine.trial.protocol_parts import Eligibility
from trialkine.trial.reading import read_document, read_text

TABLES = ("ADSL", "ADTTE", "ADRS")
WRITE_ONE = "Name a folder that 'trialkine run FILE --out DIR' wrote."
_NOT_THE_MODEL = ("report.html", "summary.json", "protocol.yaml", "adam/", "figures/")


def read_run(folder: Path, name: str) -> RunData:
    """The run of a folder.

    Raises: InputError, when it is no such folder, or a file is missing, damaged or not as the run wrote it.
    """
    _check_is_run(folder)
    manifest, summary = _json(folder, "manifest.json"), _json(folder, "summary.json")
    for record, file in ((manifest, "manifest.json"), (summary, "summary.json")):
        if record.get("schema") != SCHEMA:
            raise InputError(
                f"'{folder / file}' has layout {record.get('schema')!r}, and this version reads {SCHEMA}. "
                "Run the trial again with this version."
            )
    try:
        tables = {table: _table(folder, table, manifest["files"]) for table in TABLES}
        text = read_text(folder / "protocol.yaml")
        protocol = read_document(text, str(folder / "protocol.yaml")).data or {}
        provenance = Provenance(
            disease=str(summary["disease"]),
            seed=int(manifest["seed"]),
            ensemble=str(manifest.get("ensemble", "")),
            case_mix=tuple(manifest["case_mix"]),
            eligibility=rules_of(Eligibility.model_validate(protocol.get("eligibility") or {})),
            version=str(manifest["versions"]["trialkine"]),
            model_files={**files_of_the_model(manifest["data_files"]), **_own_files(manifest["files"])},
        )
        arms = tuple(str(arm["name"]) for arm in summary["arms"])
        return run_data(name, str(summary["title"]), arms, int(manifest["trials"]), tables, provenance)
    except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"'{folder}' lacks something that a run folder holds ({error}). Run the trial again."
        ) from error


def _check_is_run(folder: Path) -> None:
    if not folder.exists():
        raise InputError(f"There is no folder '{folder}'. {WRITE_ONE}")
    if not folder.is_dir():
        raise InputError(f"'{folder}' is a file, not the folder of a run. {WRITE_ONE}")
    if (folder / "assay.yaml").exists():
        raise InputError(f"'{folder}' holds an assay, which has no arms. {WRITE_ONE}")
    needed = (
        "manifest.json",
        "summary.json",
        "protocol.yaml",
        *(f"adam/{table}.parquet" for table in TABLES),
    )
    missing = [place for place in needed if not (folder / place).is_file()]
    if missing:
        raise InputError(f"'{folder}' is not the folder of a run: it has no '{missing[0]}'. {WRITE_ONE}")


def _json(folder: Path, file: str) -> dict[str, Any]:
    try:
        record = json.loads((folder / file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"'{folder / file}' cannot be read ({error}). Run the trial again.") from error
    if not isinstance(record, dict):
        raise InputError(f"'{folder / file}' holds no record. Run the trial again.")
    return record


def _table(folder: Path, table: str, hashes: dict[str, str]) -> pl.DataFrame:
    place = f"adam/{table}.parquet"
    content = (folder / place).read_bytes()
    if digest(content) != hashes[place]:
        raise InputError(
            f"'{folder / place}' is not as the run wrote it: its hash differs from that in manifest.json. "
            "Run the trial again."
        )
    return pl.read_parquet(content)


def _own_files(hashes: dict[str, str]) -> dict[str, str]:
    """The hashes of agents' and models' files that came with the protocol."""
    return {own_file(place): value for place, value in hashes.items() if not place.startswith(_NOT_THE_MODEL)}
