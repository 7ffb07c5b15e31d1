"""The books of one arm: one for each line of treatment, and one for each background treatment."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.solver.ensemble import Ensemble
from trialkine.trial.enrolled import Enrolled
from trialkine.trial.line_book import LineBook
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm

Books = tuple[LineBook, ...]


def open_books(protocol: Protocol, arm: Arm, enrolled: Enrolled, ensemble: Ensemble) -> tuple[Books, Books]:
    """The books of lines and those of background treatment, numbered on from the lines."""
    parts = (*arm.lines, *protocol.background)
    books = tuple(_book(number, part, enrolled, ensemble) for number, part in enumerate(parts))
    return books[: len(arm.lines)], books[len(arm.lines) :]


def _book(number: int, line: Any, enrolled: Enrolled, ensemble: Ensemble) -> LineBook:
    """One line, with each patient's full dose in the agent's unit; none under observation."""
    if not line.regimen.dose_days:
        return LineBook(number, line, line.regimen, np.zeros(len(enrolled)))
    regimen = line.regimen.in_unit(ensemble.model.agents[line.agent].dose_unit)
    factor = {
        "flat": np.ones(len(enrolled)),
        "kg": enrolled.covariates["weight_kg"],
        "m2": enrolled.covariates["body_surface_m2"],
    }[str(regimen.basis)]
    return LineBook(number, line, regimen, np.asarray(regimen.amount * factor))
