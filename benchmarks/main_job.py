"""Times the main job as a user meets it: the first command, the first run, the next runs, and memory.

python benchmarks/main_job.py [--quick] [--out DIR]

Wall-clock time on all cores: run it on a quiet machine. Writes main_job.md and main_job.jsonl.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from child_process import Cost, command_of, run_command
from machine import describe_machine

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "il2-then-temozolomide-melanoma.yaml"
ONE_ARM = HERE / "one_arm.yaml"
HELP_REPEATS, WARM_REPEATS = 5, 3
MEMORY_PATIENTS = (1_000, 10_000)
QUICK_PATIENTS, QUICK_MEMORY_PATIENTS = 20, (50, 100)


@dataclass(frozen=True)
class Timing:
    """One thing a user does, and what it took."""

    what: str
    cost: Cost


class Desk:
    """A user's machine on the first day: no kernels, no compiled driver, no font list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.environment = {
            name: str(folder / name) for name in ("TRIALKINE_CACHE", "NUMBA_CACHE_DIR", "MPLCONFIGDIR")
        }

    def trialkine(self, *words: str) -> Cost:
        """One command line."""
        return run_command([command_of("trialkine"), *words], self.folder, self.environment)

    def run(self, protocol: Path, patients: int | None) -> Cost:
        """`trialkine run` into a new folder."""
        self.count += 1
        number = [] if patients is None else ["--patients", str(patients)]
        return self.trialkine("run", str(protocol), "--out", f"run{self.count}", *number)


def measure(is_quick: bool) -> list[Timing]:
    """Every timing, in the order in which a user meets them."""
    patients = QUICK_PATIENTS if is_quick else None
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        helps = [desk.trialkine("--help") for _ in range(HELP_REPEATS)]
        timings = [Timing("`trialkine --help`", _median(helps))]
        name = f"`trialkine run {EXAMPLE.name}{'' if patients is None else f' --patients {patients}'}`"
        timings.append(Timing(f"{name}, first time", desk.run(EXAMPLE, patients)))
        warm = [desk.run(EXAMPLE, patients) for _ in range(WARM_REPEATS)]
        timings.append(Timing(f"{name}, again", _median(warm)))
        for size in QUICK_MEMORY_PATIENTS if is_quick else MEMORY_PATIENTS:
            timings.append(Timing(f"one arm of {size:,} patients", desk.run(ONE_ARM, size)))
    return timings


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        *(statistics.median(values) for values in zip(*(asdict(c).values() for c in costs), strict=True))
    )


def report(timings: list[Timing], about: dict[str, str], is_quick: bool) -> str:
    """The table as markdown."""
    rows = [
        f"| {t.what} | {t.cost.wall_seconds:.2f} | {t.cost.cpu_seconds:.2f} | {t.cost.peak_memory:,.0f} |"
        for t in timings
    ]
    return "\n".join(
        [
            "# The main job",
            "",
            *(["**A quick trial run: not a result.**", ""] if is_quick else []),
            "| what | wall [s] | CPU, all cores [s] | peak memory [MiB] |",
            "|---|---|---|---|",
            *rows,
            "",
            f"Medians of {HELP_REPEATS} (help) and {WARM_REPEATS} (again); the first time starts with empty "
            "caches.",
            "",
            *(f"- {name}: {value}" for name, value in about.items()),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few patients: a trial run")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    given = parser.parse_args()
    about = describe_machine()
    timings = measure(given.quick)
    given.out.mkdir(parents=True, exist_ok=True)
    lines: list[dict[str, Any]] = [{"machine": about, "quick": given.quick}, *map(asdict, timings)]
    text = report(timings, about, given.quick)
    (given.out / "main_job.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    (given.out / "main_job.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
