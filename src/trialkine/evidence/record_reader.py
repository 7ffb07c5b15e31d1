"""Parameter records: one TOML table in, one checked record out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

from trialkine.errors import InputError
from trialkine.evidence.file_faults import FileFaults, near
from trialkine.evidence.pharmacology import facts
from trialkine.records import KINDS, ParameterRecord, Variability
from trialkine.units import dimension

REQUIRED = ("value", "unit", "kind", "source", "where")
OPTIONAL = ("low", "high", "variability", "facts")
_DISTRIBUTIONS = get_args(get_type_hints(Variability)["distribution"])


class RecordReader:
    """Reads the records of one file; `known_sources` are the citation keys that it may name."""

    def __init__(self, faults: FileFaults, known_sources: Mapping[str, object]) -> None:
        self.faults = faults
        self.known_sources = known_sources

    def record(self, name: str, table: Any, header: str) -> ParameterRecord | None:
        """The record in a table, or None after noting its faults."""
        faults = self.faults
        before = len(faults.problems)
        if not isinstance(table, Mapping):
            faults.add(f"Parameter '{name}' is no table. Write {header}.", header, name)
            return None
        if not faults.keys(f"Parameter '{name}'", table, REQUIRED, OPTIONAL, header):
            return None
        value = self._value(name, table["value"], header)
        self.words(f"Parameter '{name}'", table, header)
        bounds = {
            key: faults.number(f"The {key} of parameter '{name}'", table[key], header, key)
            for key in ("low", "high")
            if key in table
        }
        low, high = bounds.get("low"), bounds.get("high")
        if table["kind"] == "assumed" and len(bounds) < 2:
            faults.add(f"Parameter '{name}' is assumed and needs a range. Give 'low' and 'high'.", header)
        lowest, highest = -math.inf if low is None else low, math.inf if high is None else high
        for number in value.values() if isinstance(value, Mapping) else [value]:
            if not lowest <= number <= highest:
                faults.add(
                    f"Parameter '{name}' lies outside its own range from 'low' to 'high'.", header, "value"
                )
                break
        variability = self._variability(name, table.get("variability"), header)
        cited = self.facts(f"Parameter '{name}'", table.get("facts", []), header)
        if len(faults.problems) > before:
            return None
        return ParameterRecord(
            name=name,
            value=value,
            unit=table["unit"],
            kind=table["kind"],
            source=table["source"],
            where=table["where"],
            low=low,
            high=high,
            variability=variability,
            facts=cited,
        )

    def words(self, what: str, table: Mapping[str, Any], header: str) -> None:
        """Note the faults of a number's unit, kind, source and place."""
        faults = self.faults
        for key in ("unit", "kind", "source", "where"):
            if not isinstance(table[key], str):
                name = what[0].lower() + what[1:]
                faults.add(f"The {key} of {name} is {table[key]!r}. Write a text.", header, key)
                return
        try:
            dimension(table["unit"])
        except InputError as error:
            faults.add(f"{what}: {error}", header, "unit")
        if table["kind"] not in KINDS:
            faults.add(
                f"{what} has the kind '{table['kind']}'. Write one of {', '.join(KINDS)}.", header, "kind"
            )
        if not table["where"].strip():
            faults.add(f"{what} does not say where its value stands. Fill in 'where'.", header, "where")
        self.source(what, table["source"], header)

    def source(self, what: str, key: Any, header: str, number: int = 0) -> None:
        """Note a citation key that nobody knows."""
        if key not in self.known_sources:
            hint = near(str(key), self.known_sources)
            self.faults.add(f"{what} names the unknown source '{key}'.{hint}", header, "source", number)

    def facts(self, what: str, ids: Any, header: str, number: int = 0) -> tuple[str, ...]:
        """The facts that a number rests on; their faults are noted."""
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            name = what[0].lower() + what[1:]
            message = f'The facts of {name} are {ids!r}. Write a list of ids: ["PK_IL2_CL"].'
            self.faults.add(message, header, "facts", number)
            return ()
        known = facts() if ids else {}
        for place, one in enumerate(ids):
            if one not in known:
                hint = near(one, known) or " The ids are in evidence/pharmacology.csv."
                self.faults.add(f"{what} names the unknown fact '{one}'.{hint}", header, "facts", number)
            elif one in ids[:place]:
                message = f"{what} names the fact '{one}' twice. Name it once."
                self.faults.add(message, header, "facts", number)
        return tuple(ids)

    def _value(self, name: str, value: Any, header: str) -> float | Mapping[str, float]:
        if isinstance(value, Mapping):
            what = f"of parameter '{name}'"
            return {
                str(member): self.faults.number(f"The value of {member} {what}", number, header, "value")
                or 0.0
                for member, number in value.items()
            }
        return self.faults.number(f"The value of parameter '{name}'", value, header, "value") or 0.0

    def _variability(self, name: str, table: Any, header: str) -> Variability | None:
        if table is None:
            return None
        what = f"The variability of parameter '{name}'"
        if not isinstance(table, Mapping) or table.get("distribution") not in _DISTRIBUTIONS:
            self.faults.add(
                f"{what} needs a distribution. Write one of {', '.join(_DISTRIBUTIONS)}.",
                header,
                "variability",
            )
            return None
        self.faults.keys(what, table, ("distribution",), ("sd",), header)
        spread = None
        if "sd" in table:
            spread = self.faults.number(
                f"The sd of {what[0].lower()}{what[1:]}", table["sd"], header, "variability"
            )
        if (spread is None) != (table["distribution"] == "exponential") or (spread or 0.0) < 0.0:
            self.faults.add(
                f"{what} needs an 'sd' from 0 up, unless it is exponential.", header, "variability"
            )
        return Variability(table["distribution"], spread or 0.0)
