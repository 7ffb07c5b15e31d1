"""The map of cytokine receptors: which chains, ligands, cells and signals, and what of it the model holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from trialkine.errors import Problem, ProblemsError
from trialkine.evidence.pharmacology import facts
from trialkine.evidence.sources import source, sources
from trialkine.records import Kind

_FILE = "receptors.toml"
_REQUIRED = ("title", "ligands", "chains", "cells", "signals", "modelled", "why", "sources")
_AFFINITY = ("value", "unit", "kind", "source")


@dataclass(frozen=True)
class Affinity:
    """A dissociation constant with its witness; `facts` are ids of pharmacology. Units: value [unit]."""

    value: float
    unit: str
    kind: Kind
    source: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receptor:
    """One receptor: `quantity` names what the model computes of it, where it holds it at all."""

    key: str
    title: str
    ligands: tuple[str, ...]
    chains: tuple[str, ...]
    cells: tuple[str, ...]
    signals: tuple[str, ...]
    modelled: bool
    why: str
    sources: tuple[str, ...]
    affinity: Affinity | None = None
    quantity: str | None = None


@dataclass(frozen=True)
class ReceptorMap:
    """All receptors, the names of their chains, and the subunits of ligands that are made of two."""

    receptors: Mapping[str, Receptor]
    chains: Mapping[str, str]
    subunits: Mapping[str, tuple[str, ...]]

    def ligands_of(self, chain: str) -> tuple[str, ...]:
        """Every ligand whose receptor has this chain, each once, in order of the map."""
        found = (ligand for one in self.receptors.values() if chain in one.chains for ligand in one.ligands)
        return tuple(dict.fromkeys(found))

    def ligands_with(self, subunit: str) -> tuple[str, ...]:
        """Every ligand that has this subunit."""
        return tuple(ligand for ligand, parts in self.subunits.items() if subunit in parts)


@cache
def receptor_map() -> ReceptorMap:
    """The map that comes with the package.

    Raises: ProblemsError, naming every fault of its file.
    """
    return parse_receptors(files(__package__).joinpath(_FILE).read_text("utf-8"), _FILE)


def parse_receptors(text: str, file: str) -> ReceptorMap:
    """Read the text of a receptor map.

    Raises: ProblemsError, naming every fault.
    """
    tables = tomllib.loads(text)
    chains = {key: str(table.get("title", key)) for key, table in tables.get("chains", {}).items()}
    problems: list[Problem] = []
    receptors = {}
    for key, table in tables.get("receptors", {}).items():
        faults = [*_faults(table, chains), *_unknown_sources(table)]
        problems += [Problem(f"Receptor '{key}' {fault}", file) for fault in faults]
        if not faults:
            receptors[key] = _receptor(key, table)
    used = {chain for one in receptors.values() for chain in one.chains}
    if not problems:
        problems += [
            Problem(f"The chain '{name}' belongs to no receptor. Remove it, or name it in one.", file)
            for name in chains
            if name not in used
        ]
    ligands = tables.get("ligands", {})
    for name, table in ligands.items():
        problems += [Problem(f"Ligand '{name}' {fault}", file) for fault in _unknown_sources(table)]
    if problems:
        raise ProblemsError(problems)
    return ReceptorMap(receptors, chains, {name: tuple(t["subunits"]) for name, t in ligands.items()})


def _faults(table: Mapping[str, Any], chains: Mapping[str, str]) -> Iterable[str]:
    for name in _REQUIRED:
        if name not in table:
            yield f"has no '{name}'. Add it."
    for chain in table.get("chains", ()):
        if chain not in chains:
            yield f"names the unknown chain '{chain}'. Add [chains.{chain}]."
    affinity = table.get("affinity", {})
    for name in _AFFINITY if affinity else ():
        if name not in affinity:
            yield f"has an affinity without '{name}'. Add it."
    for fact in affinity.get("facts", ()):
        if fact not in facts():
            yield f"names the unknown fact '{fact}'. The ids are in evidence/pharmacology.csv."
    if table.get("modelled") and not table.get("quantity"):
        yield "is modelled, but names no quantity of the model. Fill in 'quantity'."
    if "quantity" in table and not table.get("modelled"):
        yield "names a quantity, but is not modelled. Write modelled = true, or leave 'quantity' out."


def _unknown_sources(table: Mapping[str, Any]) -> Iterable[str]:
    keys = [*table.get("sources", ()), *(a["source"] for a in [table.get("affinity")] if a and "source" in a)]
    for key in keys:
        if key not in sources():
            yield f"names the unknown source '{key}'. Add it to evidence/sources/receptors.toml."


def _receptor(key: str, table: Mapping[str, Any]) -> Receptor:
    lists = {name: tuple(table[name]) for name in ("ligands", "chains", "cells", "signals", "sources")}
    affinity = table.get("affinity")
    return Receptor(
        key=key,
        title=table["title"],
        modelled=table["modelled"],
        why=table["why"],
        quantity=table.get("quantity"),
        affinity=affinity and Affinity(**{**affinity, "facts": tuple(affinity.get("facts", ()))}),
        **lists,
    )


def receptor_page(found: ReceptorMap) -> str:
    """The map as a page of documentation, in Markdown."""
    lines = [
        "# Cytokine receptors",
        "",
        "Which cytokine acts through which chains, on which cells and by which signal, and what of it the",
        "model holds. Written from `src/trialkine/evidence/receptors.toml` by",
        "`python -m trialkine.evidence.receptors`.",
        "",
        "| receptor | ligands | chains | Kd | cells | signals | in the model |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found.receptors.values():
        kd = "" if one.affinity is None else f"{one.affinity.value:g} {one.affinity.unit}"
        cells = (
            one.title,
            ", ".join(one.ligands),
            " + ".join(found.chains[chain] for chain in one.chains),
            kd,
            ", ".join(one.cells),
            ", ".join(one.signals) or "none known here",
            f"`{one.quantity}`" if one.modelled else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    shared = ", ".join(found.ligands_of("common_gamma"))
    p40 = " and ".join(found.ligands_with("p40"))
    lines += [
        "",
        f"**The common gamma chain** is part of the receptors of {shared}.",
        f"**The subunit p40** is part of {p40}.",
        "",
        "## Why, and why not",
        "",
        *(f"- *{one.title}*: {one.why}" for one in found.receptors.values()),
        "",
        "## Sources",
        "",
        *(f"- `{key}`: {source(key).citation}. {source(key).note}" for key in _keys(found)),
        "",
    ]
    return "\n".join(lines)


def _keys(found: ReceptorMap) -> list[str]:
    keys = {key for one in found.receptors.values() for key in one.sources}
    return sorted(keys | {one.affinity.source for one in found.receptors.values() if one.affinity})


if __name__ == "__main__":
    print(receptor_page(receptor_map()), end="")
