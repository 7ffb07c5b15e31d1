"""Writes the run folder: complete under its name, or not there at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary
    from trialkine.trial.result import TrialResult


def check_output_folder(folder: Path) -> None:
    """Makes sure that results could be put there, before hours are spent on them.

    Raises: InputError, when the folder holds something, is a file, or cannot be made.
    """
    given, folder = folder, folder.resolve()
    if given.is_symlink() and not folder.exists():
        raise InputError(
            f"The output '{given}' is a link to nowhere. Remove it, or choose another with '--out'."
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(f"The output '{folder}' is a file. Choose another folder with '--out'.")
    try:
        is_occupied = folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise _not_writable(folder, error) from error
    if is_occupied:
        raise InputError(
            f"The output folder '{folder}' already holds files. Remove it, or choose another with '--out'."
        )
    if folder.is_mount():
        raise InputError(f"The output '{given}' is a mount point. Name a folder inside it with '--out'.")
    parent = _nearest_existing(folder.parent)
    if not parent.is_dir():
        raise InputError(
            f"The output '{folder}' would lie inside the file '{parent}'. Choose another with '--out'."
        )
    try:
        # Permissions alone do not tell of read-only and special file systems.
        Path(tempfile.mkdtemp(prefix=".trialkine-", dir=parent)).rmdir()
    except OSError as error:
        raise InputError(
            f"The folder '{parent}' is not writable ({error.strerror or error}). "
            "Choose another place with '--out'."
        ) from error


def write_run_folder(
    result: TrialResult,
    folder: Path,
    *,
    protocol_text: str,
    command: str = "",
    summary: Summary | None = None,
) -> Path:
    """Writes report, summary, data sets, figures, protocol and manifest, and returns the folder.

    Everything is written beside the target under a temporary name and renamed at the end.
    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    return write_whole(folder, lambda part: _fill(part, result, protocol_text, command, summary))


def write_whole(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Makes a folder that `fill` fills under a temporary name, so that it is there whole or not at all.

    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    check_output_folder(folder)
    folder = folder.resolve()
    made: list[Path] = []
    part: Path | None = None
    try:
        made = _make_parents(folder.absolute().parent)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.absolute().parent))
        fill(part)
        part.chmod(0o777 & ~_umask())
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    except BaseException as error:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
        for path in reversed(made):
            _remove_if_empty(path)
        if isinstance(error, OSError):
            raise _not_writable(folder, error) from error
        raise
    return folder


def _fill(
    folder: Path, result: TrialResult, protocol_text: str, command: str, summary: Summary | None
) -> None:
    from trialkine.report.adam import adam_tables
    from trialkine.report.figure_set import draw_figures
    from trialkine.report.manifest import manifest_text, provenance
    from trialkine.report.outcomes import summarise
    from trialkine.report.page import report_page
    from trialkine.report.summary_json import summary_text
    from trialkine.report.table_types import typed

    result = typed(result)
    numbers = summary or summarise(result)
    figures = draw_figures(result, numbers)
    _write(folder / "protocol.yaml", protocol_text)
    for place, text in (*agent_copies(result), *own_model_copies(result)):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        _write(folder / place, text)
    _write(folder / "summary.json", summary_text(result, numbers))
    (folder / "figures").mkdir()
    for name, figure in figures.items():
        _write(folder / "figures" / f"{name}.svg", figure.document)
    (folder / "adam").mkdir()
    for name, table in adam_tables(result).items():
        table.write_parquet(folder / "adam" / f"{name}.parquet", compression="zstd")
    page = report_page(result, numbers, figures, provenance(result, protocol_text, command))
    _write(folder / "report.html", page)
    _write(folder / "manifest.json", manifest_text(result, folder, protocol_text, command))


def agent_copies(result: TrialResult) -> list[tuple[Path, str]]:
    """The agent files that the protocol names, each at its place beside the protocol or by its name alone."""
    protocol, copies = result.protocol, []
    if not protocol.agent_files:
        return []
    read = {Path(one.file): one.text for one in protocol.agent_book.files.values() if not one.is_packaged}
    for place in map(Path, protocol.agent_files):
        text = next(text for path, text in read.items() if path.match(str(place)))
        is_beside = not place.is_absolute() and ".." not in place.parts
        copies.append((place if is_beside else Path(place.name), text))
    return copies


def own_model_copies(result: TrialResult) -> list[tuple[Path, str]]:
    """The mapping file and the model's file, each at its place beside the protocol or by its name alone."""
    protocol = result.protocol
    if protocol.own is None or protocol.own_model is None:
        return []
    mapping = Path(protocol.own_model)
    places = (mapping, mapping.parent / protocol.own.mapping.model)
    is_beside = [not place.is_absolute() and ".." not in place.parts for place in places]
    return [
        (place if beside else Path(place.name), text)
        for place, beside, text in zip(places, is_beside, protocol.own.texts.values(), strict=False)
    ]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _nearest_existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _make_parents(folder: Path) -> list[Path]:
    """Makes the missing parents, outermost first, and returns those it made."""
    missing = []
    path = folder
    while not path.exists():
        missing.append(path)
        path = path.parent
    missing.reverse()
    made: list[Path] = []
    try:
        for path in missing:
            path.mkdir()
            made.append(path)
    except OSError:
        for path in reversed(made):
            _remove_if_empty(path)
        raise
    return made


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _umask() -> int:
    """The process's file mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _not_writable(folder: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"The output folder '{folder}' cannot be written: {reason}. Nothing was left behind; "
        "free some space or choose another place with '--out'."
    )
