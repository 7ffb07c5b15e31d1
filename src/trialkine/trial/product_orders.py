"""Products made to order for each patient: ordered on the first day, ready later, or never."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from trialkine.model.evaluate import Evaluation
from trialkine.solver.ensemble import Ensemble
from trialkine.trial.luck import Luck
from trialkine.trial.protocol_parts import TreatmentLine

Array = np.ndarray[Any, np.dtype[Any]]


class ProductOrder:
    """One product for every patient of an arm.

    `ready_day` is infinite where the product fails; `failure_day`, when that shows, is infinite where it does
    not, and where it has been told.

    Units: days [day], from the patient's first day. Shape: (patient,).
    """

    def __init__(self, agent: str, day: Array, has_failed: Array) -> None:
        self.agent = agent
        self.has_failed = has_failed
        self.ready_day = np.where(has_failed, np.inf, day)
        self.failure_day = np.where(has_failed, day, np.inf)
        self.is_told = np.zeros(len(day), dtype=bool)

    def tell_failures(self, patients: Array, now: Array) -> Array:
        """Those of some patients whose failure shows by `now`, each told once. Units: now [day]."""
        who = patients[self.failure_day[patients] <= now]
        self.is_told[who] = True
        self.failure_day[who] = np.inf
        return np.asarray(who)


def order_products(
    lines: Iterable[TreatmentLine], ensemble: Ensemble, luck: Luck
) -> tuple[ProductOrder, ...]:
    """The products that lines wait for, each once."""
    awaited = dict.fromkeys(line.start.trigger for line in lines if line.start.on == "ready")
    return tuple(_order(agent, ensemble, luck) for agent in awaited if agent is not None)


def _order(agent: str, ensemble: Ensemble, luck: Luck) -> ProductOrder:
    product = ensemble.model.agents[agent].product
    assert product is not None, f"'{agent}' is not made to order; the protocol is checked for that"
    known = Evaluation(ensemble.model, None, ensemble.parameters)
    with np.errstate(all="ignore"):  # growth of nothing takes for ever
        day = known.flat(known.text(ensemble.model.ready_after[agent]), ())[:, 0]
    chance = luck.uniforms(f"product {agent}", np.arange(ensemble.size))[:, 0]
    share = 0.0 if product.failure is None else ensemble.parameter(product.failure)
    day = np.where(np.isnan(day), np.inf, np.maximum(day, 0.0))
    return ProductOrder(agent, day, np.asarray((chance < share) | np.isinf(day)))
