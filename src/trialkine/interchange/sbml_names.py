"""Legal identifiers for a model's names: `tumour[1,sensitive]` becomes `tumour_1_sensitive`."""

from __future__ import annotations

import re
from collections.abc import Iterable

RESERVED = frozenset(
    {
        "time", "avogadro", "pi", "exponentiale", "infinity", "inf", "nan", "notanumber", "true", "false",
        "and", "or", "not", "xor", "piecewise", "max", "min", "exp", "ln", "log", "sqrt", "pow", "power",
        "abs", "delay",
    }
)  # fmt: skip


class Names:
    """Identifiers by name, each used once."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._used: set[str] = set(RESERVED)

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def add(self, name: str) -> str:
        """A new identifier for a name."""
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        if not plain or plain[0].isdigit():
            plain = f"n_{plain}"
        chosen, number = plain, 2
        while chosen in self._used:
            chosen, number = f"{plain}_{number}", number + 1
        self._used.add(chosen)
        self._found[name] = chosen
        return chosen

    def add_all(self, names: Iterable[str]) -> None:
        """New identifiers for some names, in order."""
        for name in names:
            self.add(name)

    @property
    def used(self) -> frozenset[str]:
        """Every identifier given, and those that mean something else."""
        return frozenset(self._used)
