"""Designs without an early look: the exact binomial design, and Fleming's by the normal approximation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import NormalDist

from trialkine.design.binomial import (
    ROUNDING,
    FloatArray,
    at_least,
    binomial,
    check_question,
    one_more_patient,
)
from trialkine.design.shown_table import ShownTable
from trialkine.errors import InputError

LARGEST = 2000  # patients
MOST_DESIGNS = 100


@dataclass(frozen=True)
class SingleStageDesign:
    """Promising with more than `r` responses among `n` patients; both error rates are exact."""

    r: int
    n: int
    type_one_error: float
    power: float


@dataclass(frozen=True)
class SingleStageDesigns:
    """The designs for one question.

    `exact` are the smallest trials that keep both error rates, in order of n. `fleming` is the design that
    the normal approximation gives, which may miss either; its error rates here are exact.
    """

    p0: float
    p1: float
    alpha: float
    power: float
    exact: tuple[SingleStageDesign, ...]
    fleming: SingleStageDesign

    def rows(self) -> list[Mapping[str, str | int | float]]:
        """One row per design: the exact ones in order of n, then Fleming's."""
        named = [*(("exact", one) for one in self.exact), ("fleming", self.fleming)]
        return [
            {"design": name, "r": one.r, "n": one.n, "alpha": one.type_one_error, "power": one.power}
            for name, one in named
        ]

    def table(self) -> ShownTable:
        """The designs with r, n and both exact error rates."""
        named = [*(("Exact (A'Hern)", one) for one in self.exact), ("Fleming", self.fleming)]
        rows = tuple(
            (name, str(one.r), str(one.n), f"{one.type_one_error:.4f}", f"{one.power:.4f}")
            for name, one in named
        )
        title = (
            f"Single-stage designs for p0 = {self.p0:g}, p1 = {self.p1:g}: "
            f"type I error at most {self.alpha:g}, power at least {self.power:g}"
        )
        return ShownTable(title, ("", "r", "n", "type I error", "power"), rows, tuple(self._notes()))

    def _notes(self) -> list[str]:
        notes = ["Promising with more than r responses among n patients."]
        missed = []
        if self.fleming.type_one_error > self.alpha * (1.0 + ROUNDING):
            missed.append("type I error")
        if self.fleming.power < self.power * (1.0 - ROUNDING):
            missed.append("power")
        if missed:
            notes.append(
                f"Fleming's design rests on the normal approximation: it misses its {' and '.join(missed)}."
            )
        return notes

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


def single_stage_designs(
    p0: float, p1: float, alpha: float, power: float, *, count: int = 1, max_n: int = LARGEST
) -> SingleStageDesigns:
    """The `count` smallest exact designs for rates `p0` and `p1`, beside Fleming's.

    The exact rule: of every n, the least r that keeps the type I error; n serves if that r has the power,
    and the smallest n that serves comes first. Power does not rise with every n, so larger n may not serve.
    Source: ahern_2001; fleming_1982 as `fleming_design`.
    Raises: InputError, when the rates or errors are impossible, or no design of at most `max_n` patients
    keeps both error rates.
    """
    check_question(p0, p1, alpha, power)
    if not 1 <= count <= MOST_DESIGNS:
        raise InputError(f"{count} designs are out of range. Ask for 1 to {MOST_DESIGNS}.")
    if not 1 <= max_n <= LARGEST:
        raise InputError(f"The largest number of patients, {max_n}, is out of range. Write 1 to {LARGEST:,}.")
    exact = tuple(islice(_exact_designs(p0, p1, alpha, power, max_n), count))
    if not exact:
        raise InputError(
            f"No single-stage design of at most {max_n} patients tells {p1:g} from {p0:g} with type I error "
            f"{alpha:g} and power {power:g}. Allow more patients, widen p1 - p0, or relax alpha or power."
        )
    return SingleStageDesigns(p0, p1, alpha, power, exact, fleming_design(p0, p1, alpha, power))


def smallest_single_stage(
    p0: float, p1: float, alpha: float, power: float, max_n: int
) -> SingleStageDesign | None:
    """The smallest exact design; None, when it has more than `max_n` patients. Source: ahern_2001."""
    return next(_exact_designs(p0, p1, alpha, power, max_n), None)


def fleming_design(p0: float, p1: float, alpha: float, power: float) -> SingleStageDesign:
    """Fleming's design with one test, by the normal approximation, with its exact error rates.

    Patients: ((z_power sqrt(p1 (1 - p1)) + z_alpha sqrt(p0 (1 - p0))) / (p1 - p0))^2, the usual normal
    approximation, rounded up. Promising with more responses than the whole number nearest to
    n p0 + z_alpha sqrt(n p0 (1 - p0)).
    Source: fleming_1982, the last test.
    Raises: InputError, when the rates or errors are impossible or no such rule exists.
    """
    check_question(p0, p1, alpha, power)
    normal = NormalDist()
    z_alpha, z_power = normal.inv_cdf(1.0 - alpha), normal.inv_cdf(power)
    spread = z_power * math.sqrt(p1 * (1.0 - p1)) + z_alpha * math.sqrt(p0 * (1.0 - p0))
    size = (spread / (p1 - p0)) ** 2
    n = math.ceil(size * (1.0 - ROUNDING)) if spread > 0.0 else 0
    if n > LARGEST:
        raise InputError(
            f"Fleming's design for p0 = {p0:g}, p1 = {p1:g} needs {n:,} patients, more than {LARGEST:,}. "
            "Widen p1 - p0, or relax alpha or power."
        )
    return fleming_rule(max(n, 1), p0, alpha, p1)


def fleming_rule(n: int, p0: float, alpha: float, p1: float) -> SingleStageDesign:
    """Fleming's limit for a given number of patients, with its exact error rates.

    A trial so small that the limit lies beyond all its patients is never promising: r = n.
    Source: fleming_1982, the last test.
    """
    limit = n * p0 + NormalDist().inv_cdf(1.0 - alpha) * math.sqrt(n * p0 * (1.0 - p0))
    r = min(max(math.floor(limit + 0.5), 0), n)
    return SingleStageDesign(r, n, _more_than(r, binomial(n, p0)), _more_than(r, binomial(n, p1)))


def _more_than(r: int, distribution: FloatArray) -> float:
    tail = at_least(distribution)
    return float(tail[r + 1]) if r + 1 < tail.size else 0.0


def _exact_designs(
    p0: float, p1: float, alpha: float, power: float, max_n: int
) -> Iterator[SingleStageDesign]:
    null, alternative = binomial(0, p0), binomial(0, p1)
    for n in range(1, max_n + 1):
        null, alternative = one_more_patient(null, p0), one_more_patient(alternative, p1)
        tail = at_least(null)
        needed = int((tail > alpha * (1.0 + ROUNDING)).sum())  # the fewest responses that keep alpha
        if needed > n:
            continue
        reached = float(at_least(alternative)[needed])
        if reached >= power * (1.0 - ROUNDING):
            yield SingleStageDesign(needed - 1, n, float(tail[needed]), reached)
