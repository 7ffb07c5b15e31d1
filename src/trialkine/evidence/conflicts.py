"""Where what was read disagrees: each side with its source, what trialkine uses, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.pharmacology import facts
from trialkine.evidence.sources import sources

Witness = Literal["row", "fact", "claim", "source"]
WITNESSES: tuple[Witness, ...] = get_args(Witness)

_FILE = "conflicts.toml"
_ENTRY, _SIDE = "[[conflicts]]", "[[conflicts.sides]]"
_TEXTS = ("id", "what", "uses")
_LISTS = ("parameters", "trials")


@dataclass(frozen=True)
class Side:
    """What one witness says.

    `key` is the id of a row of the table of evidence, of a fact of pharmacology or of a claim, or a key of
    the catalogue of sources, as `witness` says. `values` are what stands there, by column.
    """

    witness: Witness
    key: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Conflict:
    """A disagreement: `what` is disputed, and what trialkine `uses` and why.

    `parameters` and `trials` are what the choice concerns; a parameter of one disease is `disease:name`.
    """

    id: str
    what: str
    uses: str
    sides: tuple[Side, ...]
    parameters: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()


@cache
def conflicts() -> Mapping[str, Conflict]:
    """The conflicts that come with the package, by id, in the order of their file.

    Facts and sources are held against their tables here. Rows, claims, parameters and trials are known in
    rooms above; a contract test holds them against theirs.

    Raises: ProblemsError, naming every fault of the file.
    """
    return parse_conflicts(files(__package__).joinpath(_FILE).read_text("utf-8"), _FILE)


def parse_conflicts(text: str, file: str) -> Mapping[str, Conflict]:
    """Read the text of such a file.

    Raises: ProblemsError, naming every fault with its line.
    """
    tables = read_tables(text, file)
    faults = FileFaults(file, text)
    faults.keys("The file", tables, ("conflicts",), (), "")
    found: dict[str, Conflict] = {}
    first = 0
    for number, table in enumerate(tables.get("conflicts", [])):
        sides = table.get("sides", [])
        conflict = _conflict(table, sides, number, first, faults)
        first += len(sides)
        if conflict is not None and conflict.id in found:
            faults.add(f"The conflict '{conflict.id}' stands twice. Rename one.", _ENTRY, "id", number)
        elif conflict is not None:
            found[conflict.id] = conflict
    faults.stop()
    return found


def stands_in(text: str, cell: str) -> bool:
    """Whether a text is a cell of a table, or whole words or numbers of a cell in words."""
    is_words = " " in cell.strip()
    whole = rf"(?<![\w.]){re.escape(text)}(?!\w|\.\d)"
    return bool(text) and (text == cell or (is_words and re.search(whole, cell) is not None))


def _conflict(
    table: Mapping[str, Any], sides: list[Mapping[str, Any]], number: int, first: int, faults: FileFaults
) -> Conflict | None:
    """One entry, whose sides are numbered from `first` in the file; None after noting its faults."""
    before = len(faults.problems)
    what = f"The conflict '{table.get('id', number + 1)}'"
    if not faults.keys(what, table, (*_TEXTS, "sides"), _LISTS, _ENTRY, number):
        return None
    for key in _TEXTS:
        if not isinstance(table[key], str) or not table[key].strip():
            faults.add(f"'{key}' of {what[0].lower()}{what[1:]} is no text. Fill it in.", _ENTRY, key, number)
    lists = {key: tuple(table.get(key, ())) for key in _LISTS}
    if len(sides) < 2 and not (sides and lists["parameters"]):
        message = f"{what} has {len(sides)} sides. Give two, or one and the parameters that differ from it."
        faults.add(message, _ENTRY, "", number)
    read = [_side(what, side, first + place, faults) for place, side in enumerate(sides)]
    if len(faults.problems) > before:
        return None
    return Conflict(
        id=table["id"],
        what=table["what"],
        uses=table["uses"],
        sides=tuple(side for side in read if side is not None),
        parameters=lists["parameters"],
        trials=lists["trials"],
    )


def _side(what: str, table: Mapping[str, Any], number: int, faults: FileFaults) -> Side | None:
    named = [witness for witness in WITNESSES if witness in table]
    if len(named) != 1:
        faults.add(
            f"A side of the {what[4:]} names {len(named)} of {', '.join(WITNESSES)}. Name one.",
            _SIDE,
            "",
            number,
        )
        return None
    (witness,) = named
    label = f"A side of the {what[4:]}"
    if not faults.keys(label, table, (witness, "values"), (), _SIDE, number):
        return None
    key, values = table[witness], table["values"]
    if not isinstance(values, Mapping) or not values or not all(isinstance(v, str) for v in values.values()):
        message = (
            f"'values' of a side of the {what[4:]} is {values!r}. Write {{ column = \"what stands there\" }}."
        )
        faults.add(message, _SIDE, "values", number)
        return None
    for message in _against_table(witness, key, values):
        faults.add(f"{label} {message}", _SIDE, "values", number)
    return Side(witness, key, dict(values))


def _against_table(witness: Witness, key: str, values: Mapping[str, str]) -> Iterable[str]:
    """What a side says otherwise than its fact or source."""
    if witness not in ("fact", "source"):
        return
    known: Mapping[str, object] = facts() if witness == "fact" else sources()
    if key not in known:
        yield f"names the unknown {witness} '{key}'.{near(key, known)}"
        return
    for column, text in values.items():
        cell = getattr(known[key], column, None)
        if not isinstance(cell, str):
            yield f"names the column '{column}', which is no text of a {witness}. Name another."
        elif not stands_in(text, cell):
            yield f"says '{text}', and '{column}' of the {witness} '{key}' is '{cell}'. Correct one."
