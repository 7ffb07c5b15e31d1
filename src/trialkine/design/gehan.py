"""Gehan's two-stage design: drop a treatment without a response early, else measure its rate well enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from trialkine.design.binomial import ROUNDING, check_rate
from trialkine.design.shown_table import ShownTable
from trialkine.errors import InputError

USUAL_ERROR = 0.05
USUAL_STANDARD_ERROR = 0.10
GEHAN_LEVEL = 0.75  # of the one-sided limit that stage two is sized for
LARGEST_FIRST_STAGE = 500  # patients


@dataclass(frozen=True)
class GehanDesign:
    """Stop after `n1` patients without a response; else take `second[x]` more after x responses.

    `rejection_error` is the exact chance to stop although the rate is `p1`. `second[0]` is 0.
    `planned_rate[x]` is the rate that stage two is sized for. Source: gehan_1961.
    """

    p1: float
    standard_error: float
    n1: int
    rejection_error: float
    second: tuple[int, ...]
    planned_rate: tuple[float, ...]

    def expected_patients(self, rate: float) -> float:
        """Patients on average at one true response rate.

        Raises: InputError, when the rate is no fraction.
        """
        check_rate(rate, "The response rate")
        return self.n1 + sum(
            math.comb(self.n1, x) * rate**x * (1.0 - rate) ** (self.n1 - x) * more
            for x, more in enumerate(self.second)
        )

    def record(self) -> Mapping[str, object]:
        """Everything as plain values, for JSON."""
        return {
            "p1": self.p1,
            "standard_error": self.standard_error,
            "n1": self.n1,
            "rejection_error": self.rejection_error,
            "second_stage": [
                {"responses": x, "more_patients": more, "planned_rate": rate}
                for x, (more, rate) in enumerate(zip(self.second, self.planned_rate, strict=True))
            ],
        }

    def table(self) -> ShownTable:
        """The patients to add for each number of responses in stage one."""
        rows = tuple(
            (str(x), str(more), str(self.n1 + more), f"{rate:.3f}" if x else "")
            for x, (more, rate) in enumerate(zip(self.second, self.planned_rate, strict=True))
        )
        title = (
            f"Gehan's two-stage design for p1 = {self.p1:g}: {self.n1} patients first, stop if none "
            f"responds; then as many as a standard error of {self.standard_error:g} needs"
        )
        notes = (
            f"Chance to stop although the rate is {self.p1:g}: {self.rejection_error:.4f}.",
            "The design tests no hypothesis: it has no type I error to keep.",
        )
        head = ("Responses in stage one", "more patients", "in all", "planned for a rate of")
        return ShownTable(title, head, rows, notes)

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


def gehan_design(
    p1: float, rejection_error: float = USUAL_ERROR, standard_error: float = USUAL_STANDARD_ERROR
) -> GehanDesign:
    """Gehan's design to notice a treatment with response rate `p1`, then to measure its rate.

    Stage one: the fewest n1 with (1 - p1)^n1 at most `rejection_error`. Stage two: the fewest patients with
    which sqrt(p (1 - p) / n), n counting both stages, is at most `standard_error`. For p stands the one-sided
    75 % upper limit of the rate seen in stage one, here the exact (Clopper-Pearson) one; above one half its
    mirror image, the lower limit; one half where the two limits enclose it. Programs differ here: some take
    the observed rate itself, and need fewer patients.
    Source: gehan_1961; clopper_pearson_1934 for the limits.
    Raises: InputError, when an argument is no fraction or stage one would be too large.
    """
    check_rate(p1, "p1")
    check_rate(rejection_error, "The rejection error")
    if not 0.0 < standard_error < 0.5:
        raise InputError(
            f"A standard error of {standard_error} is not between 0 and 0.5. "
            "Write 0.10 for ten percentage points."
        )
    n1 = _first_stage(p1, rejection_error)
    rates = tuple(_planned_rate(x, n1) for x in range(1, n1 + 1))
    second = tuple(_more_patients(rate, n1, standard_error) for rate in rates)
    return GehanDesign(p1, standard_error, n1, (1.0 - p1) ** n1, (0, *second), (0.0, *rates))


def _first_stage(p1: float, rejection_error: float) -> int:
    for n1 in range(1, LARGEST_FIRST_STAGE + 1):
        if (1.0 - p1) ** n1 <= rejection_error * (1.0 + ROUNDING):
            return n1
    raise InputError(
        f"To notice a response rate of {p1:g} with rejection error {rejection_error:g}, stage one needs "
        f"more than {LARGEST_FIRST_STAGE} patients. Raise p1 or the rejection error."
    )


def _planned_rate(responses: int, patients: int) -> float:
    """The rate nearest to one half between both one-sided limits."""
    from scipy.special import betaincinv

    none = patients - responses
    low = float(betaincinv(responses, none + 1, 1.0 - GEHAN_LEVEL))
    high = float(betaincinv(responses + 1, none, GEHAN_LEVEL)) if none else 1.0
    return min(max(low, 0.5), high)


def _more_patients(rate: float, n1: int, standard_error: float) -> int:
    needed = rate * (1.0 - rate) / standard_error**2
    return max(0, math.ceil(needed * (1.0 - ROUNDING)) - n1)
