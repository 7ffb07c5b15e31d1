"""The patients of one arm as the trial knows them: who they are, when they came, how long they stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.errors import InputError
from trialkine.population.patients import Patients
from trialkine.randomness import exponentials, trial_purpose, uniforms
from trialkine.records import DAYS_PER_MONTH, DAYS_PER_YEAR
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Enrolled:
    """Patients of one arm, all repetitions one after the other.

    `enrolled_day` counts from the trial's start; `cut_off` and `dropout` (infinite for none) from the
    patient's own first day. `parameters` is in the model's flat order.

    Units: days [day]. Shape: (patient,), parameters (patient, parameter).
    """

    ids: Array
    replicate: Array
    parameters: Array
    covariates: dict[str, Array]
    enrolled_day: Array
    cut_off: Array
    dropout: Array

    def __len__(self) -> int:
        return len(self.ids)


def arrivals(protocol: Protocol, size: int, seed: int, replicate: int, ratio: float = 1.0) -> Array:
    """When patients are enrolled: a Poisson stream at `ratio` times the protocol's rate.

    Units: returns [day].
    """
    key = trial_purpose(replicate, "enrolment")
    gaps = exponentials(seed, key, np.arange(size, dtype=np.int64))[:, 0]
    days = np.cumsum(gaps) * DAYS_PER_MONTH / (protocol.enrolment.per_month * ratio)
    return np.asarray(days - days[0])


def enrol(
    protocol: Protocol, patients: list[Patients], names: tuple[str, ...], seed: int, ratio: float = 1.0
) -> Enrolled:
    """Enrol one arm's patients of every repetition, in their order; `ratio` is the arm's.

    Shape: `names` are the model's flat parameter names.
    """
    enrolled, cut_offs, dropouts = [], [], []
    for replicate, group in enumerate(patients):
        day = arrivals(protocol, len(group), seed, replicate, ratio)
        _check_cut_off(protocol, day)
        enrolled.append(day)
        cut_offs.append(protocol.cut_off_days(float(day[-1])) - day)
        dropouts.append(_dropout(protocol, group.id, seed, replicate))
    columns = [np.concatenate([group.parameters[name] for group in patients]) for name in names]
    first = patients[0].covariates
    return Enrolled(
        ids=np.concatenate([group.id for group in patients]),
        replicate=np.repeat(np.arange(len(patients)), [len(group) for group in patients]),
        parameters=np.stack(columns, axis=1),
        covariates={key: np.concatenate([g.covariates[key] for g in patients]) for key in first},
        enrolled_day=np.concatenate(enrolled),
        cut_off=np.concatenate(cut_offs),
        dropout=np.concatenate(dropouts),
    )


def _check_cut_off(protocol: Protocol, day: Array) -> None:
    """Raises: InputError, when patients would be enrolled after the data cut-off."""
    cut_off, last = protocol.cut_off_days(float(day[-1])), float(day[-1])
    if last > cut_off:
        raise InputError(
            f"The data cut-off at {cut_off / DAYS_PER_MONTH:.1f} months comes before the last of {len(day)} "
            f"patients of an arm is enrolled, at {last / DAYS_PER_MONTH:.1f} months. Write a later "
            "`data_cut_off`, use `follow_up`, or enrol fewer patients or more per month."
        )


def _dropout(protocol: Protocol, ids: Array, seed: int, replicate: int) -> Array:
    """When each patient is lost to follow-up, at a constant rate. Units: returns [day]."""
    yearly = protocol.enrolment.dropout_per_year
    if yearly <= 0.0:
        return np.full(len(ids), np.inf)
    chance = uniforms(seed, trial_purpose(replicate, "dropout"), ids)[:, 0]
    return np.asarray(np.log(chance) / np.log1p(-yearly) * DAYS_PER_YEAR)
