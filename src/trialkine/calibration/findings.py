"""What the calibration found, in words: what the data moved, and what they left open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from trialkine.calibration.run import Calibration

Array = np.ndarray[Any, np.dtype[Any]]
MOVED, NARROWED = 0.5, 0.7
RIDGE = 0.5
MOST_RIDGES = 15


def findings_text(found: Calibration) -> str:
    """The findings as Markdown."""
    return "\n".join([*_head(found), "", *_numbers(found), "", *_ridges(found), "", *_trials(found), ""])


def _head(found: Calibration) -> Iterator[str]:
    record, posterior = found.ensemble.record, found.posterior
    yield "# What the calibration found"
    yield ""
    yield (
        f"{record['targets']} targets of {len(record['trials'])} trials, {record['unknowns']} unknowns, "
        f"{len(found.ensemble.members)} members. {posterior.walkers} chains of {posterior.steps} steps, "
        f"{posterior.acceptance:.0%} accepted, longest autocorrelation "
        f"{posterior.autocorrelation:.0f} steps, so about {posterior.independent:,.0f} independent draws."
    )
    yield ""
    errors = ", ".join(
        f"{group} {error['rms']:.1%} (mean over points {error['bias']:.1%})"
        for group, error in record["emulator"].items()
    )
    yield f"Error of the emulator at points it had not seen, in shares of patients: {errors}."


def _numbers(found: Calibration) -> Iterator[str]:
    """Prior against posterior of every unknown."""
    draws = found.posterior.draws
    mean, spread = draws.mean(axis=0), draws.std(axis=0)
    moved = (np.abs(mean) > MOVED) | (spread < NARROWED)
    yield (
        f"The data moved {int(moved.sum())} of {len(mean)}: by more than {MOVED} standard deviations of the "
        f"prior, or to less than {NARROWED:.0%} of its spread. The others are still what the prior says."
    )
    yield ""
    yield "| number | prior, 90 % | posterior, 90 % | moved by | spread kept | |"
    yield "|---|---|---|---|---|---|"
    parts = (*found.unknowns.quantities, *found.unknowns.others)
    values = found.unknowns.ensemble(draws).values
    for place in np.argsort(spread - np.abs(mean)):
        part = parts[place]
        prior = part.value(np.array([-1.645, 1.645]))
        posterior = np.quantile(values[:, place], [0.05, 0.95])
        if getattr(part, "times", None):
            prior = prior * found.unknowns.typical(part.times)
        yield (
            f"| {part.name} | {prior[0]:.3g} to {prior[1]:.3g} | {posterior[0]:.3g} to {posterior[1]:.3g} "
            f"| {mean[place]:+.2f} sd | {spread[place]:.0%} | {'moved' if moved[place] else 'open'} |"
        )


def _ridges(found: Calibration) -> Iterator[str]:
    """Pairs of numbers of which the data see only a combination."""
    correlation = np.corrcoef(found.posterior.draws.T)
    first, second = np.triu_indices(len(correlation), 1)
    order = np.argsort(-np.abs(correlation[first, second]))
    names = found.unknowns.names
    yield "## Ridges"
    yield ""
    yield f"Pairs with a posterior correlation beyond {RIDGE}: the data see a combination of the two."
    yield ""
    for place in order[:MOST_RIDGES]:
        value = correlation[first[place], second[place]]
        if abs(value) > RIDGE:
            yield f"- {names[first[place]]} and {names[second[place]]}: {value:+.2f}"


def _trials(found: Calibration) -> Iterator[str]:
    """What single families are worth: members left when one is taken out."""
    ensemble = found.ensemble
    yield "## Families"
    yield ""
    yield (
        "Equally weighted members that are left when a family is taken out by reweighting. Where few are, "
        "the ensemble rests on that family, and its prediction without it is rough."
    )
    yield ""
    left = {name: ensemble.effective(ensemble.without(name)) for name in ensemble.families}
    for name, number in sorted(left.items(), key=lambda item: item[1])[:MOST_RIDGES]:
        yield f"- {name}: {number:.0f} of {len(ensemble.members)}"
