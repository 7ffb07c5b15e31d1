"""The published trials that come with the package, those of a user's folder, and the table of evidence."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.published_trials.faults import faults_between
from trialkine.trial.own_model.reading import is_mapping_file
from trialkine.trial.protocol import Protocol

EVIDENCE_FILE = "arms.csv"
LEFT_OUT_FILES = "not_modelled*.csv"
ENDINGS = (".yaml", ".yml")
NOTHING_REPORTED = (
    "nothing is reported of this trial. Add 'reported: [{arm: ..., ...}]' and 'source: {citation: ...}', "
    "or move the file to another folder."
)
SAME_NAME = "another file is named '{}', too. Rename one."
_ROOM = "trialkine.published_trials"


def trial_files() -> tuple[Path, ...]:
    """The files of the packaged trials, in alphabetical order."""
    return tuple(sorted(path for path in _folder().iterdir() if path.suffix in ENDINGS))


def published_trials() -> dict[str, Protocol]:
    """The packaged trials by the name of their file, without its ending.

    Raises: ProblemsError, with every fault of every file.
    """
    return dict(_packaged_trials())


def read_what_is_sound(folder: Path) -> tuple[dict[str, Protocol], dict[str, str]]:
    """The published trials in a user's folder by the name of their file without its ending, and the faults
    of files that are none, by the name of the file.

    Mapping files, which bring a model of one's own, may lie beside them; folders inside are not searched.

    Raises: ProblemsError, with every fault of every file, when none is sound; InputError, when there is no
    such folder or no protocol file in it.
    """
    sound: dict[str, Protocol] = {}
    faulty: dict[str, str] = {}
    problems: list[Problem] = []
    for path in _files_in(folder):
        try:
            if path.stem in sound:
                raise ProblemsError([Problem(SAME_NAME.format(path.stem), str(path))])
            sound |= _read_trials([path])
        except ProblemsError as error:
            faulty[path.name] = str(error)
            problems.extend(error.problems)
    if not sound:
        raise ProblemsError(problems)
    return sound, faulty


def _files_in(folder: Path) -> list[Path]:
    """The protocol files of a folder, in alphabetical order."""
    if not folder.is_dir():
        what = "is a file, and no folder. Name its folder" if folder.is_file() else "is no folder. Name one"
        raise InputError(f"'{folder}' {what}: every published trial in it is read.")
    found = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    found = [path for path in found if not is_mapping_file(path)]
    if not found:
        raise InputError(f"The folder '{folder}' holds no protocol file (*.yaml or *.yml). Put one there.")
    return found


@cache
def evidence_rows() -> dict[str, dict[str, str]]:
    """The rows of the table of evidence by their id; an empty text is what the page read did not say.

    The table is read once and shared: copy it before changing it.

    Raises: InputError, when an id stands twice.
    """
    return {row["id"]: row for row in _rows_with_ids([_folder() / EVIDENCE_FILE])}


def not_modelled() -> dict[str, str]:
    """Why each row of evidence that no packaged trial uses is left out, by its id.

    Raises: InputError, when an id stands twice.
    """
    return {row["id"]: row["reason"] for row in _rows_with_ids(sorted(_folder().glob(LEFT_OUT_FILES)))}


def catalogue_faults(trials: dict[str, Protocol]) -> list[str]:
    """What is wrong between trials and the packaged table of evidence, one sentence each; empty if nothing.

    The trials are taken as the whole catalogue: a row that none of them uses must be among those left out.
    """
    return faults_between(trials, evidence_rows(), not_modelled())


@cache
def _packaged_trials() -> dict[str, Protocol]:
    return _read_trials(trial_files())


def _folder() -> Path:
    return Path(str(files(_ROOM)))


def _read_trials(paths: Iterable[Path]) -> dict[str, Protocol]:
    trials: dict[str, Protocol] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            protocol = Protocol.read(path)
        except ProblemsError as error:
            problems.extend(error.problems)
            continue
        if protocol.reported is None:
            problems.append(Problem(NOTHING_REPORTED, str(path)))
        elif path.stem in trials:
            problems.append(Problem(SAME_NAME.format(path.stem), str(path)))
        trials.setdefault(path.stem, protocol)
    if problems:
        raise ProblemsError(problems)
    return trials


def _rows_with_ids(tables: Iterable[Path]) -> list[dict[str, str]]:
    """The rows of tables, no two with one id."""
    rows: dict[str, dict[str, str]] = {}
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["id"] in rows:
                    raise InputError(f"The id '{row['id']}' in {table.name} stands twice. Remove one row.")
                rows[row["id"]] = row
    return list(rows.values())
