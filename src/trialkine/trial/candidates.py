"""Fills the blanks of strategies: each combination of the levels of its blanks is a candidate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialkine.trial.search_parts import Search, StrategyTemplate

BLANK = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Candidate:
    """One arm that a search considers: a strategy with its blanks filled, as plain data of an arm.

    `strategy` is its number among the strategies; `levels` what fills the blanks, by name.
    """

    name: str
    strategy: int
    arm: Mapping[str, Any]
    levels: Mapping[str, str] = field(default_factory=dict)


def candidates_of(search: Search) -> tuple[Candidate, ...]:
    """Every candidate, in the order of strategies and levels; blanks must all be known."""
    return tuple(
        candidate
        for number, strategy in enumerate(search.strategies)
        for candidate in _filled(search, number, strategy)
    )


def count_candidates(search: Search) -> int:
    """How many candidates there are, without making them."""
    return sum(
        prod(len(search.vary[name].texts) for name in blanks_of(strategy) if name in search.vary)
        for strategy in search.strategies
    )


def blanks_of(strategy: StrategyTemplate) -> tuple[str, ...]:
    """The blanks in a strategy's texts, each once, in order."""
    return tuple(dict.fromkeys(name for _, text in texts_of(strategy) for name in BLANK.findall(text)))


def texts_of(strategy: StrategyTemplate) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text of a strategy that may have blanks, with its place in it."""
    yield ("name",), strategy.name
    for place, line in enumerate(strategy.treatment):
        for key, text in line.model_dump(exclude_none=True).items():
            yield ("treatment", place, key), text


def _filled(search: Search, number: int, strategy: StrategyTemplate) -> Iterator[Candidate]:
    names = [name for name in search.vary if name in blanks_of(strategy)]
    named = BLANK.findall(strategy.name)
    for levels in product(*(search.vary[name].texts for name in names)):
        chosen = dict(zip(names, levels, strict=True))
        unnamed = [f"{name.replace('_', ' ')} {level}" for name, level in chosen.items() if name not in named]
        name = ", ".join([fill(strategy.name, chosen), *unnamed])
        lines = [
            {key: fill(text, chosen) for key, text in line.model_dump(exclude_none=True).items()}
            for line in strategy.treatment
        ]
        yield Candidate(name, number, {"name": name, "treatment": lines}, chosen)


def fill(text: str, levels: Mapping[str, str]) -> str:
    """A text with its blanks filled."""
    return BLANK.sub(lambda blank: levels[blank[1]], text)
