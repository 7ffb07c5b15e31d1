"""Tables of a TOML file that become declarations of the language, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from trialkine.errors import InputError, ModelError
from trialkine.evidence.file_faults import FileFaults, near
from trialkine.model.declarations import Index
from trialkine.model.expression import condition_sides, parse
from trialkine.records import TOXICITIES
from trialkine.units import dimension

EQUATIONS = ("expression", "null", "initial", "scale", "rate", "term", "by")
TIMES = ("delay", "duration", "ready_after")
FLAGS = ("infused", "is_nonnegative")
GRADES = (1, 2, 3, 4)

Declared = TypeVar("Declared")


class TableReader:
    """Builds declarations from the tables of one file and notes their faults.

    `known_indices` are the axes along which the file's states and parameters may repeat, by name.
    """

    def __init__(self, faults: FileFaults, known_indices: Mapping[str, Index]) -> None:
        self.faults = faults
        self.known_indices = known_indices

    def each(self, tables: Mapping[str, Any], section: str, leaf: type[Declared]) -> tuple[Declared, ...]:
        """Every entry of a list such as `[[flows]]`."""
        entries = tables.get(section, [])
        header = f"[[{section}]]"
        if not isinstance(entries, list):
            self.faults.add(f"'{section}' is a list. Write {header} above each entry.", f"[{section}")
            return ()
        found = []
        for number, table in enumerate(entries):
            label = table.get("name") if isinstance(table, Mapping) else None
            what = f"Entry {number + 1} of '{section}'" if label is None else f"'{label}' in '{section}'"
            built = self.one(what, table, leaf, header, number)
            if built is not None:
                found.append(built)
        return tuple(found)

    def one(
        self,
        what: str,
        table: Any,
        leaf: type[Declared],
        header: str,
        number: int = 0,
        also: Iterable[str] = (),
    ) -> Declared | None:
        """One declaration from a table, or None after noting its faults.

        `also` names fields that the table may have but the declaration has not.
        """
        faults = self.faults
        before = len(faults.problems)
        if not isinstance(table, Mapping):
            faults.add(f"{what} is no table. Write {header} and its fields below.", header, "", number)
            return None
        known = {field.name: field for field in fields(leaf)}  # type: ignore[arg-type]
        required = [
            name
            for name, field in known.items()
            if field.default is MISSING and field.default_factory is MISSING
        ]
        faults.keys(what, table, required, [*(set(known) - set(required)), *also], header, number)
        values = {
            key: self._value(what, key, value, header, number) for key, value in table.items() if key in known
        }
        return leaf(**values) if len(faults.problems) == before else None

    def equation(self, what: str, text: str, header: str, key: str, number: int = 0) -> None:
        """Note equation text that cannot be read."""
        try:
            parse(text, f"'{key}' of {what[0].lower()}{what[1:]}")
        except ModelError as error:
            self.faults.add(str(error), header, key, number)

    def unit(self, what: str, unit: Any, header: str, key: str, number: int = 0) -> None:
        """Note what is not a unit."""
        if not isinstance(unit, str):
            self.faults.add(f"The {key} of {what} is {unit!r}. Write a text.", header, key, number)
            return
        try:
            dimension(unit)
        except InputError as error:
            self.faults.add(f"{what}: {error}", header, key, number)

    def indices(self, what: str, value: Any, header: str, number: int = 0) -> tuple[Index, ...]:
        """The axes along which a state or parameter repeats."""
        names = value if isinstance(value, list) else [value]
        known = self.known_indices
        some = (
            f"Write some of {', '.join(known)}." if known else "Nothing repeats in such a file: leave it out."
        )
        for name in names:
            if name not in known:
                hint = near(str(name), known) or f" {some}"
                self.faults.add(f"{what} repeats over the unknown '{name}'.{hint}", header, "index", number)
        return tuple(known[name] for name in names if name in known)

    def _value(self, what: str, key: str, value: Any, header: str, number: int) -> Any:
        faults = self.faults
        if key == "index":
            return self.indices(what, value, header, number)
        if key in FLAGS:
            if not isinstance(value, bool):
                faults.add(f"'{key}' of {what} is {value!r}. Write true or false.", header, key, number)
        elif key == "grade":
            if value not in GRADES or isinstance(value, bool):
                faults.add(f"'{key}' of {what} is {value!r}. Write 1, 2, 3 or 4.", header, key, number)
        elif key == "resets":
            return self._resets(what, value, header, number)
        elif not isinstance(value, str):
            faults.add(f"'{key}' of {what} is {value!r}. Write a text in quotes.", header, key, number)
        else:
            self._text(what, key, value, header, number)
        return value

    def _text(self, what: str, key: str, value: str, header: str, number: int) -> None:
        faults = self.faults
        if key in EQUATIONS or key in TIMES or key == "amount":
            self.equation(what, value, header, key, number)
        elif key == "when":
            try:
                condition_sides(parse(value, f"'when' of {what}"))
            except ModelError as error:
                faults.add(str(error), header, key, number)
        elif key == "unit":
            self.unit(what, value, header, key, number)
        elif key == "toxicity" and value not in TOXICITIES:
            hint = near(value, TOXICITIES) or f" Known: {', '.join(TOXICITIES)}."
            faults.add(f"{what} names the unknown toxicity '{value}'.{hint}", header, key, number)
        elif key == "about" and not value.strip():
            faults.add(f"{what} does not say what it is. Fill in 'about'.", header, key, number)

    def _resets(self, what: str, value: Any, header: str, number: int) -> Mapping[str, str]:
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            message = f"'resets' of {what} is {value!r}. Write {{ state = \"expression\" }}."
            self.faults.add(message, header, "resets", number)
            return {}
        for text in value.values():
            self.equation(what, text, header, "resets", number)
        return dict(value)
