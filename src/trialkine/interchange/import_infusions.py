"""Infusions of a foreign file: a rate that events switch and that adds to the rate of one state.

A parameter counts as one if nothing but events at fixed times changes it, it ends at zero, and all it does is
stand as one part of a sum, times constants, in one rate rule or in a reaction that changes one species.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialkine.interchange.import_facts import FileModel, Reaction
from trialkine.interchange.import_terms import (
    ZERO,
    Name,
    Number,
    Term,
    factors,
    is_number,
    names_of,
    over,
    substitute,
    sum_of,
    summands,
    times,
)
from trialkine.interchange.import_timing import Timed
from trialkine.interchange.import_values import Values, is_free_species

DOSE = "the dose"
"""The name that stands for the amount of a dose in a term."""
ROUNDING = 1e-12


@dataclass(frozen=True)
class FileDose:
    """A planned dose; `share` is what enters the state, in terms of `DOSE`.

    `of` names what the amount is measured as: the state itself, or the rate of infusion.
    Units: time, duration [the file's].
    """

    into: str
    of: str
    share: Term
    time: float
    amount: float
    duration: float = 0.0


@dataclass(frozen=True)
class Infusion:
    """The doses of one rate, and the file without it."""

    doses: tuple[FileDose, ...]
    rest: FileModel


@dataclass(frozen=True)
class _Entry:
    """The state that a rate flows into, what enters it of a dose, and the file without the rate."""

    into: str
    share: Term
    rest: FileModel


def find_infusion(file: FileModel, name: str, changes: Iterable[Timed]) -> Infusion | None:
    """The infusions that a name stands for, whose `changes` are all that events do to it; else None."""
    values = Values(file)
    if file.symbols[name].kind != "parameter" or any(rule.of == name for rule in file.rules):
        return None
    pieces = _pieces(values, name, changes)
    if pieces is None or len(list(values.readers_of(name))) != 1:
        return None
    entry = _entry(values, name)
    if entry is None:
        return None
    doses = tuple(
        FileDose(entry.into, name, entry.share, begin, rate * (end - begin), end - begin)
        for begin, end, rate in pieces
        if rate > 0
    )
    return Infusion(doses, entry.rest)


def _pieces(
    values: Values, name: str, changes: Iterable[Timed]
) -> Sequence[tuple[float, float, float]] | None:
    """From when until when the rate has which value."""
    now = values.value(name)
    steps = [(0.0, now)]
    for one in sorted(changes, key=lambda one: one.time):
        rest = substitute(one.what.term, {name: ZERO}.get)
        if not values.is_fixed(rest):
            return None
        now = values.number(substitute(one.what.term, {name: Number(now)}.get))
        steps.append((one.time, now))
    largest = max(abs(rate) for _, rate in steps)
    steps = [(time, 0.0 if abs(rate) <= ROUNDING * largest else rate) for time, rate in steps]
    if not all(math.isfinite(rate) and rate >= 0 for _, rate in steps) or steps[-1][1] != 0:
        return None
    return [(begin, end, rate) for (begin, rate), (end, _) in pairwise(steps) if end > begin]


def _entry(values: Values, name: str) -> _Entry | None:
    file = values.file
    for rule in file.rules:
        if rule.kind == "rate" and name in names_of(rule.term):
            found = _taken(values, rule.term, name)
            if found is None:
                return None
            rules = tuple(replace(one, term=found[1]) if one is rule else one for one in file.rules)
            return _Entry(rule.of, found[0], replace(_without_symbol(file, name), rules=rules))
    for reaction in file.reactions:
        if name in names_of(reaction.law):
            return _entry_by(values, reaction, name)
    return None


def _entry_by(values: Values, reaction: Reaction, name: str) -> _Entry | None:
    """An infusion by a reaction that changes one species and that nothing else reads."""
    file = values.file
    found = _taken(values, reaction.law, name)
    moved = {one: by for one, by in reaction.changes.items() if by and is_free_species(file.symbols[one])}
    if found is None or len(moved) != 1 or list(values.readers_of(reaction.id)):
        return None
    ((into, change),) = moved.items()
    if change < 0:
        return None
    symbol = file.symbols[into]
    extra: list[Term] = [Number(change), *([Name(symbol.factor)] if symbol.factor else [])]
    share = times(found[0], *extra)
    if symbol.compartment:
        share = over(share, Name(symbol.compartment))
    kept = tuple(
        replace(one, law=found[1]) if one is reaction else one
        for one in file.reactions
        if one is not reaction or not is_number(found[1], 0)
    )
    return _Entry(into, share, replace(_without_symbol(file, name), reactions=kept))


def _without_symbol(file: FileModel, name: str) -> FileModel:
    symbols = {key: symbol for key, symbol in file.symbols.items() if key != name}
    events = tuple(
        replace(event, assignments=tuple(one for one in event.assignments if one.of != name))
        for event in file.events
    )
    return replace(file, symbols=symbols, events=events)


def _taken(values: Values, term: Term, name: str) -> tuple[Term, Term] | None:
    """A sum's one part that has a name as its factor, as a share of a dose, and the rest of the sum."""
    parts = summands(term)
    mine = [(sign, part) for sign, part in parts if name in names_of(part)]
    if len(mine) != 1 or mine[0][0] < 0:
        return None
    top, bottom = factors(mine[0][1])
    others: list[Term] = [factor for factor in top if factor != Name(name)]
    if len(others) != len(top) - 1 or not all(values.is_fixed(one) for one in (*others, *bottom)):
        return None
    share = times(Name(DOSE), *others)
    for divisor in bottom:
        share = over(share, divisor)
    return share, sum_of(part for part in parts if part != mine[0])
