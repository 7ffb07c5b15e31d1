"""How well the log evidence of the structures is known: fitted again from random halves of the simulations.

    trialkine calibrate --out calibration-run
    python benchmarks/structure_evidence.py calibration-run

Halves of the points give emulators with an error of their own, twice the variance of that of all points. So
half of the root mean square by which complementary halves differ is about what the difference of log evidence
is uncertain by with all points. Writes benchmarks/results/structure_evidence.md.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from trialkine.calibration.likelihood import Likelihood
from trialkine.calibration.posterior import best_point, covariance
from trialkine.calibration.run import LATEST, Sizes, Wave, calibrated_trials, likelihoods_of, simulated_waves
from trialkine.calibration.simulations import Simulated
from trialkine.published_trials.catalogue import published_trials

PAGE = Path(__file__).parent / "results" / "structure_evidence.md"


def main() -> None:
    """Fit to halves, and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="what `trialkine calibrate --out` wrote")
    options.add_argument("--halves", type=int, default=6, help="an even number, two by two complements")
    options.add_argument("--jobs", type=int, default=2)
    told = options.parse_args()
    record = json.loads((told.folder / "record.json").read_text("utf-8"))
    started = time.monotonic()
    trials = calibrated_trials(published_trials())
    sizes = Sizes(**record["sizes"])
    waves = simulated_waves(
        trials, told.folder / "simulated", sizes, seed=record["seed"], jobs=told.jobs
    )[-LATEST:]  # fmt: skip
    random = np.random.default_rng(0)
    found = []
    for number in range(told.halves):
        if number % 2 == 0:
            chosen = [random.permutation(len(scores)) < len(scores) // 2 for scores, _ in waves]
        else:
            chosen = [~one for one in chosen]
        halves = [_part(wave, is_in) for wave, is_in in zip(waves, chosen, strict=True)]
        likelihoods = likelihoods_of(trials, halves, told.jobs)
        found.append([_log_evidence(one) for one in likelihoods.values()])
    values = np.array(found)
    apart = values[:, 0] - values[:, 1]
    doubt = np.sqrt(np.mean((apart[0::2] - apart[1::2]) ** 2)) / 2.0
    lines = [
        "# Log evidence of the structures, from halves of the simulations", "",
        f"{told.halves} halves of {sum(len(scores) for scores, _ in waves)} points, "
        f"{time.monotonic() - started:.0f} s.", "",
        "| half | usual | il2_licensing | difference |", "|---|---|---|---|",
        *(f"| {n + 1} | {a:.1f} | {b:.1f} | {a - b:+.1f} |" for n, (a, b) in enumerate(values)), "",
        f"The difference is {apart.mean():+.1f} on average. With all points it is uncertain by about "
        f"{doubt:.1f}, half of the root mean square by which complementary halves differ.", "",
    ]  # fmt: skip
    PAGE.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


def _part(wave: Wave, is_in: np.ndarray) -> Wave:
    scores, simulated = wave
    return scores[is_in], {
        name: Simulated(name, one.counts[:, is_in], one.totals[:, is_in]) for name, one in simulated.items()
    }


def _log_evidence(likelihood: Likelihood) -> float:
    best = best_point(likelihood.log_posterior, np.zeros(len(likelihood.unknowns)))
    spread = covariance(likelihood.log_posterior, best)
    return float(likelihood.log_posterior(best[None])[0] + 0.5 * np.linalg.slogdet(spread)[1])


if __name__ == "__main__":
    main()
