"""A table of doses for many patients, in the order in which they fall due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class DoseTable:
    """One row per planned dose, in order of patient, then time.

    `route` numbers the pairs (agent, route) in `routes`; `amount` is in the agent's dose unit; `block`
    names the run of consecutive doses that a hold rule may end; `may_hold` says whether hold rules apply.

    Units: time, duration [day].
    """

    patient: Array
    time: Array
    route: Array
    amount: Array
    duration: Array
    block: Array
    may_hold: Array
    routes: tuple[tuple[str, str], ...]

    @classmethod
    def empty(cls) -> DoseTable:
        """No doses at all."""
        return cls.of([], [], [], [], routes=())

    @classmethod
    def of(
        cls,
        patient: Any,
        time: Any,
        route: Any,
        amount: Any,
        *,
        duration: Any = 0.0,
        block: Any = 0,
        may_hold: Any = True,
        routes: tuple[tuple[str, str], ...],
    ) -> DoseTable:
        """A table from columns in any order; rows are sorted by patient, then time."""
        who = np.asarray(patient, dtype=np.int64)
        when = np.asarray(time, dtype=float)
        columns = [
            np.broadcast_to(np.asarray(column, dtype=kind), who.shape)
            for column, kind in (
                (route, np.int64), (amount, float), (duration, float), (block, np.int64), (may_hold, bool),
            )
        ]  # fmt: skip
        _check(who, when, columns, len(routes))
        order = np.lexsort((when, who))
        number, size, length, run, held = (column[order] for column in columns)
        return cls(who[order], when[order], number, size, length, run, held, routes)

    def __len__(self) -> int:
        return len(self.time)


def _check(patient: Array, time: Array, columns: list[Array], routes: int) -> None:
    """Raises: InputError, at the first dose that cannot be given as it stands."""
    route, amount, duration, *_ = columns
    faults = {
        "has no time: its day is not a finite number": ~np.isfinite(time),
        "has an amount that is negative or not a number": ~(np.isfinite(amount) & (amount >= 0.0)),
        "has a duration that is negative or not a number": ~(np.isfinite(duration) & (duration >= 0.0)),
        "names no route of the table": (route < 0) | (route >= routes),
        "belongs to a patient with a negative number": patient < 0,
    }
    for fault, rows in faults.items():
        if rows.any():
            raise InputError(f"Dose {int(np.argmax(rows))} {fault}. Correct or leave out that row.")
