"""What a scan and a blood sample show: readers, visibility and assay error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from trialkine.evidence.parameter_files import read_parameters
from trialkine.records import ParameterRecord
from trialkine.trial.luck import Luck

Array = np.ndarray[Any, np.dtype[Any]]

MM_PER_CM = 10.0


@cache
def measurement_records() -> Mapping[str, ParameterRecord]:
    """The numbers of the observation, each with its source."""
    return read_parameters(files("trialkine.trial").joinpath("measurement.toml")).records


def measurement_of(own: Mapping[str, ParameterRecord]) -> Mapping[str, ParameterRecord]:
    """The numbers of the observation, with those of a disease or a user's own model in place of the usual."""
    return {name: own.get(name, usual) for name, usual in measurement_records().items()}


def constant(name: str) -> float:
    """One usual number of the observation."""
    value = measurement_records()[name].value
    assert isinstance(value, float)
    return value


def numbers_with(own: Mapping[str, ParameterRecord]) -> dict[str, float]:
    """The numbers of the observation, those of a user's own model before the usual ones."""
    found = {name: constant(name) for name in measurement_records()}
    for name in found.keys() & own.keys():
        value = own[name].value
        assert isinstance(value, float)
        found[name] = value
    return found


def sphere_diameter(volume: Array) -> Array:
    """The diameter of a sphere. Units: volume [cm**3], returns [mm]."""
    return np.asarray(np.cbrt(6.0 * volume / np.pi) * MM_PER_CM)


class Radiology:
    """Reads lesions of many patients, scan after scan; each patient's current reader is remembered."""

    def __init__(self, luck: Luck, numbers: Mapping[str, float] | None = None) -> None:
        self.luck = luck
        self.numbers = numbers_with({}) if numbers is None else numbers
        self.scans = np.zeros(len(luck.ids), dtype=np.int64)
        self.reader = np.zeros(len(luck.ids), dtype=np.int64)

    def read(self, patients: Array, volumes: Array) -> Array:
        """Diameters as read; 0 where a lesion is not visible.

        Every lesion of a reading shares its reader's error, and has one of its own.

        Units: volumes [cm**3], returns [mm]. Shape: both (patient, lesion).
        """
        lesions = volumes.shape[1]
        diameters = np.empty(volumes.shape)
        for number in np.unique(self.scans[patients]):
            rows = np.flatnonzero(self.scans[patients] == number)
            who = patients[rows]
            if number > 0:
                changed = self.luck.uniforms(f"reader change {number}", who)[:, 0]
                self.reader[who] = np.where(
                    changed < self.numbers["reader_change_probability"], number, self.reader[who]
                )
            own = self.luck.normals(f"lesion reading {number}", who, lesions)
            readers = self._readers(who)[:, None]
            error = self.numbers["lesion_reading_sd"] * own + self.numbers["reader_sd"] * readers
            diameters[rows] = sphere_diameter(volumes[rows]) * np.exp(error)
        self.scans[patients] += 1
        return np.where(volumes <= self.numbers["smallest_visible_volume"], 0.0, diameters)

    def _readers(self, patients: Array) -> Array:
        """Each patient's current reader's error, in standard deviations."""
        result = np.empty(len(patients))
        for reader in np.unique(self.reader[patients]):
            rows = np.flatnonzero(self.reader[patients] == reader)
            result[rows] = self.luck.normals(f"reader {reader}", patients[rows])[:, 0]
        return result


def read_biomarker(
    luck: Luck,
    name: str,
    number: int,
    patients: Array,
    values: Array,
    numbers: Mapping[str, float] | None = None,
) -> Array:
    """A biomarker as an assay gives it, in the unit of `values`."""
    sd = (numbers_with({}) if numbers is None else numbers)["biomarker_reading_sd"]
    error = luck.normals(f"assay {name} {number}", patients)[:, 0]
    return np.asarray(values * np.exp(sd * error))
