"""Names that the modelling language allows, each given once."""

from __future__ import annotations

import keyword
import re

from trialkine.model.compose import DOSE
from trialkine.model.expression import FUNCTIONS

RESERVED = frozenset({*keyword.kwlist, *FUNCTIONS, "sum", DOSE})


class Names:
    """Legal names by the identifiers of a file; `notes` say which had to be changed."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._used: set[str] = set()
        self.notes: list[str] = []

    def __getitem__(self, identifier: str) -> str:
        return self._given[identifier]

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._given

    def add(self, identifier: str) -> str:
        """Give an identifier of the file its name."""
        if identifier not in self._given:
            self._given[identifier] = self.fresh(identifier)
            if self._given[identifier] != identifier and "." not in identifier:
                self.notes.append(
                    f"'{identifier}' is called '{self._given[identifier]}', because the language does not "
                    "allow the name."
                )
        return self._given[identifier]

    def add_as(self, identifier: str, wanted: str) -> str:
        """Give something that the file does not name a name like the one wanted."""
        self._given.setdefault(identifier, self.fresh(wanted))
        return self._given[identifier]

    def fresh(self, wanted: str) -> str:
        """A new legal name like the one wanted."""
        plain = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_") or "unnamed"
        if plain[0].isdigit():
            plain = f"n{plain}"
        chosen = f"{plain}_" if plain in RESERVED else plain
        number = 2
        while chosen in self._used:
            chosen, number = f"{plain}_{number}", number + 1
        self._used.add(chosen)
        return chosen
