"""Runs every example at its own size, times it, and sets it beside its published record.

python benchmarks/examples.py [--patients N] [--only NAME ...] [--jobs J] [--runs DIR] [--out DIR] [--gallery]

Run folders are kept in `--runs`, and an example already there is not run again: remove its folder to
repeat it. Writes examples.md and examples.jsonl, and with `--gallery` docs/gallery.md and its figures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from example_gallery import write_gallery
from example_records import NEVER_FITTED, Comparison, compare, comparison_rows, read_records
from example_runs import COST_FILE, ExampleRun, example_files, finished_runs, run_example
from machine import describe_machine

HERE = Path(__file__).parent
PER_CENT = 100.0


def report(runs: list[ExampleRun], comparisons: list[Comparison], about: dict[str, str]) -> str:
    """The page as markdown."""
    return "\n".join(
        [
            "# Every example",
            "",
            "Time is that of the command as a user types it, compiling and report included; beside it",
            "the time of the processor over all cores. Seed 0; the column of patients says how many were",
            "simulated, which may be fewer than the example itself asks for. Wall times suffer from whatever",
            "else the machine did; processor times hardly do.",
            "",
            *_timing_rows(runs),
            "",
            "## Beside the published record",
            "",
            *_explained(comparisons),
            "",
            *comparison_rows(comparisons),
            "",
            "## Every arm",
            "",
            *_arm_rows(runs),
            "",
            *[f"- {name}: {value}" for name, value in about.items()],
            "",
        ]
    )


def _timing_rows(runs: list[ExampleRun]) -> list[str]:
    rows = [
        "| example | arms | patients in all | wall [s] | CPU [s] | peak memory [MiB] |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        arms, size = len(run.arms), sum(arm["simulated"] for arm in run.arms.values())
        told = f"{arms} | {size:,}" if arms else f"assay | {sum(run.summary['donors'].values())} donors"
        seconds = f"{run.cost.wall_seconds:.1f} | {run.cost.cpu_seconds:.1f}"
        rows.append(f"| {run.name} | {told} | {seconds} | {run.cost.peak_memory:.0f} |")
    return rows


def _explained(comparisons: list[Comparison]) -> list[str]:
    """How many agree, those that nothing was fitted to apart."""
    groups = {
        "Nothing was fitted to": [one for one in comparisons if one.record.used == NEVER_FITTED],
        "The model was fitted to, or compared with,": [
            one for one in comparisons if one.record.used != NEVER_FITTED
        ],
    }
    lines = [
        "A rate agrees when the 95 % interval of the difference between simulated and published holds",
        "zero (the published interval is exact, from its count). Without a published count, and for",
        "medians, the published number must lie in the simulated interval; a median is near when it is",
        "within a quarter of the simulated one.",
        "",
    ]
    for words, group in groups.items():
        counts = Counter(one.verdict for one in group)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        lines.append(f"- {words} {len(group)} of the numbers: {told or 'none'}.")
    return lines


def _arm_rows(runs: list[ExampleRun]) -> list[str]:
    rows = [
        "| example | arm | patients | responded [%] | complete [%] | median PFS [months] "
        "| median OS [months] | grade 3 or 4 [%] |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        for name, arm in run.arms.items():
            metrics = arm["metrics"]
            cells = [_cell(metrics[key]["estimate"], PER_CENT) for key in ("orr", "cr_rate")]
            progression = metrics["pfs_median_months"]["estimate"] or metrics["rfs_median_months"]["estimate"]
            cells += [_cell(progression), _cell(metrics["os_median_months"]["estimate"])]
            cells.append(_cell(metrics["grade34_rate"]["estimate"], PER_CENT))
            rows.append(f"| {run.name} | {name} | {arm['n']} | {' | '.join(cells)} |")
    return rows


def _cell(number: float | None, scale: float = 1.0) -> str:
    return "" if number is None else f"{scale * number:.1f}"


def _counts(run: ExampleRun) -> dict[str, dict[str, int]]:
    """Best responses of every arm."""
    return {name: arm["best_responses"] for name, arm in run.arms.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--patients", type=int, help="patients per arm (or donors), instead of each example's own"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these examples alone, without '.yaml'")
    parser.add_argument("--jobs", type=int, help="workers at once")
    parser.add_argument("--runs", type=Path, default=Path(tempfile.gettempdir()) / "trialkine-examples")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--gallery", action="store_true", help="also write docs/gallery.md")
    chosen = parser.parse_args()

    about = describe_machine()
    failures = []
    for file in example_files():
        folder = chosen.runs / file.stem
        if (chosen.only and file.stem not in chosen.only) or (folder / COST_FILE).exists():
            continue
        try:
            cost = run_example(file, folder, chosen.patients, chosen.jobs)
        except RuntimeError as error:
            failures.append(str(error))
            print(f"{file.stem}: FAILED", flush=True)
            continue
        print(f"{file.stem}: {cost.wall_seconds:.1f} s, {cost.cpu_seconds:.1f} s of CPU", flush=True)
    runs = list(finished_runs(chosen.runs))
    comparisons = list(compare(runs, read_records()))
    page = report(runs, comparisons, about)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "examples.md").write_text(page, encoding="utf-8")
    lines = [json.dumps({"example": run.name, **asdict(run.cost), "arms": _counts(run)}) for run in runs]
    (chosen.out / "examples.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    if chosen.gallery:
        write_gallery(runs, comparisons)
    if failures:
        raise SystemExit("\n".join(failures))


if __name__ == "__main__":
    main()
