"""deSolve in R: lsoda with a compiled right-hand side and an event table.

CPU time is R's own, of solving alone.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from engine import ABSOLUTE, Engine, Solve, UnavailableError
from equation_export import Equations, c_source
from neutral_model import neutral_model
from workloads import Workload, stops

Array = np.ndarray[Any, np.dtype[Any]]
SCRIPT = Path(__file__).with_name("engine_desolve.R")


def prepare() -> Solve:
    """Compile the exported right-hand side with R's compiler."""
    _version()
    equations = Equations(neutral_model())
    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name)
    for count in range(len(equations.inputs) + 1):
        (place / f"rates{count}.c").write_text(_source(equations, count), encoding="utf-8")
        _run(["R", "CMD", "SHLIB", f"rates{count}.c"], place)

    def solve(load: Workload, tolerance: float) -> tuple[Array, float]:
        assert folder.name  # keeps the folder until the solver goes
        rates = _write(load, equations, place)
        scales = np.concatenate([equations.scales(load.parameters), np.ones(rates)])
        np.savetxt(place / "absolute.csv", ABSOLUTE * tolerance * scales)
        _run(["Rscript", str(SCRIPT), str(place), repr(tolerance), str(rates)], place)
        found = np.fromfile(place / "found.bin")
        shape = (load.patients, len(load.outputs), equations.states)
        return found[1:].reshape(shape), float(found[0])

    return solve


def _source(equations: Equations, rates: int) -> str:
    """C for deSolve; the infusion rates in use are further states that only doses change."""
    states, columns = equations.states, len(equations.columns)
    used = ", ".join(f"y[{states + number}]" for number in range(rates)) or "0.0"
    lines = [
        "#include <math.h>",
        f"static double k[{columns}];",
        f"void begin(void (*load)(int *, double *)) {{ int size = {columns}; load(&size, k); }}",
        "void slopes(int *size, double *time, double *y, double *dy, double *out, int *more) {",
        f"  const double u[{len(equations.inputs)}] = {{{used}}};",
        c_source(equations),
        *(f"  dy[{states + number}] = 0.0;" for number in range(rates)),
        "}",
        "",
    ]
    return "\n".join(lines)


def _write(load: Workload, equations: Equations, place: Path) -> int:
    """Write a workload for R; returns how many infusion rates it uses, counted from the first."""
    plans = stops(load, equations.inputs)
    last = max(int(plan.target[:-1].max(initial=0)) for plan in plans)
    rates = max(0, last - equations.states + 1)
    start = np.concatenate([equations.start(load.parameters)[0], np.zeros(rates)])
    np.savetxt(place / "start.csv", start, fmt="%.17g")
    np.savetxt(place / "columns.csv", equations.column_values(load.parameters), delimiter=",", fmt="%.17g")
    np.savetxt(place / "outputs.csv", load.outputs, fmt="%.17g")
    rows = [
        (i + 1, time, target + 1, amount)
        for i, plan in enumerate(plans)
        for time, target, amount in zip(plan.time[:-1], plan.target, plan.amount, strict=False)
    ]
    np.savetxt(place / "events.csv", rows, delimiter=",", fmt="%.17g")
    return rates


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"'{' '.join(command[:3])}' failed: {(done.stdout + done.stderr).strip()[-300:]}")
    return done.stdout


def _version() -> str:
    if shutil.which("Rscript") is None:
        raise UnavailableError("R is not installed")
    words = 'cat(as.character(packageVersion("deSolve")), "(R", paste0(getRversion(), ")"))'
    try:
        return _run(["Rscript", "-e", words], Path.cwd()).strip()
    except RuntimeError:
        raise UnavailableError("R has no package deSolve") from None


ENGINE = Engine("deSolve", "lsoda, C right-hand side", 16, 1e-5, _version, prepare)
