"""Faults of a search: unknown blanks, too many candidates, and candidates that are no arm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialkine.records import DAYS_PER_MONTH
from trialkine.trial.candidates import BLANK, Candidate, blanks_of, candidates_of, count_candidates, texts_of
from trialkine.trial.reading import KeyPath
from trialkine.trial.search_parts import MOST_CANDIDATES
from trialkine.trial.sentences import Fault, choice_hint
from trialkine.trial.words import shorten

if TYPE_CHECKING:
    from trialkine.trial.measure_words import Measure
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.search_parts import Search

HERE = "optimise"
LONGEST_NAME = 80


def search_faults(
    protocol: Protocol, faults_of_arm: Callable[[Mapping[str, Any]], Iterable[Fault]]
) -> Iterator[Fault]:
    """Every fault of a protocol's search; `faults_of_arm` reads an arm as the protocol's only one.

    A fault of a candidate is told at its place in the strategy, with the levels that led to it, once.
    """
    search = protocol.optimise
    if search is None:
        return
    yield from _measure_faults(protocol, search)
    blanks = list(_blank_faults(search))
    yield from blanks
    if not blanks:
        yield from _candidate_faults(protocol, search, faults_of_arm)


def _blank_faults(search: Search) -> Iterator[Fault]:
    for number, strategy in enumerate(search.strategies):
        for place, text in texts_of(strategy):
            for name in BLANK.findall(text):
                if name not in search.vary:
                    hint = choice_hint(name, search.vary) if search.vary else "Add it under 'vary'."
                    message = f"'<{shorten(name, 30)}>' has no levels under 'vary'. {hint}"
                    yield (HERE, "strategies", number, *place), message, None
    used = {name for strategy in search.strategies for name in blanks_of(strategy)}
    for name in search.vary:
        if name not in used:
            message = (
                f"'{name}' is varied, but no strategy has the blank '<{name}>'. Add it, or leave it out."
            )
            yield (HERE, "vary", name), message, None


def _candidate_faults(
    protocol: Protocol, search: Search, faults_of_arm: Callable[[Mapping[str, Any]], Iterable[Fault]]
) -> Iterator[Fault]:
    total, most = count_candidates(search), min(search.candidates, MOST_CANDIDATES)
    if total > most:
        advice = f"Take fewer levels, or write 'candidates: {total}'."
        if total > MOST_CANDIDATES:
            advice = "Take fewer levels."
        yield (HERE, "vary"), f"the levels make {total:,} candidates, more than {most:,}. {advice}", None
        return
    taken = {" ".join(arm.name.split()).casefold() for arm in protocol.arms}
    seen: set[tuple[Any, ...]] = set()
    for candidate in candidates_of(search):
        place = (HERE, "strategies", candidate.strategy)
        found = list(_name_faults(candidate, taken)) or list(faults_of_arm(candidate.arm))
        taken.add(candidate.name.casefold())
        for path, message, _ in found:
            where = (*place, *path)
            if where not in seen:
                seen.add(where)
                yield where, f"{message}{_levels(candidate)}", None


def _name_faults(candidate: Candidate, taken: set[str]) -> Iterator[Fault]:
    name = shorten(candidate.name, 60)
    if len(candidate.name) > LONGEST_NAME:
        message = f"the candidate '{name}' has a name of more than {LONGEST_NAME} characters. Shorten it."
        yield ("name",), message, None
    elif candidate.name.casefold() in taken:
        yield ("name",), f"two candidates or arms are called '{name}'. Give each its own name.", None


def _levels(candidate: Candidate) -> str:
    said = ", ".join(f"{name} = {level}" for name, level in candidate.levels.items())
    return f" (With {said}.)" if said else ""


def _measure_faults(protocol: Protocol, search: Search) -> Iterator[Fault]:
    measures: list[tuple[KeyPath, Measure]] = [((HERE, "objective"), search.objective)]
    measures += [((HERE, "constraints", n), one.measure) for n, one in enumerate(search.constraints)]
    is_adjuvant = protocol.assessments.criteria == "relapse"
    for path, measure in measures:
        if is_adjuvant and measure.event in ("response", "complete response"):
            hint = "Write 'relapse-free survival at 24 months'."
            yield path, f"under the criteria 'relapse' there is no response. {hint}", None
        if measure.is_relapse_free and not is_adjuvant:
            hint = "Write 'progression-free survival'."
            yield path, f"relapse is only known under the criteria 'relapse'. {hint}", None
        if measure.at is not None and measure.at.days > _followed_days(protocol):
            message = (
                f"not every patient is followed for {measure.at}. Follow longer, or take an earlier time."
            )
            yield path, message, None
    limited: list[Measure] = []
    for number, one in enumerate(search.constraints):
        if one.measure in limited:
            message = f"'{one.measure}' is limited twice. Keep one of the two."
            yield (HERE, "constraints", number), message, None
        limited.append(one.measure)


def _followed_days(protocol: Protocol) -> float:
    """How long the patient enrolled last is followed. Units: returns [day]."""
    enrolment = protocol.enrolment
    last = enrolment.patients / enrolment.per_month * DAYS_PER_MONTH
    return protocol.cut_off_days(last) - last
