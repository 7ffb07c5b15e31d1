"""The model of a well, and the records of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from trialkine.assay.mechanisms.class_ii_binding import CLASS_II_BINDING
from trialkine.assay.mechanisms.effector_cells import EFFECTOR_CELLS
from trialkine.assay.mechanisms.interleukin_10 import INTERLEUKIN_10
from trialkine.assay.mechanisms.presenting_cells import PRESENTING_CELLS
from trialkine.assay.mechanisms.toll_like_signalling import TOLL_LIKE_SIGNALLING
from trialkine.assay.mechanisms.type_1_stimulus import TYPE_1_STIMULUS
from trialkine.evidence.parameter_files import in_unit, read_parameters
from trialkine.model.compose import compose
from trialkine.model.model import Model
from trialkine.records import ParameterRecord

WELL_MECHANISMS = (
    CLASS_II_BINDING,
    TOLL_LIKE_SIGNALLING,
    PRESENTING_CELLS,
    TYPE_1_STIMULUS,
    INTERLEUKIN_10,
    EFFECTOR_CELLS,
)
RECORD_FILES = ("wells.toml", "circumstances.toml", "cytometer.toml")


@cache
def well_model() -> Model:
    """The composed equations of a well."""
    return compose(WELL_MECHANISMS)


@cache
def assay_records() -> Mapping[str, ParameterRecord]:
    """Every number of the assay by name, as its file gives it."""
    folder = files(__package__)
    found: dict[str, ParameterRecord] = {}
    for file in RECORD_FILES:
        found |= read_parameters(folder.joinpath(file)).records
    return found


@cache
def donor_records() -> Mapping[str, ParameterRecord]:
    """The parameters that belong to a donor or to all wells, in the model's units."""
    model = well_model()
    return {
        name: in_unit(record, model.parameters[name].unit)
        for name, record in assay_records().items()
        if name in model.parameters and not isinstance(record.value, Mapping)
    }


def member_value(name: str, member: str) -> float:
    """The number of one member of a record that has one per member."""
    value = assay_records()[name].value
    assert isinstance(value, Mapping)
    return float(value[member])


def single_value(name: str) -> float:
    """The number of a record that has one, in the record's unit."""
    value = assay_records()[name].value
    assert not isinstance(value, Mapping)
    return float(value)
