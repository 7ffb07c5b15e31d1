"""What is written down and needs no simulation: an example's protocol, and the map of receptors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialkine.claims.examples import example_file
from trialkine.claims.readings import at_path
from trialkine.claims.record import Catalogue, Reading


def written_words(catalogue: Catalogue, reading: Reading) -> str:
    """The value at a reading's path, as words: of its run's example, or, without a run, of the receptors.

    Raises: InputError, where the path leads nowhere.
    """
    if reading.run:
        document = _example(catalogue.runs[reading.run].example)
    else:
        document = _receptors()
    value = at_path(document, reading.path)
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _example(name: str) -> Any:
    from trialkine.trial.reading import read_document, read_text

    return read_document(read_text(example_file(name)), name).data


def _receptors() -> Mapping[str, Any]:
    """The receptors as nested data: `ligands_of/CHAIN`, `ligands_with/SUBUNIT`, `receptors/KEY/...`."""
    from trialkine.evidence.receptors import receptor_map

    found = receptor_map()
    subunits = {part for parts in found.subunits.values() for part in parts}
    return {
        "ligands_of": {chain: found.ligands_of(chain) for chain in found.chains},
        "ligands_with": {subunit: found.ligands_with(subunit) for subunit in sorted(subunits)},
        "receptors": {
            key: {"title": one.title, "ligands": one.ligands, "chains": one.chains, "signals": one.signals}
            for key, one in found.receptors.items()
        },
    }
