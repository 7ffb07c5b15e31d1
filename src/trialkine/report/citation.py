"""A source as the report prints it, whether a protocol or a parameter names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CitedSource:
    """A citation with its identifiers; `link` is empty unless it is a plain web address."""

    key: str
    citation: str
    identifiers: str
    link: str
    note: str


def cited(
    key: str, citation: str, doi: str | None, pmid: str | None, url: str | None, note: str = ""
) -> CitedSource:
    """The source ready to print; what is unknown is left out."""
    identifiers = [f"doi {doi}" if doi else "", f"PMID {pmid}" if pmid else ""]
    link = url if url and url.startswith(("https://", "http://")) else ""
    return CitedSource(key, citation, ", ".join(filter(None, identifiers)), link, note)
