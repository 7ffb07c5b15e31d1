"""From folders and trials in memory to the runs of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trialkine.errors import InputError
from trialkine.report.comparison.arms import run_names
from trialkine.report.comparison.read_folder import WRITE_ONE, read_run
from trialkine.report.comparison.run_data import RunData, run_in_memory

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


def collect_runs(given: Sequence[Path | TrialResult]) -> list[RunData]:
    """The runs in the order given, each under a name of its own.

    Raises: InputError, when there are none, one is given twice, or a folder cannot be read.
    """
    if not given:
        raise InputError(f"No run to compare. {WRITE_ONE}")
    seen: set[Path | int] = set()
    for one in given:
        identity = one.resolve() if isinstance(one, Path) else id(one)
        if identity in seen:
            said = f"'{one}'" if isinstance(one, Path) else f"'{one.protocol.title}'"
            raise InputError(f"The run {said} is given twice. Name each run once.")
        seen.add(identity)
    names = run_names([_names(one, place) for place, one in enumerate(given, start=1)])
    return [
        read_run(one, name) if isinstance(one, Path) else run_in_memory(one, name)
        for one, name in zip(given, names, strict=True)
    ]


def _names(one: Path | TrialResult, place: int) -> tuple[str, str]:
    """A short and a long name."""
    if isinstance(one, Path):
        return one.resolve().name, str(one)
    return "trial", f"trial {place}"
