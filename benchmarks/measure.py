"""Measures one engine: `python measure.py NAME REFERENCES POINTS [--quick]`, in a process of its own.

Tolerances are tried until the error brackets the one at which engines are compared. One JSON line a point.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine import Engine, Solve, UnavailableError
from engines import ENGINES, OWN
from workloads import WEEKS, Workload, largest_errors, workload

Array = np.ndarray[Any, np.dtype[Any]]

TARGET = 1e-5
PERCENTILE = 95
OWN_TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6)  # more than a bracket: peers solve fewer patients
LOOSEST, TIGHTEST = 1e-3, 1e-10
LEAST_SECONDS = 1.0  # of CPU time; shorter solves are repeated and averaged
MOST_REPEATS = 10
QUICK_PATIENTS, QUICK_WEEKS = 8, 4


def spread_error(errors: Array) -> float:
    """The 95th percentile over patients."""
    finite = np.where(np.isfinite(errors), errors, np.inf)
    return float(np.percentile(finite, PERCENTILE, method="linear")) if np.isfinite(finite).all() else np.inf


def horizons(engine: Engine, peers: list[Engine], is_quick: bool) -> set[int | None]:
    """Over how many weeks an engine is measured; trialkine over every peer's."""
    asked = {None, *(peer.weeks for peer in peers)} if engine is OWN else {engine.weeks}
    return {min(weeks or QUICK_WEEKS, QUICK_WEEKS) for weeks in asked} if is_quick else asked


def measure(
    engine: Engine, references: dict[str, Array], spans: set[int | None], is_quick: bool
) -> Iterator[dict[str, Any]]:
    """One record for each workload, horizon and tolerance."""
    begin = time.perf_counter()
    solve = engine.prepare()
    solve(workload("A", 1, 1), 1e-4)
    ready = time.perf_counter() - begin
    patients = min(engine.patients, QUICK_PATIENTS) if is_quick else engine.patients
    for name in WEEKS:
        for weeks in sorted(spans, key=lambda span: span or 0, reverse=True):
            load = workload(name, patients, weeks)
            for tolerance, rate, errors in _points(engine, solve, load, references):
                yield {
                    "engine": engine.name,
                    "workload": name,
                    "weeks": len(load.outputs),
                    "ready_seconds": ready,
                    "tolerance": tolerance,
                    "trajectories_per_second": rate,
                    "errors": [float(error) if np.isfinite(error) else None for error in errors],
                }


def _points(
    engine: Engine, solve: Solve, load: Workload, references: dict[str, Array]
) -> Iterator[tuple[float, float, Array]]:
    reference = references[f"states_{load.name}"][: load.patients, : len(load.outputs)]

    def at(tolerance: float) -> tuple[float, float, Array]:
        rate, states = _timed(solve, load, tolerance)
        return tolerance, rate, largest_errors(states, reference, references["scales"])

    if engine is OWN:
        yield from map(at, OWN_TOLERANCES)
        return
    tolerance, step = engine.first_tolerance, 1.0
    while TIGHTEST / 2 < tolerance < 2 * LOOSEST:
        point = at(tolerance)
        yield point
        towards = 0.1 if spread_error(point[2]) > TARGET else 10.0
        if step not in (1.0, towards):
            return
        step = towards
        tolerance = float(f"{tolerance * step:.0e}")


def _timed(solve: Solve, load: Workload, tolerance: float) -> tuple[float, Array]:
    """Trajectories per CPU second, and the states."""
    total, repeats = 0.0, 0
    while True:
        try:
            states, seconds = solve(load, tolerance)
        except RuntimeError as error:  # a solver that gives up at this tolerance may succeed at a tighter one
            print(f"{load.name} at {tolerance:g}: {str(error).strip()[:200]}", file=sys.stderr)
            return 0.0, np.full((load.patients, 1, 1), np.nan)
        total, repeats = total + seconds, repeats + 1
        if total >= LEAST_SECONDS or repeats == MOST_REPEATS:
            return repeats * load.patients / total, states


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=ENGINES)
    parser.add_argument("references")
    parser.add_argument("points")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", default="")
    given = parser.parse_args()
    engine = ENGINES[given.name]
    peers = [ENGINES[name] for name in given.peers.split(",") if name]
    references = dict(np.load(given.references))
    with open(given.points, "a", encoding="utf-8") as file:
        try:
            version = engine.version()
            for point in measure(engine, references, horizons(engine, peers, given.quick), given.quick):
                file.write(json.dumps(point | {"version": version}) + "\n")
                file.flush()  # what is measured survives a crash of the engine
        except (ImportError, UnavailableError) as error:
            file.write(json.dumps({"engine": engine.name, "skipped": str(error)}) + "\n")
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error).strip()[:200]}"
            file.write(json.dumps({"engine": engine.name, "failed": reason}) + "\n")


if __name__ == "__main__":
    main()
