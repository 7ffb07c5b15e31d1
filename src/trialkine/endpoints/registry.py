"""Response criteria by the name that a protocol file uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.irecist import irecist
from trialkine.endpoints.recist import recist_1_1
from trialkine.endpoints.relapse import relapse
from trialkine.endpoints.who import who_1979
from trialkine.errors import InputError

CRITERIA: Mapping[str, Callable[[], AbstractCriteria]] = {
    "who-1979": who_1979,
    "recist-1.1": recist_1_1,
    "irecist": irecist,
    "relapse": relapse,
}


def find_criteria(name: str) -> AbstractCriteria:
    """The criteria of that name.

    Raises: InputError, when there are none, with the nearest name.
    """
    if name in CRITERIA:
        return CRITERIA[name]()
    near = get_close_matches(name.lower(), CRITERIA, n=1, cutoff=0.3)
    advice = f"Did you mean '{near[0]}'?" if near else f"Write one of {', '.join(map(repr, CRITERIA))}."
    raise InputError(f"No response criteria named '{name}'. {advice}")
