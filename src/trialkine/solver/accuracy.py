"""How exactly trajectories are solved. Results carry the accuracy they were made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.solver.driver import Control

Array = np.ndarray[Any, np.dtype[Any]]

FLOOR = 0.01  # differences below this share of a state's scale do not matter


@dataclass(frozen=True)
class Accuracy:
    """Tolerances of the step control.

    The local error allowed in each state is `relative` times (its size plus a hundredth of its scale).
    `first_step` follows every dose, unless what it drives changes slowly; `event_width` bounds how exactly
    an event is located.

    Units: first_step, smallest_step, event_width [day].
    """

    relative: float = 1e-3
    first_step: float = 3e-4
    smallest_step: float = 1e-11
    event_width: float = 1e-7
    most_steps: int = 2_000_000

    def absolute(self, scales: Array) -> Array:
        """The absolute tolerance of each state, from the size of its scale."""
        return self.relative * FLOOR * np.abs(scales)

    def control(self, tightening: float = 1.0) -> Control:
        """The numbers for the driver, with every tolerance multiplied by `tightening`."""
        return Control(
            self.relative * tightening, tightening, self.first_step, self.smallest_step, self.event_width
        )


REFERENCE = Accuracy(relative=1e-8)
