"""Published trials that the ensemble was fitted to, given again under another name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Source


def as_known(name: str, protocol: Protocol, history: Mapping[str, Protocol]) -> tuple[Protocol, str]:
    """The protocol with the use and family of the trial of the history that has the same reference.

    Returns it unchanged, and no name, where it is one of the history or has a reference of its own; else
    the name of the trial it is.
    """
    if name in history or protocol.source is None:
        return protocol, ""
    for other, known in history.items():
        if known.source is not None and _is_same(protocol.source, known.source):
            family = known.source.family or other
            source = protocol.source.model_copy(update={"use": known.source.use, "family": family})
            return protocol.model_copy(update={"source": source}), other
    return protocol, ""


def _is_same(one: Source, other: Source) -> bool:
    """Whether two references share a PubMed number or a digital object identifier, or read the same."""
    for key in ("pmid", "doi"):
        mine, theirs = getattr(one, key), getattr(other, key)
        if mine and theirs:
            return str(mine).lower() == str(theirs).lower()
    return _plain(one.citation) == _plain(other.citation)


def _plain(citation: str) -> str:
    return " ".join(re.findall(r"\w+", citation.lower()))
