"""Runs an assay: draw donors, fill wells, solve, read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from trialkine.assay.cytometer import measure
from trialkine.assay.protocol import AssayProtocol
from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.well_model import assay_records, donor_records, member_value, well_model
from trialkine.assay.wells import Well, plate
from trialkine.compiler.compiled import compile_model
from trialkine.errors import InputError, SimulationError
from trialkine.population.parameters import parameter_population
from trialkine.records import ParameterRecord
from trialkine.solver.ensemble import Ensemble, failures

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]

GROUPS = ("healthy", "metastatic")
GRID_HOURS = 1.0  # between points of a drawn time course
HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class GroupCourses:
    """The true courses of one group: for each read-out an array. Shape: (well, donor, time)."""

    group: str
    hours: Array
    wells: tuple[Well, ...]
    values: dict[str, Array]
    parameters: dict[str, Array]

    @property
    def size(self) -> int:
        """Number of donors."""
        return int(next(iter(self.parameters.values())).size)

    def at(self, read_out: str, well: int, hour: float) -> Array:
        """The true values of one well at one time of the grid."""
        place = int(np.argmin(np.abs(self.hours - hour)))
        return np.asarray(self.values[read_out][well, :, place])


@dataclass(frozen=True)
class AssayResult:
    """A finished assay: true courses, and `readings` with one row per donor, well, time and read-out."""

    protocol: AssayProtocol
    seed: int
    courses: tuple[GroupCourses, ...]
    readings: pl.DataFrame
    parameters: tuple[ParameterRecord, ...]
    equations: str
    model_hash: str

    @property
    def wells(self) -> tuple[Well, ...]:
        """Every well of the plate."""
        return self.courses[0].wells

    @property
    def groups(self) -> dict[str, int]:
        """Donors per group."""
        return {course.group: course.size for course in self.courses}


def run_assay(
    protocol: AssayProtocol,
    *,
    donors: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
) -> AssayResult:
    """Run an assay; `donors` replaces the number in each group.

    Raises: InputError, when a number is not possible; SimulationError, when a well cannot be solved.
    """
    for name, number, least in (("donors", donors, 1), ("seed", seed, 0)):
        if number is not None and (isinstance(number, bool) or number < least):
            raise InputError(f"{name} = {number!r} is not possible. Give a whole number of at least {least}.")
    progress(0.0, "composing the model")
    wells, sizes = plate(protocol), protocol.donors.groups
    courses, readings = [], []
    for place, (group, size) in enumerate(sizes.items()):
        progress(place / len(sizes), f"{group} donors")
        course = solve_group(wells, group, donors or size, seed, _grid(protocol), jobs)
        courses.append(course)
        readings.append(_read(protocol, course, seed))
    model = well_model()
    progress(1.0, "done")
    return AssayResult(
        protocol, seed, tuple(courses), pl.concat(readings), tuple(assay_records().values()),
        str(model), model.hash,
    )  # fmt: skip


def solve_group(
    wells: tuple[Well, ...], group: str, size: int, seed: int, hours: Array, jobs: int | None = None
) -> GroupCourses:
    """The true courses of every well of some donors of a group.

    Units: hours [hour]. Raises: SimulationError, when a well cannot be solved.
    """
    model = well_model()
    own = donor_parameters(group, size, seed)
    rows = [_row(well, own, size) for well in wells]
    ensemble = Ensemble(compile_model(model), np.concatenate(rows))
    values = {name: np.zeros((len(wells), size, hours.size)) for name in READ_OUTS}
    for place, hour in enumerate(hours):
        ensemble.advance(hour / HOURS_PER_DAY, jobs=jobs)
        for name, found in ensemble.observe(*READ_OUTS).items():
            values[name][:, :, place] = np.asarray(found).reshape(len(wells), size)
    failed = failures(ensemble.status)
    if failed:
        reasons = ", ".join(f"{reason} {count}" for reason, count in failed.items())
        raise SimulationError(f"{sum(failed.values())} of {ensemble.size} wells failed ({reasons}).")
    return GroupCourses(group, hours, wells, values, own)


def donor_parameters(group: str, size: int, seed: int) -> dict[str, Array]:
    """The parameters of each donor, those of the group included. A smaller group begins a larger one."""
    population = parameter_population(list(donor_records().values()))
    own = dict(population.values(seed, GROUPS.index(group), np.arange(size)))
    own["natural_killer_fitness"] = np.full(size, member_value("natural_killer_fitness", group))
    return own


def _row(well: Well, own: dict[str, Array], size: int) -> Array:
    """The parameters of one well of every donor, in the model's order."""
    here: dict[str, Array | float] = {
        **own, "presenting_cells_kept": member_value("presenting_cells_kept", well.sample), **well.amounts
    }  # fmt: skip
    columns = [np.broadcast_to(here.get(name, 0.0), (size,)) for name in well_model().parameter_names]
    return np.stack(columns, axis=1)


def _grid(protocol: AssayProtocol) -> Array:
    last = max(protocol.hours)
    return np.unique(np.concatenate([np.arange(0.0, last, GRID_HOURS), np.asarray(protocol.hours)]))


def _read(protocol: AssayProtocol, course: GroupCourses, seed: int) -> pl.DataFrame:
    """The readings of one group."""
    donors, hours = range(course.size), np.asarray(protocol.hours)
    places = np.searchsorted(course.hours, hours)
    parts = []
    for number, well in enumerate(course.wells):
        for name in protocol.read_outs:
            read_out = READ_OUTS[name]
            if well.sample == "purified-cd8" and read_out.needs_presenting_cells:
                continue
            true = course.values[name][number][:, places]
            found = measure(read_out, true, seed, course.group, donors, f"{well.sample} {well.label}")
            parts.append(
                pl.DataFrame(
                    {
                        "donor": np.repeat(np.arange(1, course.size + 1), hours.size),
                        "hour": np.tile(hours, course.size),
                        "true": true.ravel() * read_out.factor,
                        "measured": found.ravel() * read_out.factor,
                    }
                ).select(
                    pl.lit(course.group).alias("group"),
                    "donor",
                    pl.lit(well.plan).alias("plan"),
                    pl.lit(well.label).alias("well"),
                    pl.lit(well.sample).alias("sample"),
                    pl.lit(well.varied_amount, dtype=pl.Float64).alias("concentration"),
                    pl.lit(name).alias("read_out"),
                    pl.lit(read_out.unit).alias("unit"),
                    "hour",
                    "true",
                    "measured",
                )
            )
    return pl.concat(parts)
