"""Simulation-based calibration of the whole catalogue, with the simulations of a finished calibration.

    trialkine calibrate --out calibration-run
    python benchmarks/self_check.py calibration-run --draws 20

Populations are drawn from the priors, simulated in every trial, and sought again from what those trials would
have reported. Prints, and writes to benchmarks/results/self_check.md, how many known numbers lie in their
intervals.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy.stats import binomtest, kstest

from trialkine.calibration.quantities import USUAL
from trialkine.calibration.run import (
    Sizes,
    calibrated_trials,
    fitted,
    likelihoods_of,
    simulated_waves,
)
from trialkine.calibration.self_check import SelfCheck, self_check
from trialkine.published_trials.catalogue import published_trials

PAGE = Path(__file__).parent / "results" / "self_check.md"
LEVELS = (0.5, 0.8, 0.95)
INFORMED = 0.9  # posterior spread in units of the prior's
DIGITS = 3


def main() -> None:
    """Check, and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="what `trialkine calibrate --out` wrote")
    options.add_argument("--draws", type=int, default=20)
    options.add_argument("--patients", type=int, default=200)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=5)
    told = options.parse_args()
    record = json.loads((told.folder / "record.json").read_text("utf-8"))
    sizes, seed = Sizes(**record["sizes"]), record["seed"]
    started = time.monotonic()
    trials = calibrated_trials(published_trials())
    waves = simulated_waves(trials, told.folder / "simulated", sizes, seed=seed, jobs=told.jobs)
    likelihoods = {USUAL: likelihoods_of(trials, waves, told.jobs)[USUAL]}
    posterior = fitted(likelihoods, sizes.walkers, sizes.steps // 2, seed, told.jobs)[USUAL].posterior
    check = self_check(
        trials, likelihoods[USUAL], told.draws, patients=told.patients, seed=told.seed, jobs=told.jobs,
        folder=told.folder / f"self-check-{told.draws}-{told.patients}-{told.seed}",
    )  # fmt: skip
    text = page(check, posterior.draws.std(axis=0) < INFORMED, told, time.monotonic() - started)
    PAGE.write_text(text, "utf-8")
    print(text)


def page(check: SelfCheck, informed: np.ndarray, told: argparse.Namespace, seconds: float) -> str:
    """The result as Markdown."""
    lines = [
        "# Simulation-based calibration of the catalogue", "",
        f"{told.draws} populations from the priors, each simulated in every trial with {told.patients} "
        f"patients per arm, sought again with the usual equations; {seconds:.0f} s. A number is "
        f"informed where the real data leave it less than {INFORMED:.0%} of its prior's spread.", "",
        "| numbers | how many | " + " | ".join(f"in {level:.0%}" for level in LEVELS)
        + " | evenly ranked, p |",
        "|---|---|" + "---|" * (len(LEVELS) + 1),
    ]  # fmt: skip
    for name, chosen in (("all", np.ones(len(informed), dtype=bool)), ("informed", informed)):
        ranks = check.ranks[:, chosen]
        cells = []
        for level in LEVELS:
            inside = int((np.abs(ranks - 0.5) <= level / 2.0).sum())
            low, high = binomtest(inside, ranks.size).proportion_ci(0.95)
            cells.append(f"{inside / ranks.size:.0%} ({low:.0%} to {high:.0%})")
        even = kstest(ranks.ravel(), "uniform").pvalue
        lines.append(
            f"| {name} | {int(chosen.sum())} x {told.draws} | {' | '.join(cells)} | {even:.{DIGITS}f} |"
        )
    off = np.abs(check.ranks.mean(axis=0) - 0.5)
    worst = np.argsort(-off)[:8]
    lines += [
        "", "Limits count every number as independent, which those of one population are not quite. "
        f"Mean ranks farthest from a half (a standard error is {0.289 / np.sqrt(told.draws):.2f}):", "",
        *(f"- {check.names[place]}: {check.ranks[:, place].mean():.2f}" for place in worst), "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
