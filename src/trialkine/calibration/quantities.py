"""The numbers that calibration may move, each with its prior, and the structures that it compares."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from scipy.special import expit, logit

from trialkine.agents.catalogue import agent_book
from trialkine.diseases.disease import load_disease
from trialkine.errors import InputError
from trialkine.evidence.disease_records import DiseaseRecords
from trialkine.mechanisms.core import variant_numbers
from trialkine.population.ensemble import OF_DISEASE, SPREAD
from trialkine.records import ParameterRecord

Array = np.ndarray[Any, np.dtype[Any]]
Scale = Literal["log", "logit", "linear"]
USUAL = ""
STRUCTURES: tuple[str, ...] = (USUAL, "il2_licensing")
"""The structural variants that are calibrated side by side, the usual equations first."""


@dataclass(frozen=True)
class Quantity:
    """A number of the population, and how far from its centre it may lie: `sd` on its scale.

    `name` is a name of an ensemble: `record`, `record.sd`, or `disease:record`. `agent` is the agent without
    which it does nothing, `variant` the structural variant. `centres` are those that hold with a variant.
    """

    name: str
    centre: float
    scale: Scale
    sd: float
    disease: str | None = None
    agent: str | None = None
    variant: str | None = None
    centres: Mapping[str, float] = field(default_factory=dict)

    def value(self, score: Array, structure: str = USUAL) -> Array:
        """The number at standard normal scores of its prior, in a structure. Units: as its record."""
        centre = self.centres.get(structure, self.centre)
        if self.scale == "log":
            return np.asarray(centre * np.exp(self.sd * score))
        if self.scale == "logit":
            return np.asarray(expit(logit(centre) + self.sd * score))
        return np.asarray(centre + self.sd * score)

    def score(self, value: Array, structure: str = USUAL) -> Array:
        """The standard normal scores at which the number has some values."""
        centre = self.centres.get(structure, self.centre)
        if self.scale == "log":
            return np.asarray(np.log(np.asarray(value) / centre) / self.sd)
        if self.scale == "logit":
            return np.asarray((logit(value) - logit(centre)) / self.sd)
        return np.asarray((np.asarray(value) - centre) / self.sd)

    def concerns(self, disease: str, agents: Sequence[str]) -> bool:
        """Whether it can change a trial of some agents in a disease."""
        return self.disease in (None, disease) and (self.agent is None or self.agent in agents)


@cache
def calibrated_quantities() -> tuple[Quantity, ...]:
    """Every quantity, in the order of its file, one per disease where it belongs to diseases.

    Raises: InputError, when a name has no record, or its record does not vary.
    """
    text = files(__package__).joinpath("quantities.toml").read_text("utf-8")
    found = []
    for entry in tomllib.loads(text)["quantity"]:
        for disease in entry.get("of", [None]):
            name = entry["name"] if disease is None else f"{disease}{OF_DISEASE}{entry['name']}"
            agent, variant = entry.get("agent"), entry.get("variant")
            centres = _centres(entry["name"], disease or "melanoma", agent)
            centre = centres.get(variant or USUAL)
            if centre is None:
                raise InputError(
                    f"quantities.toml names '{entry['name']}', which has no record. Correct its name."
                )
            others = {structure: own for structure, own in centres.items() if structure and own != centre}
            if disease in entry.get("centre", {}):
                centre, others = entry["centre"][disease], {}
            found.append(Quantity(name, centre, entry["scale"], entry["sd"], disease, agent, variant, others))
    return tuple(found)


def _centres(name: str, disease: str, agent: str | None) -> dict[str, float]:
    """The present number of a record, or its spread, in every structure in which it has one."""
    own = load_disease(disease)
    usual = dict(own.records) if agent is None else dict(agent_book().records(agent, own.lineage))
    found = {}
    for structure in STRUCTURES:
        numbers = variant_numbers(structure) if structure else DiseaseRecords()
        record = (usual | numbers.records_in(own.lineage)).get(name.removesuffix(SPREAD))
        if record is not None:
            found[structure] = _number(name, record)
    return found


def _number(name: str, record: ParameterRecord) -> float:
    if name.endswith(SPREAD):
        if record.variability is None:
            raise InputError(f"quantities.toml moves the spread of '{name}', which does not vary.")
        return record.variability.sd
    if isinstance(record.value, Mapping):
        raise InputError(f"quantities.toml names '{name}', which has a number per member. Leave it out.")
    return float(record.value)
