"""Runs the shipped examples by their commands and keeps each run folder with what it took."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from child_process import Cost, command_of, run_command

EXAMPLES = Path(__file__).parent.parent / "examples"
COST_FILE = "cost.json"
RESULTS = "results"


@dataclass(frozen=True)
class ExampleRun:
    """A finished run of one example."""

    name: str
    folder: Path
    summary: dict[str, Any]
    cost: Cost

    @property
    def is_assay(self) -> bool:
        """Whether blood in wells was simulated rather than patients."""
        return "wells" in self.summary or "arms" not in self.summary

    @property
    def arms(self) -> dict[str, dict[str, Any]]:
        """The summary of each arm, by name."""
        return {arm["name"]: arm for arm in self.summary.get("arms", [])}


def example_files() -> list[Path]:
    """Every shipped example."""
    return sorted(EXAMPLES.glob("*.yaml"))


def is_assay(file: Path) -> bool:
    """Whether a file describes an assay."""
    return "\nassay:" in file.read_text(encoding="utf-8")


def command(file: Path) -> str:
    """What a user types."""
    return f"trialkine {'assay' if is_assay(file) else 'run'} examples/{file.name}"


def run_example(file: Path, folder: Path, size: int | None, jobs: int | None) -> Cost:
    """Run one example into a new folder, its own cost beside the results.

    Raises: RuntimeError, when the command fails.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    words = [command_of("trialkine"), "assay" if is_assay(file) else "run", str(file), "--out", RESULTS]
    if size is not None:
        words += ["--donors" if is_assay(file) else "--patients", str(size)]
    if jobs is not None and not is_assay(file):
        words += ["--jobs", str(jobs)]
    cost = run_command(words, folder)
    (folder / COST_FILE).write_text(json.dumps(asdict(cost)), encoding="utf-8")
    return cost


def finished_runs(folder: Path) -> Iterator[ExampleRun]:
    """The runs of shipped examples that lie in a folder, by name."""
    for file in example_files():
        place = folder / file.stem
        if (place / COST_FILE).exists():
            summary = json.loads((place / RESULTS / "summary.json").read_text(encoding="utf-8"))
            cost = Cost(**json.loads((place / COST_FILE).read_text(encoding="utf-8")))
            yield ExampleRun(file.stem, place / RESULTS, summary, cost)
