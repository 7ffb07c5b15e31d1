"""Small scans written as tables, for tests of endpoints."""

from __future__ import annotations

import numpy as np

from trialkine.endpoints.scans import Scans

MISSED = np.nan


def one_patient(days, diameters, new=(), symptoms=()) -> Scans:
    """One patient: `diameters[visit]` is one length or one per lesion; `new`, `symptoms` are days."""
    day = np.array([days], dtype=float)
    lengths = np.array([np.atleast_1d(visit) for visit in diameters], dtype=float)[np.newaxis]
    return Scans(day, lengths, np.isin(day, list(new)), np.isin(day, list(symptoms)))
