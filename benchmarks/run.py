"""Measures trialkine's ensemble engine against its peers, in one run and at equal achieved error.

python benchmarks/run.py [--peers NAME,NAME] [--quick] [--out DIR]

Writes engines.md and engines.jsonl. A peer that is not installed is skipped by name.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from comparison import drift, table
from engines import ENGINES, OWN, PEERS
from machine import describe_machine
from measure import QUICK_PATIENTS, QUICK_WEEKS, TARGET
from reference import CHECK_PATIENTS, TOLERANCE, solve_reference
from workloads import ENSEMBLE, WEEKS

HERE = Path(__file__).parent
ONE_THREAD = {
    **dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "NUMBA_NUM_THREADS",
            "RAYON_NUM_THREADS",
        ),
        "1",
    ),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main() -> None:
    given = _arguments()
    names = [name for name in given.peers.split(",") if name] if given.peers else list(PEERS)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        sys.exit(f"No peer named '{unknown[0]}'. Known: {', '.join(PEERS)}.")
    given.out.mkdir(parents=True, exist_ok=True)
    header = {"machine": describe_machine(), "target_error": TARGET, "quick": given.quick}
    with tempfile.TemporaryDirectory() as folder:
        references = Path(folder) / "references.npz"
        header["reference"] = _solve_references(references, given.quick)
        points = Path(folder) / "points.jsonl"
        for name in [OWN.name, *names, OWN.name]:
            print(f"measuring {name} ...", flush=True)
            _measure(name, names, references, points, given.quick)
        records = [json.loads(line) for line in points.read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps(record) for record in (header, *records)]
    (given.out / "engines.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = _report(header, records)
    (given.out / "engines.md").write_text(text, encoding="utf-8")
    print(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help=f"comma-separated; default all: {', '.join(PEERS)}")
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_PATIENTS} patients, {QUICK_WEEKS} weeks: a trial run"
    )
    parser.add_argument("--out", type=Path, default=HERE / "results")
    return parser.parse_args()


def _solve_references(path: Path, is_quick: bool) -> dict[str, float]:
    """Write the reference solutions; returns how far SciPy's lie from them."""
    arrays: dict[str, Any] = {}
    differences = {}
    for name in WEEKS:
        print(f"solving the reference of workload {name} ...", flush=True)
        size, weeks = (QUICK_PATIENTS, QUICK_WEEKS) if is_quick else (ENSEMBLE, None)
        reference = solve_reference(name, size, weeks)
        arrays |= {f"states_{name}": reference.states, "scales": reference.scales}
        differences[name] = reference.difference
    np.savez(path, **arrays)
    return differences


def _measure(name: str, peers: list[str], references: Path, points: Path, is_quick: bool) -> None:
    command = [sys.executable, str(HERE / "measure.py"), name, str(references), str(points)]
    command += ["--peers", ",".join(peers), *(["--quick"] if is_quick else [])]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, check=False)
    if done.returncode:
        with points.open("a", encoding="utf-8") as file:
            record = {"engine": name, "failed": f"its process ended with code {done.returncode}"}
            file.write(json.dumps(record) + "\n")


def _report(header: dict[str, Any], records: list[dict[str, Any]]) -> str:
    measured = [record for record in records if "errors" in record]
    about = {engine.name: engine.about for engine in ENGINES.values()}
    differences = ", ".join(f"{name} {value:.0e}" for name, value in header["reference"].items())
    notes = [
        f"- {record['engine']}: skipped, {record['skipped']}."
        if "skipped" in record
        else f"- {record['engine']}: failed, {record['failed']}."
        for record in records
        if "errors" not in record
    ]
    return "\n".join(
        [
            "# Engines at equal error",
            "",
            *(["**A quick trial run: not a result.**", ""] if header["quick"] else []),
            f"Trajectories per second of CPU time on one core where the 95th percentile over patients of the "
            f"largest error is {TARGET:g}. The ratio compares equal patients and weeks.",
            "",
            table(measured, OWN.name, about),
            *(["Not measured:", "", *notes, ""] if notes else []),
            f"Reference: trialkine at a tolerance of {TOLERANCE:g}; SciPy's LSODA differs from it by at most "
            f"{differences} ({CHECK_PATIENTS} patients).",
            f"trialkine, measured first and last, changed by up to {100 * drift(measured, OWN.name):.0f} %: "
            "distrust the ratios by that much.",
            "",
            *(f"- {name}: {value}" for name, value in header["machine"].items()),
            "",
        ]
    )


if __name__ == "__main__":
    main()
