"""How alike the errors of the emulators of different trials are: fitted to random halves of the simulations.

    trialkine calibrate --out calibration-run
    python benchmarks/emulator_halves.py calibration-run

Half the difference of two emulators, one from each half of the points, is about the sampling error of that
from all. Prints it by kind of target and disease, and how it correlates between trials, around the middle of
the latest design.
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

from trialkine.calibration.emulator import fit_quadratic
from trialkine.calibration.evidence import simulations_of
from trialkine.calibration.later_designs import WIDER
from trialkine.calibration.quantities import calibrated_quantities
from trialkine.calibration.run import LATEST, Sizes, calibrated_trials, simulated_waves
from trialkine.published_trials.catalogue import published_trials


def main(folder: Path) -> None:
    """Print a line per kind and disease."""
    record = json.loads((folder / "record.json").read_text("utf-8"))
    trials, quantities = calibrated_trials(published_trials()), calibrated_quantities()
    waves = simulated_waves(
        trials, folder / "simulated", Sizes(**record["sizes"]), seed=record["seed"], jobs=2
    )[-LATEST:]  # fmt: skip
    scores = np.vstack([one for one, _ in waves])
    is_first = np.random.default_rng(3).permutation(len(scores)) % 2 == 0
    last = waves[-1][0]
    usual = last[last[:, -1] < 0.0]
    points = usual.mean(axis=0) + (usual - usual.mean(axis=0)) / WIDER
    rows = list(simulations_of(trials, waves, quantities))
    errors = np.array(
        [
            np.subtract(
                *(
                    fit_quadratic(
                        scores[half], one.counts[half], one.totals[half], one.columns, one.switch
                    ).log_odds(points)
                    for half in (is_first, ~is_first)
                )
            )
            / 2.0
            for one in rows
        ]
    )
    kinds = [(one.target.group, trials[one.trial].population) for one in rows]
    for kind in dict.fromkeys(kinds):
        own = [place for place, one in enumerate(kinds) if one == kind]
        apart = [(i, j) for i, j in combinations(own, 2) if rows[i].trial != rows[j].trial]
        if not apart:
            continue
        alike = np.mean([np.corrcoef(errors[i], errors[j])[0, 1] for i, j in apart])
        common = np.sqrt((errors[own].mean(axis=0) ** 2).mean())
        size = np.sqrt((errors[own] ** 2).mean())
        print(
            f"{', '.join(kind)}: {len(own)} targets, sampling error {size:.2f} log-odds, correlation between "
            f"trials {alike:.2f}, of their mean {common:.3f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
