"""Patients before treatment: everybody screened beside those enrolled, and quantities of the model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from trialkine.model.evaluate import start_values
from trialkine.model.model import Model
from trialkine.population.patients import Patients


def screening_table(patients: Patients) -> pl.DataFrame:
    """One row per candidate of a trial (the first 20,000), with all covariates, and who was enrolled."""
    size = len(next(iter(patients.screened.values()), ()))
    candidates = np.arange(size)
    return pl.DataFrame(
        {
            "candidate": candidates,
            "is_enrolled": np.isin(candidates, patients.id),
            **{name: np.asarray(column) for name, column in patients.screened.items()},
        }
    )


def baseline_table(model: Model, names: Sequence[str], groups: Sequence[Patients]) -> pl.DataFrame:
    """The value of each named quantity in every patient on the first day, one row per patient and quantity.

    `groups` are the patients of each repetition of the trial.
    """
    parts = []
    for trial, group in enumerate(groups):
        columns = np.stack([group.parameters[name] for name in model.parameter_names], axis=1)
        values = start_values(model, tuple(names), columns)
        parts += [
            pl.DataFrame(
                {
                    "trial": np.full(len(group), trial),
                    "patient": group.id,
                    "quantity": pl.Series([name] * len(group), dtype=pl.String),
                    "value": np.broadcast_to(np.asarray(values[name], dtype=np.float64), (len(group),)),
                }
            )
            for name in names
        ]
    return pl.concat(parts)
