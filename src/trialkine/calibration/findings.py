"""What the calibration found, in words: what the data moved and left open, and which structures fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from trialkine.calibration.profiles import FLAT, HELD, Profile
from trialkine.calibration.run import Calibration
from trialkine.calibration.structures import TELLS_APART, StructurePosterior, shares_of

Array = np.ndarray[Any, np.dtype[Any]]
MOVED, NARROWED = 0.5, 0.7
RIDGE = 0.5
MOST_RIDGES = 15


def findings_text(found: Calibration, profiles: Sequence[Profile] = ()) -> str:
    """The findings as Markdown."""
    parts = [
        _head(found),
        _structures(found),
        _numbers(found),
        _profiles(profiles),
        _ridges(found),
        _trials(found),
    ]
    return "\n".join(line for part in parts for line in (*part, ""))


def open_quantities(found: Calibration) -> list[int]:
    """The places of the population's numbers that the data did not move in any structure."""
    parts = [(one, *_score_moments(one)) for one in found.structures.values()]
    quantities = parts[0][0].likelihood.scored
    moved = np.any([_is_moved(mean, spread) for _, mean, spread in parts], axis=0)
    return [place for place in range(quantities) if not moved[place]]


def _head(found: Calibration) -> Iterator[str]:
    record = found.ensemble.record
    yield "# What the calibration found"
    yield ""
    yield (
        f"{record['targets']} targets of {len(record['trials'])} trials, {record['unknowns']} unknowns, "
        f"{len(found.ensemble.members)} members."
    )
    yield ""
    errors = ", ".join(
        f"{group} {error['rms']:.1%} (mean over points {error['bias']:.1%}; {error['spread']:.2f})"
        for group, error in record["emulator"].items()
    )
    yield (
        "Error of the emulator at points it had not seen, in shares of patients, and as the spread of the "
        f"log-odds that the likelihood takes for it: {errors}."
    )


def _structures(found: Calibration) -> Iterator[str]:
    """How each structure fits, and how many members it has."""
    shares = shares_of(found.structures)
    yield "## Structures"
    yield ""
    yield (
        "Log evidence by Laplace's approximation. Structures that differ by less than "
        f"{TELLS_APART:g} get equal shares of the members: so much the error of the emulator may be."
    )
    yield ""
    yield "| structure | log evidence | best log-likelihood | members | chains | steps | accepted | draws |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, one in found.structures.items():
        posterior = one.posterior
        best = float(one.likelihood.by_trial(posterior.best[None]).sum())
        yield (
            f"| {name or 'usual'} | {posterior.log_evidence:.1f} | {best:.1f} | {shares[name]:.0%} "
            f"| {posterior.walkers} | {posterior.steps} | {posterior.acceptance:.0%} "
            f"| {posterior.independent:,.0f} |"
        )


def _numbers(found: Calibration) -> Iterator[str]:
    """Prior against posterior of every unknown, in every structure."""
    parts = [(name, one, *_score_moments(one)) for name, one in found.structures.items()]
    moved = [_is_moved(mean, spread) for _, _, mean, spread in parts]
    yield "## Numbers"
    yield ""
    counts = " and ".join(
        f"{int(own.sum())}{f' with {name}' if name else ' with the usual equations'}"
        for (name, *_), own in zip(parts, moved, strict=True)
    )
    yield (
        f"The data moved {counts} of {len(moved[0])}: by more than {MOVED} standard deviations of the "
        f"prior, or to less than {NARROWED:.0%} of its spread. The others are still what the prior says. "
        "Moves and spreads are those of scores; where a number is multiplied by another, as the offset of a "
        "class is by the spread of all classes, it may be wider than its prior all the same."
    )
    yield ""
    others = "".join(f" with {name} | spread kept |" for name, *_ in parts[1:])
    yield f"| number | prior, 90 % | posterior, 90 %, usual equations | moved by | spread kept |{others} |"
    yield "|---|---|---|---|---|---|" + "---|---|" * (len(parts) - 1)
    _, first, mean, spread = parts[0]
    unknowns = first.likelihood.unknowns
    values = unknowns.ensemble(first.posterior.draws).values
    numbers = (*unknowns.quantities, *unknowns.others)
    for place in np.argsort(spread - np.abs(mean)):
        one = numbers[place]
        prior = one.value(np.array([-1.645, 1.645]))
        posterior = np.quantile(values[:, place], [0.05, 0.95])
        if getattr(one, "times", None):
            prior = prior * unknowns.typical(one.times)
        cells = "".join(f" {m[place]:+.2f} sd | {s[place]:.0%} |" for _, _, m, s in parts)
        word = "moved" if any(own[place] for own in moved) else "open"
        yield (
            f"| {one.name} | {prior[0]:.3g} to {prior[1]:.3g} | {posterior[0]:.3g} to {posterior[1]:.3g} "
            f"|{cells} {word} |"
        )


def _score_moments(one: StructurePosterior) -> tuple[Array, Array]:
    draws = one.posterior.draws
    return draws.mean(axis=0), draws.std(axis=0)


def _is_moved(mean: Array, spread: Array) -> Array:
    return np.asarray((np.abs(mean) > MOVED) | (spread < NARROWED))


def _profiles(profiles: Sequence[Profile]) -> Iterator[str]:
    """How much worse the data are met when a number that they did not move is held away from its centre."""
    if not profiles:
        return
    flat = sum(one.is_flat for one in profiles)
    yield "## Profiles"
    yield ""
    yield (
        f"The fall of the log-likelihood when a number is held at {HELD[0]:g} or {HELD[1]:g} standard "
        f"deviations of its prior and all others are fitted again. Below {FLAT:g} on both sides ({flat} of "
        f"{len(profiles)}) the data allow any of these values. Where it is negative the data are met better, "
        "at the cost of the priors of other numbers."
    )
    yield ""
    yield f"| number | structure | at {HELD[0]:g} | at {HELD[1]:g} | |"
    yield "|---|---|---|---|---|"
    for one in profiles:
        word = "flat" if one.is_flat else ""
        yield f"| {one.name} | {one.structure or 'usual'} | {one.low:.1f} | {one.high:.1f} | {word} |"


def _ridges(found: Calibration) -> Iterator[str]:
    """Pairs of numbers of which the data see only a combination."""
    yield "## Ridges"
    yield ""
    yield f"Pairs with a posterior correlation beyond {RIDGE}: the data see a combination of the two."
    yield ""
    for structure, one in found.structures.items():
        correlation = np.corrcoef(one.posterior.draws.T)
        first, second = np.triu_indices(len(correlation), 1)
        order = np.argsort(-np.abs(correlation[first, second]))
        names = one.likelihood.unknowns.names
        for place in order[:MOST_RIDGES]:
            value = correlation[first[place], second[place]]
            if abs(value) > RIDGE:
                pair = f"{names[first[place]]} and {names[second[place]]}"
                yield f"- {structure or 'usual'}: {pair}: {value:+.2f}"


def _trials(found: Calibration) -> Iterator[str]:
    """What single families are worth: members left when one is taken out."""
    ensemble = found.ensemble
    yield "## Families"
    yield ""
    again = ", ".join(ensemble.left_out) or "none"
    yield (
        "Equally weighted members that are left when a family is taken out by reweighting. Where fewer than "
        f"a quarter are, the chains were run again without the family: {again}."
    )
    yield ""
    left = {name: ensemble.effective(ensemble.reweighted_without(name)) for name in ensemble.families}
    for name, number in sorted(left.items(), key=lambda item: item[1])[:MOST_RIDGES]:
        yield f"- {name}: {number:.0f} of {len(ensemble.members)}"
