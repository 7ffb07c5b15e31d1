"""Simulation-based calibration of the whole catalogue, with the simulations of a finished calibration.

    trialkine calibrate --out calibration-run
    python benchmarks/self_check.py calibration-run --draws 20

Populations are drawn from the priors and sought again from what the trials would have reported, with the
emulator of the first wave, which covers the priors. They are also drawn from the posterior of the real trials
and sought again from the real and the synthetic trials together, with the emulator of the latest waves.
Prints, and writes to benchmarks/results/self_check.md, how many known numbers lie in their intervals.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import binomtest, kstest

from trialkine.calibration.posterior import sample_posterior
from trialkine.calibration.quantities import USUAL
from trialkine.calibration.run import Sizes, calibrated_trials, likelihoods_of, simulated_waves
from trialkine.calibration.self_check import SelfCheck, prior_draws, self_check
from trialkine.calibration.structures import StructurePosterior
from trialkine.published_trials.catalogue import published_trials

PAGE = Path(__file__).parent / "results" / "self_check.md"
LEVELS = (0.5, 0.8, 0.95)
INFORMED = 0.9  # posterior spread in units of the prior's
DIGITS = 3
ABOUT = {
    "prior": "Populations from the priors, sought from synthetic trials; emulator of the first wave",
    "posterior": "Populations from the posterior, sought from real and synthetic trials; emulator as shipped",
}


def main() -> None:
    """Check, and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="what `trialkine calibrate --out` wrote")
    options.add_argument("--draws", type=int, default=20, help="populations from the posterior")
    options.add_argument("--prior-draws", type=int, default=10)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=5)
    told = options.parse_args()
    record = json.loads((told.folder / "record.json").read_text("utf-8"))
    sizes, seed = Sizes(**record["sizes"]), record["seed"]
    started = time.monotonic()
    trials = calibrated_trials(published_trials())
    waves = simulated_waves(trials, told.folder / "simulated", sizes, seed=seed, jobs=told.jobs)
    sections = []
    for name, own_waves in (("prior", waves[:1]), ("posterior", waves)):
        likelihood = likelihoods_of(trials, own_waves, told.jobs)[USUAL]
        real = sample_posterior(
            likelihood.log_posterior, np.zeros(len(likelihood.unknowns)),
            steps=sizes.steps // 2, walkers=sizes.walkers, seed=seed,
        )  # fmt: skip
        is_prior = name == "prior"
        if is_prior:
            truth = prior_draws(likelihood.unknowns, told.prior_draws, told.seed)
        else:
            truth = StructurePosterior(likelihood, real).draws(told.draws, told.seed)
        check = self_check(
            trials, likelihood, truth, real=None if is_prior else real, seed=told.seed, jobs=told.jobs,
            folder=told.folder / "self-check",
        )  # fmt: skip
        sections += section(ABOUT[name], check, real.draws.std(axis=0) < INFORMED)
    lines = [
        "# Simulation-based calibration of the catalogue", "",
        f"The usual equations, {time.monotonic() - started:.0f} s. "
        f"A number is informed where the real data leave it less than {INFORMED:.0%} of its prior's "
        "spread. Limits and p count every number as independent, which those of one population are not "
        "quite.", "", *sections,
    ]  # fmt: skip
    PAGE.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


def section(title: str, check: SelfCheck, informed: np.ndarray) -> Sequence[str]:
    """The result of one check as Markdown."""
    draws = len(check.ranks)
    lines = [
        f"## {title}", "",
        f"{draws} populations. Worst of their chains: {check.acceptance:.0%} accepted, autocorrelation "
        f"{check.autocorrelation:.0f} of {check.kept} steps.", "",
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
        lines.append(f"| {name} | {int(chosen.sum())} x {draws} | {' | '.join(cells)} | {even:.{DIGITS}f} |")
    off = np.abs(check.ranks.mean(axis=0) - 0.5)
    worst = np.argsort(-off)[:8]
    lines += [
        "", f"Mean ranks farthest from a half (a standard error is {0.289 / np.sqrt(draws):.2f}):", "",
        *(f"- {check.names[place]}: {check.ranks[:, place].mean():.2f}" for place in worst), "",
    ]  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
