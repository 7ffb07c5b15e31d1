"""The numbers that calibration may move, each with its prior."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from scipy.special import expit, logit

from trialkine.agents.catalogue import agent_book
from trialkine.diseases.disease import load_disease
from trialkine.errors import InputError
from trialkine.population.ensemble import OF_DISEASE, SPREAD

Array = np.ndarray[Any, np.dtype[Any]]
Scale = Literal["log", "logit", "linear"]


@dataclass(frozen=True)
class Quantity:
    """A number of the population, and how far from its centre it may lie: `sd` on its scale.

    `name` is a name of an ensemble: `record`, `record.sd`, or `disease:record`. `agent` is the agent without
    which it does nothing.
    """

    name: str
    centre: float
    scale: Scale
    sd: float
    disease: str | None = None
    agent: str | None = None

    def value(self, score: Array) -> Array:
        """The number at standard normal scores of its prior. Units: as its record."""
        if self.scale == "log":
            return np.asarray(self.centre * np.exp(self.sd * score))
        if self.scale == "logit":
            return np.asarray(expit(logit(self.centre) + self.sd * score))
        return np.asarray(self.centre + self.sd * score)

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
            centre = _centre(entry["name"], disease or "melanoma", entry.get("agent"))
            found.append(Quantity(name, centre, entry["scale"], entry["sd"], disease, entry.get("agent")))
    return tuple(found)


def _centre(name: str, disease: str, agent: str | None) -> float:
    """The present number of a record, or its spread."""
    own = load_disease(disease)
    records = dict(own.records) if agent is None else dict(agent_book().records(agent, own.lineage))
    record = records.get(name.removesuffix(SPREAD))
    if record is None:
        raise InputError(f"quantities.toml names '{name}', which has no record. Correct its name.")
    if name.endswith(SPREAD):
        if record.variability is None:
            raise InputError(f"quantities.toml moves the spread of '{name}', which does not vary.")
        return record.variability.sd
    if isinstance(record.value, Mapping):
        raise InputError(f"quantities.toml names '{name}', which has a number per member. Leave it out.")
    return float(record.value)
