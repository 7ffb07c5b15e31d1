"""`trialkine check`: read protocol files and say what they mean, or everything that is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from trialkine.cli.options import STANDARD_OUTPUT, FindingsJson, json_target, write_json
from trialkine.errors import InputError, ProblemsError


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Protocol files (YAML).", show_default=False),
    ] = None,
    catalogue: Annotated[
        bool,
        typer.Option("--catalogue", help="Hold the packaged trials against the table of evidence."),
    ] = False,
    json: FindingsJson = None,
) -> None:
    """Say what protocol files, assay files and mapping files mean, or list all their faults.

    Every fault comes with its line and what to write instead. A warning is no fault: it names a value far
    from the usual one, or a rule that holds nothing. Nothing is simulated. The exit code is 0 when all files
    are in order and 2 when one is not.
    """
    target = json_target(json) if json is not None else None
    if not files and not catalogue:
        raise InputError("There is nothing to check. Name a protocol file, or write '--catalogue'.")
    findings = [_finding(file) for file in files or ()]
    if catalogue:
        findings.append(_catalogue_finding())
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    for finding in findings:
        if finding["ok"]:
            print(f"{finding['file']}: ok", file=stream)
            for line in finding["summary"]:
                print(f"  {line}", file=stream)
            for sentence in finding["warnings"]:
                print(f"  Warning: {sentence}", file=stream)
        else:
            print(finding["message"], file=sys.stderr)
    if target is not None:
        from json import dumps

        kept = [{key: value for key, value in finding.items() if key != "message"} for finding in findings]
        write_json(target, dumps({"schema": 1, "files": kept}, indent=2, ensure_ascii=False) + "\n")
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(2)


def _catalogue_finding() -> dict[str, Any]:
    """Whether every number of the packaged trials is that of its row, and every row is accounted for."""
    from trialkine.published_trials.catalogue import catalogue_faults, not_modelled, published_trials

    trials = published_trials()
    faults = catalogue_faults(trials)
    rows = {row for one in trials.values() for entry in one.reported or () for row in entry.rows}
    left_out = len(not_modelled())
    summary = f"{len(trials)} published trials with {len(rows)} rows of evidence; {left_out} rows left out"
    return {
        "file": "catalogue", "ok": not faults, "warnings": [], "summary": [summary],
        "problems": [{"line": None, "message": fault} for fault in faults],
        "message": "\n".join(f"catalogue: {fault}" for fault in faults),
    }  # fmt: skip


def _finding(file: Path) -> dict[str, Any]:
    from trialkine.assay.checking import assay_in_words, is_assay_file, read_assay
    from trialkine.cli.protocol_warnings import protocol_warnings
    from trialkine.cli.protocol_words import protocol_in_words
    from trialkine.trial.own_model.reading import is_mapping_file, read_own_model
    from trialkine.trial.own_model.words import own_model_words
    from trialkine.trial.protocol import Protocol

    try:
        if is_assay_file(file):
            return {
                "file": str(file),
                "ok": True,
                "problems": [],
                "warnings": [],
                "summary": assay_in_words(read_assay(file)),
            }
        if is_mapping_file(file):
            own = read_own_model(file)
            return {
                "file": str(file),
                "ok": True,
                "problems": [],
                "warnings": [],
                "summary": own_model_words(own),
            }
        protocol = Protocol.read(file)
    except ProblemsError as error:
        problems = [{"line": problem.line, "message": problem.message} for problem in error.problems]
        return {"file": str(file), "ok": False, "problems": problems, "message": str(error)}
    except InputError as error:
        return {
            "file": str(file),
            "ok": False,
            "problems": [{"line": None, "message": str(error)}],
            "message": f"{file}: {error}",
        }
    return {
        "file": str(file),
        "ok": True,
        "problems": [],
        "warnings": protocol_warnings(protocol),
        "summary": protocol_in_words(protocol),
    }
