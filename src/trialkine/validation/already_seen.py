"""Which published trials the ensemble has seen: what its own record says, and not what their files say.

A trial of the catalogue may come again in a folder of one's own, under another name; then it is that one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialkine.calibration.ensemble_file import TRIALS, CalibratedEnsemble
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Source

CALIBRATION, PREDICTION = "calibration", "prediction"
PUBMED = re.compile(r"\bPMID:?\s*(\d+)")
PAGES = re.compile(r"\b((?:19|20)\d\d)\b[^;]{0,12};\s*(\d+)\s*(?:\([^)]*\))?\s*:\s*(\d+)")
YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
AUTHOR = re.compile(r"([A-Z][a-z]\w+)[ ,]")


@dataclass(frozen=True)
class KnownTrial:
    """A published trial with what it was used for and the family it belongs to, as far as is known.

    `other` is the trial of the history that it is, empty where it is none but itself; `is_seen` says whether
    the ensemble was fitted to its family or to itself; `is_claimed` whether its file says so and nothing
    else does; `may_be` names a trial that the ensemble has seen and that this one may be, by author and year.
    """

    protocol: Protocol
    family: str
    other: str = ""
    is_seen: bool = False
    is_claimed: bool = False
    may_be: str = ""


def known_trial(
    name: str, protocol: Protocol, history: Mapping[str, Protocol], ensemble: CalibratedEnsemble
) -> KnownTrial:
    """A trial as the history and the ensemble's record know it.

    The use of a trial of the history stays: numbers of the package may have been fitted to it before any
    ensemble was. Of any other trial nothing but the ensemble can have been fitted to it.
    """
    is_of_history = history.get(name) == protocol
    other = "" if is_of_history else _same_trial(name, protocol, history)
    known = history[other].source if other else protocol.source
    stated = protocol.source
    if stated is None or known is None:
        return KnownTrial(protocol, name)
    family = known.family or other or name
    seen = (other or name) in ensemble.record.get(TRIALS, ()) or family in ensemble.families
    was_fitted = seen or ((is_of_history or bool(other)) and known.use == CALIBRATION)
    source = stated.model_copy(
        update={"use": CALIBRATION if was_fitted else PREDICTION, "family": known.family or other or None}
    )
    return KnownTrial(
        protocol if source == stated else protocol.model_copy(update={"source": source}),
        family,
        other,
        seen,
        is_claimed=stated.use == CALIBRATION and not was_fitted,
        may_be="" if seen or other or is_of_history else _seen_namesake(protocol, history, ensemble),
    )


def one_family_each(known: Mapping[str, KnownTrial]) -> tuple[dict[str, KnownTrial], dict[str, str]]:
    """The same trials, those with the same reference number in one family; and which repeat which.

    Trials of the catalogue that come from one paper have their families already.
    """
    first: dict[str, str] = {}
    found: dict[str, KnownTrial] = {}
    twice: dict[str, str] = {}
    for name, one in known.items():
        source = one.protocol.source
        number = next(filter(None, _numbers(source)), "") if source is not None else ""
        other = first.setdefault(number, name) if number else name
        if other != name and one.family != found[other].family and source is not None:
            family = found[other].family
            joined = source.model_copy(update={"family": family})
            one = replace(one, family=family, protocol=one.protocol.model_copy(update={"source": joined}))
            twice[name] = other
        found[name] = one
    return found, twice


def _seen_namesake(protocol: Protocol, history: Mapping[str, Protocol], ensemble: CalibratedEnsemble) -> str:
    """A trial that the ensemble has seen, and that this one may be; empty where there is none."""
    seen = ensemble.record.get(TRIALS, ())
    return next((name for name in history if name in seen and _may_be(protocol, history[name])), "")


def _same_trial(name: str, protocol: Protocol, history: Mapping[str, Protocol]) -> str:
    """The trial of the history that has the same reference, or the same name and no other number."""
    if protocol.source is None:
        return ""
    for other, known in history.items():
        if known.source is not None and _is_same(protocol.source, known.source):
            return other
    namesake = history[name].source if name in history else None
    return name if namesake is not None and not _is_another(protocol.source, namesake) else ""


def _is_same(one: Source, other: Source) -> bool:
    """Whether two references share a number: of PubMed, an object identifier, or year, volume and page.

    References without any are the same where they read the same.
    """
    for mine, theirs in zip(_numbers(one), _numbers(other), strict=True):
        if mine and theirs:
            return mine == theirs
    return _plain(one.citation) == _plain(other.citation)


def _is_another(one: Source, other: Source) -> bool:
    """Whether two references have different numbers."""
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def _may_be(one: Protocol, other: Protocol) -> bool:
    """Whether author, year and disease are those of another trial and no number says that it is none."""
    if one.source is None or other.source is None or one.population != other.population:
        return False
    years = [
        {source.year, *map(int, YEAR.findall(source.citation))} - {None}
        for source in (one.source, other.source)
    ]
    authors = [AUTHOR.match(source.citation) for source in (one.source, other.source)]
    names = [found.group(1).lower() if found else None for found in authors]
    if names[0] is None or names[0] != names[1] or not years[0] & years[1]:
        return False
    return not _is_another(one.source, other.source)


def _numbers(source: Source) -> tuple[str, str, str]:
    """The number of PubMed, the object identifier, and year, volume and first page; empty where not given."""
    pubmed, pages = PUBMED.search(source.citation), PAGES.search(source.citation)
    return (
        str(source.pmid or (pubmed.group(1) if pubmed else "")),
        str(source.doi or "").lower(),
        " ".join(pages.groups()) if pages else "",
    )


def _plain(citation: str) -> str:
    return " ".join(re.findall(r"\w+", citation.lower()))
