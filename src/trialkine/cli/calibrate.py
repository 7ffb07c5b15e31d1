"""`trialkine calibrate`: find the ensemble of populations that gives an account of published trials."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from trialkine.cli.options import LARGEST_SEED, Jobs, whole_number
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError

NEEDED = {"sklearn": "scikit-learn", "emcee": "emcee"}


def calibrate(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the ensemble, and what was simulated.")
    ] = Path("calibration-run"),
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="TIME",
            help="About how long it may take, such as '30m' or '3h'; it sizes the simulation. "
            "Without it 75 minutes, with --refresh 30.",
        ),
    ] = None,
    members: Annotated[int, typer.Option("--members", metavar="M", help="Members of the ensemble.")] = 400,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", help="Same seed and budget, same ensemble.")
    ] = 1,
    jobs: Jobs = None,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Simulate only around the members of the ensemble that comes with the package, in one wave.",
        ),
    ] = False,
) -> None:
    """Calibrate on the catalogue of published trials.

    Populations are simulated where the priors allow, an emulator takes the place of the simulation, and the
    ensemble is drawn from the posterior; then again where the posterior is. Only trials whose numbers are
    rows of the table of evidence are used. What was simulated is kept in the folder, so that a stopped
    command goes on where it was.
    """
    whole_number("--members", members, 20, 10_000)
    whole_number("--seed", seed, 0, LARGEST_SEED)
    workers = whole_number("--jobs", jobs, 1, 1024) if jobs is not None else os.cpu_count() or 1
    time = budget or ("30m" if refresh else "75m")
    hours = budget_hours(time)
    _check_packages()

    from trialkine.calibration.budget import sizes_within
    from trialkine.calibration.ensemble_file import read_ensemble, write_ensemble
    from trialkine.calibration.findings import findings_text, open_quantities
    from trialkine.calibration.profiles import profiles
    from trialkine.calibration.run import calibrate as run
    from trialkine.published_trials.catalogue import published_trials

    sizes = sizes_within(hours, workers, members, *([1] if refresh else []))
    again = " --refresh" if refresh else ""
    command = f"trialkine calibrate{again} --budget {time} --members {members} --seed {seed}"
    with shown_progress("calibrating") as show:
        found = run(
            published_trials(),
            out / "simulated",
            sizes,
            seed=seed,
            jobs=workers,
            progress=show,
            about={"title": "catalogue of published trials", "command": command, "workers": workers},
            start=read_ensemble().members if refresh else None,
        )
        show(0.95, "profiles of what the data left open")
        along = profiles(found.structures, open_quantities(found), workers)
    write_ensemble(found.ensemble, out)
    text = findings_text(found, along)
    (out / "findings.md").write_text(text, "utf-8")
    print(text)
    print(f"Ensemble: {out}. Use it with: trialkine validate --ensemble {out}")


def _check_packages() -> None:
    """Raises: InputError, when a package is missing that is needed only after hours of simulation."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise InputError(
            f"Calibration needs {' and '.join(missing)}, not installed. Install with: "
            "pip install 'trialkine[calibrate]', or in a clone: "
            "pip install -c constraints.txt '.[calibrate]'"
        )


def budget_hours(text: str) -> float:
    """Hours from '30m', '3h' or '90 min'.

    Raises: InputError, when it is none of these or not above 0.
    """
    units = {"m": 1 / 60, "min": 1 / 60, "h": 1.0, "hours": 1.0, "hour": 1.0}
    plain = text.strip().lower()
    number = plain.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = plain[len(number) :].strip()
    try:
        hours = float(number) * units[unit]
    except (KeyError, ValueError):
        raise InputError(f"'--budget {text}' is no time. Write it as in '30m' or '3h'.") from None
    if not 0.0 < hours <= 1000.0:
        raise InputError(f"'--budget {text}' is out of range. Write a time above 0, as in '30m' or '3h'.")
    return hours
