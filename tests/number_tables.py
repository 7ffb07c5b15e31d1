"""The numbers in the data files of the package as they are written, each with what stands beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trialkine

PACKAGE = Path(trialkine.__path__[0])
WITNESSES = ("unit", "kind", "source")


@dataclass(frozen=True)
class Number:
    """One number: the path of its keys, and the unit, kind, source, place and facts that hold for it.

    They hold for the table in which they stand and for those within.
    """

    file: str
    path: tuple[str, ...]
    value: float
    beside: Mapping[str, Any]

    @property
    def parameter(self) -> str:
        """The name of its table: of the parameter, or of the list with the place in it."""
        names = [key for key in self.path[:-1] if key not in ("parameters", "value", "variability")]
        return ".".join(names)

    @property
    def is_the_value(self) -> bool:
        """Whether this is what the facts are about, and not a range, a spread or a bound."""
        return "value" in self.path or self.path[-1] in ("at_least", "at_most")


def numbers() -> Iterator[Number]:
    """Every number of every TOML file of the package."""
    for path in sorted(PACKAGE.rglob("*.toml")):
        tables = tomllib.loads(path.read_text("utf-8"))
        yield from _within(str(path.relative_to(PACKAGE).as_posix()), (), tables, {})


def _within(file: str, path: tuple[str, ...], value: Any, beside: Mapping[str, Any]) -> Iterator[Number]:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key in (*WITNESSES, "where", "facts")}
        for key, inner in value.items():
            yield from _within(file, (*path, key), inner, {**beside, **kept})
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _within(file, (*path, str(place)), inner, beside)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Number(file, path, float(value), beside)
