"""The virtual patients of a trial: their numbers, parameter values and bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.randomness import Floats, Integers

Column = NDArray[Any]
DOSE_FACTORS = {"kg": "weight_kg", "m2": "body_surface_m2"}


@dataclass(frozen=True)
class Patients:
    """Patients in the order of their numbers; every array has one entry per patient.

    `id` is the patient's number among those drawn, and keys everything random that happens to the
    patient in this repetition of the trial. `parameters` is by flat name. `covariates` are `age`,
    `is_male`, `height_cm`, `weight_kg`, `body_surface_m2`, `performance_status` and `fitness` (standard
    normal in the whole population), and what the clinic records (`clinic.draw_clinic`). `drawn` counts the
    candidates up to the last patient, `rejections` those turned away, by the first reason that applied, and
    `screened` holds the covariates of all candidates (of the first 20,000 where there are more).

    Units: age [year], other covariates as named; parameters [unit of their record].
    """

    id: Integers
    parameters: Mapping[str, Floats]
    covariates: Mapping[str, Column]
    drawn: int
    rejections: Mapping[str, int]
    screened: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.id.size)

    def dose_factor(self, basis: str) -> Floats:
        """What a dose on this basis is multiplied by: 1, the weight [kg] or the body surface [m**2].

        Raises: InputError, when the basis is not `flat`, `kg` or `m2`.
        """
        if basis == "flat":
            return np.ones(len(self))
        if basis not in DOSE_FACTORS:
            raise InputError(f"A dose cannot be given per '{basis}'. Write it flat, per 'kg' or per 'm2'.")
        return np.asarray(self.covariates[DOSE_FACTORS[basis]], dtype=np.float64)

    def select(self, rows: NDArray[Any]) -> Patients:
        """The patients at the given rows (positions or a mask); the counts stay those of the whole draw."""
        return replace(
            self,
            id=self.id[rows],
            parameters={name: column[rows] for name, column in self.parameters.items()},
            covariates={name: column[rows] for name, column in self.covariates.items()},
        )
