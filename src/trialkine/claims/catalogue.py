"""Reads `claims.toml`, the claims as data, and names every fault of it at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from trialkine.claims.measures import MEASURES
from trialkine.claims.record import CLINIC, KINDS, STANDINGS, Catalogue, Check, Claim, Reading, Run
from trialkine.claims.rules import COMPARES, EQUALS, NEEDS, ONE_SIDED, PREDICTS
from trialkine.claims.styles import STYLES, style_of
from trialkine.errors import InputError
from trialkine.evidence.file_faults import FileFaults, near, read_tables
from trialkine.evidence.sources import sources

FILE = "claims.toml"
WIDEST_FIELDS = ("apart", "factor")
RUN_FIELDS = ("example", "patients", "trials", "is_slow", "is_assay")
CLAIM_FIELDS = ("standing", "checks", "not_testable", "remark", "clinic", "record", "follows")
READING_FIELDS = ("run", "arm", "line", "metric", "measure", "path", "options")
CHECK_FIELDS = (*READING_FIELDS, "value", "low", "high", "events", "of", "within", "by", "than")


@cache
def catalogue() -> Catalogue:
    """Every claim of the founding texts.

    Raises: ProblemsError, naming every fault of the file.
    """
    return parse_catalogue((files(__package__) / FILE).read_text("utf-8"), FILE)


def parse_catalogue(text: str, file: str) -> Catalogue:
    """The claims written in a TOML text.

    Raises: ProblemsError, naming every fault.
    """
    return _Reader(file, text).read()


def choose(found: Catalogue, ids: list[str]) -> tuple[Claim, ...]:
    """The claims with these ids, or all of them; a letter stands for every claim of its text.

    Raises: InputError, at the first id that no claim has.
    """
    chosen: dict[str, Claim] = {}
    for name in ids or found.parts:
        matching = [claim for claim in found.claims if name in (claim.id, claim.id[0])]
        if not matching:
            hint = near(name, [claim.id for claim in found.claims])
            raise InputError(
                f"No claim is called '{name}'.{hint} `trialkine claims --help` says how to name them."
            )
        chosen |= {claim.id: claim for claim in matching}
    return tuple(chosen.values())


def slow_by_name(found: Catalogue, ids: list[str]) -> tuple[str, ...]:
    """The ids among these, letters of texts left out, of claims that take a slow run."""
    return tuple(claim.id for claim in found.claims if claim.id in ids and found.is_slow(claim))


def _digest(tables: Mapping[str, Any]) -> str:
    """A short fingerprint of the records, which comments and layout do not change."""
    text = json.dumps(tables, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


class _Reader:
    """One file while it is read."""

    def __init__(self, file: str, text: str) -> None:
        self.faults = FileFaults(file, text)
        self.tables = read_tables(text, file)
        self.number = 0

    def read(self) -> Catalogue:
        self.faults.keys("The file", self.tables, ("parts", "runs", "claims"), ("matters", "widest"), "")
        self.faults.stop()
        self.faults.keys("[matters]", self._matters, (), STYLES, "[matters]")
        self.faults.keys("[widest]", self._widest, (), WIDEST_FIELDS, "[widest]")
        self.faults.stop()
        runs = {name: self._run(name, table) for name, table in self.tables["runs"].items()}
        claims = []
        for number, table in enumerate(self.tables["claims"]):
            self.number = number
            if (claim := self._claim(table, runs)) is not None:
                claims.append(claim)
        for claim in claims:
            if claim.id[:1] not in self.tables["parts"]:
                self.faults.add(f"Claim '{claim.id}' belongs to no text: name '{claim.id[:1]}' in [parts].")
            if sum(other.id == claim.id for other in claims) > 1:
                self.faults.add(f"The id '{claim.id}' is given twice.")
            for name in claim.follows:
                if not any(other.id == name and other.clinic for other in claims):
                    self.faults.add(
                        f"Claim '{claim.id}' follows from '{name}', which has no entry for the clinic."
                    )
        for name in set(runs) - {name for claim in claims for name in claim.runs}:
            self.faults.add(f"No claim reads the run '{name}'. Remove it.", f"[runs.{name}]")
        self.faults.stop()
        return Catalogue(dict(self.tables["parts"]), runs, tuple(claims), _digest(self.tables))

    @property
    def _matters(self) -> Mapping[str, Any]:
        """The smallest difference that matters, by the sort of number."""
        found: Mapping[str, Any] = self.tables.get("matters", {})
        return found

    @property
    def _widest(self) -> Mapping[str, Any]:
        """How far the limits of a prediction may be from each other."""
        found: Mapping[str, Any] = self.tables.get("widest", {})
        return found

    def _run(self, name: str, table: Mapping[str, Any]) -> Run:
        header = f"[runs.{name}]"
        self.faults.keys(f"Run '{name}'", table, ("example",), RUN_FIELDS[1:], header)
        self.faults.stop()
        return Run(name, **table)

    def _add(self, message: str, key: str = "") -> None:
        self.faults.add(message, "[[claims]]", key, self.number)

    def _claim(self, table: Mapping[str, Any], runs: Mapping[str, Run]) -> Claim | None:
        what = f"Claim '{table.get('id', '?')}'"
        required = ("id", "text", "kind", "source")
        if not self.faults.keys(what, table, required, CLAIM_FIELDS, "[[claims]]", self.number):
            return None
        if table["kind"] not in KINDS:
            self._add(
                f"{what} is of the unknown kind '{table['kind']}'. Write one of {', '.join(KINDS)}.", "kind"
            )
        if table["source"] not in sources():
            self._add(
                f"{what} names the unknown source '{table['source']}'.{near(table['source'], sources())}",
                "source",
            )
        if table.get("clinic", "untested") not in CLINIC:
            self._add(f"{what} has clinic = '{table['clinic']}'. Write one of {', '.join(CLINIC)}.", "clinic")
        is_tested = bool(table.get("checks") or table.get("follows"))
        if is_tested == bool(table.get("not_testable")):
            self._add(f"{what} needs checks, or `not_testable` with the reason, and not both.")
        if is_tested and table.get("standing") not in STANDINGS:
            self._add(f"{what} needs a standing, one of {', '.join(STANDINGS)}.", "standing")
        checks = [
            self._check(f"{what}, check {place}", entry, runs)
            for place, entry in enumerate(table.get("checks", ()), 1)
        ]
        fields = {key: value for key, value in table.items() if key not in ("checks", "follows")}
        found = tuple(check for check in checks if check is not None)
        return Claim(**fields, checks=found, follows=tuple(table.get("follows", ())))

    def _check(self, what: str, table: Mapping[str, Any], runs: Mapping[str, Run]) -> Check | None:
        if not self.faults.keys(what, table, ("about", "is"), CHECK_FIELDS, "[[claims]]", self.number):
            return None
        rule = table["is"]
        if rule not in NEEDS:
            self._add(
                f"{what}: no rule is called '{rule}'. Write one of {', '.join(NEEDS)}.{near(rule, NEEDS)}"
            )
            return None
        has_count = "events" in table and "of" in table and NEEDS[rule] == ("low", "high")
        missing = [key for key in NEEDS[rule] if key not in table and not has_count]
        if missing:
            self._add(f"{what}: the rule '{rule}' needs {' and '.join(missing)}.")
            return None
        reading = self._reading(what, table, runs)
        than = None
        if rule in COMPARES:  # the other reading is like this one but for what it says
            than = self._reading(f"{what}, than", {**self._own(table), **table["than"]}, runs)
        if rule == EQUALS and not reading.path:
            self._add(f"{what}: '{EQUALS}' needs the path of a value in the protocol as written.")
        keys = ("value", "low", "high", "events", "of", "within")
        given = {key: table[key] for key in keys if key in table} | self._scale(what, table, reading)
        return Check(table["about"], reading, rule, **given, than=than)

    def _scale(self, what: str, table: Mapping[str, Any], reading: Reading) -> dict[str, float]:
        """What a rule counts as a difference, or as a prediction: of the check, or of the whole file."""
        rule = table["is"]
        if rule not in (*ONE_SIDED, PREDICTS) or reading.measure not in ("", *MEASURES):
            return {}
        style = style_of(reading)
        if rule == PREDICTS:
            name, where = ("apart" if style == "fraction" else "factor"), "[widest]"
            value = self._widest.get(name)
        else:
            name, where = "by", "[matters]"
            value = table.get("by", self._matters.get(style))
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0.0:
            wanted = f"`{name}`" if rule == PREDICTS else f"`{style}`"
            also = "" if rule == PREDICTS else ", or `by` in the check"
            self._add(f"{what}: '{rule}' needs a number above 0. Write {wanted} in {where}{also}.")
            return {}
        return {name: float(value)}

    @staticmethod
    def _own(table: Mapping[str, Any]) -> dict[str, Any]:
        return {key: table[key] for key in READING_FIELDS if key in table}

    def _reading(self, what: str, table: Mapping[str, Any], runs: Mapping[str, Run]) -> Reading:
        reading = Reading(**self._own(table))
        ways = [name for name in ("metric", "measure", "path") if table.get(name)]
        if len(ways) != 1:
            self._add(f"{what} must read one thing: a metric, a measure, or a path.")
        if reading.run and reading.run not in runs:
            self._add(f"{what}: no run is called '{reading.run}'.{near(reading.run, runs)}")
        if reading.measure and reading.measure not in MEASURES:
            self._add(f"{what}: no measure is called '{reading.measure}'.{near(reading.measure, MEASURES)}")
        if not reading.run and table.get("is") != EQUALS:
            self._add(f"{what} names no run.")
        return reading
