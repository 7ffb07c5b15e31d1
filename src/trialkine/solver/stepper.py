"""The two steppers, and the pilot that chooses between them by counting work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialkine.compiler.kernel_plan import KernelPlan
from trialkine.compiler.step_work import explicit_work, implicit_work


@dataclass(frozen=True)
class Stepper:
    """A method of integration.

    `kernel` and `extremes` name its compiled step and what records extremes after it; `work` is the
    arithmetic of one step; `tightening` is by what a
    tolerance is multiplied, so that both methods reach the same error; `steps_a_day` and `steps_at_least`
    bound how many steps a patient may take in a call before the other method takes over (absent: no bound).
    `is_exact` says whether linear kinetics are propagated exactly.
    """

    name: str
    kernel: str
    extremes: str
    work: Callable[[KernelPlan], int]
    tightening: float = 1.0
    steps_a_day: int | None = None
    steps_at_least: int = 0
    is_exact: bool = True


IMPLICIT = Stepper("Rodas5P", "implicit_step", "extremes_between", implicit_work, tightening=0.3)
"""For stiff equations, and whenever the other gives up."""

EXPLICIT = Stepper(
    "Dormand-Prince 5", "explicit_step", "extremes", explicit_work, steps_a_day=400, steps_at_least=2000
)
"""For equations that are not stiff between doses: a step costs a third to a half."""

PLAIN = Stepper(
    "Rodas5P without exact kinetics", "implicit_step", "extremes_between", implicit_work, tightening=0.3,
    is_exact=False,
)  # fmt: skip
"""For patients whose linear kinetics oscillate or have no well-conditioned eigenvectors."""
