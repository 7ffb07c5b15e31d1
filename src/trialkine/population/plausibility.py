"""Rules that turn away virtual patients whom nobody would have met in a clinic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.randomness import Floats

Evaluate = Callable[[Sequence[str], Mapping[str, Floats]], Mapping[str, Floats]]
"""Values of named quantities at the start, from parameter columns by flat name."""


@dataclass(frozen=True)
class PlausibilityRule:
    """A bound on a quantity at the start; a patient beyond it is turned away for `reason`.

    Units: at_most and at_least [the quantity's unit].
    """

    quantity: str
    reason: str
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if self.at_most is None and self.at_least is None:
            raise InputError(
                f"The plausibility rule on '{self.quantity}' has no bound. Write 'at_most' or 'at_least'."
            )

    def is_met(self, values: Floats) -> NDArray[np.bool_]:
        """Which patients lie within the bounds; a value that is not a number never does."""
        met = np.isfinite(values)
        if self.at_most is not None:
            met &= values <= self.at_most
        if self.at_least is not None:
            met &= values >= self.at_least
        return met


def first_broken_rule(
    rules: Sequence[PlausibilityRule], evaluate: Evaluate | None, columns: Mapping[str, Floats], size: int
) -> NDArray[np.int64]:
    """The position of the first rule each patient breaks, or -1.

    Raises: InputError, when there are rules but nothing to evaluate them with, or a quantity is missing.
    """
    broken = np.full(size, -1, dtype=np.int64)
    if not rules or size == 0:
        return broken
    if evaluate is None:
        raise InputError("Plausibility rules need a model. Give 'evaluate', which computes their quantities.")
    quantities = tuple(dict.fromkeys(rule.quantity for rule in rules))
    values = evaluate(quantities, columns)
    for position, rule in reversed(list(enumerate(rules))):
        if rule.quantity not in values:
            raise InputError(
                f"A plausibility rule names '{rule.quantity}', which the model did not evaluate. "
                "Name a defined quantity or a state of the model."
            )
        met = rule.is_met(np.broadcast_to(np.asarray(values[rule.quantity], dtype=np.float64), (size,)))
        broken[~met] = position
    return broken
