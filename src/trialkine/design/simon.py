"""Simon's two-stage designs: an exact search over every rule.

The search walks the total sample size n upwards and carries, for every first stage (r1, n1), the joint
probability of passing it and of having t responses after n patients, under both response rates. It
ends when no first stage can bring the expected sample size below the best found: there is no largest n
to choose, and so none to choose too small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialkine.design.two_stage import TwoStageRule
from trialkine.errors import InputError

FloatArray = NDArray[np.float64]

_LARGEST_SINGLE_STAGE = 400  # patients; the tables grow with its cube


@dataclass(frozen=True)
class SimonDesign:
    """A two-stage rule with its exact error rates.

    `expected_patients` and `early_stop_probability` hold under the uninteresting response rate.
    """

    rule: TwoStageRule
    expected_patients: float
    early_stop_probability: float
    type_one_error: float
    power: float


@dataclass(frozen=True)
class SimonDesigns:
    """The designs for one question.

    `optimal` has the fewest expected patients, `minimax` the fewest patients at most (of those, the fewest
    expected). `admissible` are the others that are best for some weighing of the two sizes.
    Source: simon_1989; jung_2004 for `admissible`.
    """

    p0: float
    p1: float
    alpha: float
    power: float
    optimal: SimonDesign
    minimax: SimonDesign
    admissible: tuple[SimonDesign, ...]

    def rows(self) -> list[Mapping[str, str | int | float]]:
        """One row per design, minimax to optimal, in the column order that clinfun prints."""
        named = [("minimax", self.minimax), *(("admissible", one) for one in self.admissible)]
        return [_row(name, design) for name, design in [*named, ("optimal", self.optimal)]]


@dataclass(frozen=True)
class _FirstStages:
    """First stages still worth following, one row each, after the same number of patients.

    `passed_null` and `passed_alternative` [row, t]: probability of passing the first stage and of t
    responses so far.
    """

    r1: NDArray[np.int64]
    n1: NDArray[np.int64]
    stop: FloatArray
    passed_null: FloatArray
    passed_alternative: FloatArray

    def kept(self, rows: NDArray[np.bool_]) -> _FirstStages:
        return _FirstStages(
            self.r1[rows],
            self.n1[rows],
            self.stop[rows],
            self.passed_null[rows],
            self.passed_alternative[rows],
        )


def simon_designs(p0: float, p1: float, alpha: float, power: float) -> SimonDesigns:
    """All of Simon's designs for an uninteresting rate `p0` and a hoped-for rate `p1`.

    Raises: InputError, when the rates or errors are impossible or the trial would be too large.
    """
    _check_question(p0, p1, alpha, power)
    best_by_size: dict[int, SimonDesign] = {}
    best = np.inf
    stages = _no_stages()
    size = 1
    while True:
        size += 1
        stages = _advanced(_joined(stages, _entering(size - 1, p0, p1, power)), p0, p1)
        expected = stages.n1 + (1.0 - stages.stop) * (size - stages.n1)
        found = _best_of_size(stages, expected, size, alpha, power)
        if found is not None and found.expected_patients < best:
            best_by_size[size] = found
            best = found.expected_patients
        if best_by_size:
            stages = stages.kept(expected < best)  # a first stage only gets more expensive with n
            if not stages.n1.size and size >= best:
                break
    sizes = sorted(best_by_size)
    edge = _lower_edge([best_by_size[one] for one in sizes])
    return SimonDesigns(p0, p1, alpha, power, edge[-1], edge[0], tuple(edge[1:-1]))


def _check_question(p0: float, p1: float, alpha: float, power: float) -> None:
    if not 0.0 < p0 < p1 < 1.0:
        raise InputError(f"Response rates p0 = {p0}, p1 = {p1} do not fit. Write 0 < p0 < p1 < 1.")
    if not (0.0 < alpha < 1.0 and 0.0 < power < 1.0 and alpha < power):
        raise InputError(f"alpha = {alpha}, power = {power} do not fit. Write 0 < alpha < power < 1.")
    _check_size(p0, p1, alpha, power)


def _check_size(p0: float, p1: float, alpha: float, power: float) -> None:
    """Refuse questions that even a trial without an early look answers only with very many patients."""
    from scipy.stats import binom

    sizes = np.arange(2, _LARGEST_SINGLE_STAGE + 1)
    critical = binom.isf(alpha, sizes, p0)
    if not (binom.sf(critical, sizes, p1) >= power).any():
        raise InputError(
            f"Telling {p1} from {p0} needs more than {_LARGEST_SINGLE_STAGE} patients. "
            "Widen p1 - p0, or relax alpha or power."
        )


def _no_stages() -> _FirstStages:
    nothing = np.empty(0, dtype=np.int64)
    return _FirstStages(nothing, nothing, np.empty(0), np.empty((0, 1)), np.empty((0, 1)))


def _entering(first: int, p0: float, p1: float, power: float) -> _FirstStages:
    """First stages of `first` patients that keep the power possible."""
    from scipy.stats import binom

    counts = np.arange(first + 1)
    stop_alternative = binom.cdf(counts, first, p1)
    limits = counts[:-1][stop_alternative[:-1] <= 1.0 - power + 1e-12]
    has_passed = counts[np.newaxis, :] > limits[:, np.newaxis]
    return _FirstStages(
        limits.astype(np.int64),
        np.full(limits.size, first, dtype=np.int64),
        np.asarray(binom.cdf(limits, first, p0), dtype=np.float64),
        np.where(has_passed, binom.pmf(counts, first, p0), 0.0),
        np.where(has_passed, binom.pmf(counts, first, p1), 0.0),
    )


def _advanced(stages: _FirstStages, p0: float, p1: float) -> _FirstStages:
    """The same first stages after one more patient."""
    return _FirstStages(
        stages.r1,
        stages.n1,
        stages.stop,
        _one_more(stages.passed_null, p0),
        _one_more(stages.passed_alternative, p1),
    )


def _one_more(passed: FloatArray, rate: float) -> FloatArray:
    wider = np.zeros((passed.shape[0], passed.shape[1] + 1))
    wider[:, :-1] = (1.0 - rate) * passed
    wider[:, 1:] += rate * passed
    return wider


def _joined(first: _FirstStages, second: _FirstStages) -> _FirstStages:
    if not first.n1.size:
        return second
    if not second.n1.size:
        return first
    return _FirstStages(
        np.concatenate((first.r1, second.r1)),
        np.concatenate((first.n1, second.n1)),
        np.concatenate((first.stop, second.stop)),
        np.concatenate((first.passed_null, second.passed_null)),
        np.concatenate((first.passed_alternative, second.passed_alternative)),
    )


def _best_of_size(
    stages: _FirstStages, expected: FloatArray, size: int, alpha: float, power: float
) -> SimonDesign | None:
    """The design of `size` patients with the fewest expected; each row takes its least strict valid r."""
    if not stages.n1.size:
        return None
    above_null = np.cumsum(stages.passed_null[:, ::-1], axis=1)[:, ::-1]  # [row, t]: at least t responses
    above_alternative = np.cumsum(stages.passed_alternative[:, ::-1], axis=1)[:, ::-1]
    within = (above_null > alpha).sum(axis=1)  # fewest responses whose chance under p0 is within alpha
    needed = np.maximum(within, stages.r1 + 1)
    rows = np.arange(needed.size)
    inside = np.minimum(needed, size)
    is_valid = (needed <= size) & (above_alternative[rows, inside] >= power)
    if not is_valid.any():
        return None
    row = int(np.where(is_valid, expected, np.inf).argmin())
    total = int(needed[row])
    return SimonDesign(
        TwoStageRule(int(stages.r1[row]), int(stages.n1[row]), total - 1, size),
        float(expected[row]),
        float(stages.stop[row]),
        float(above_null[row, total]),
        float(above_alternative[row, total]),
    )


def _lower_edge(designs: list[SimonDesign]) -> list[SimonDesign]:
    """The corners of the convex lower edge of (n, expected n); `designs` in order of n."""
    edge: list[SimonDesign] = []
    for design in designs:
        while len(edge) > 1 and not _is_corner(edge[-2], edge[-1], design):
            edge.pop()
        edge.append(design)
    return edge


def _is_corner(left: SimonDesign, middle: SimonDesign, right: SimonDesign) -> bool:
    """Whether `middle` lies below the line from `left` to `right`."""
    span = right.rule.n - left.rule.n
    share = (middle.rule.n - left.rule.n) / span
    line = left.expected_patients + share * (right.expected_patients - left.expected_patients)
    return middle.expected_patients < line - 1e-9


def _row(name: str, design: SimonDesign) -> Mapping[str, str | int | float]:
    rule = design.rule
    return {
        "design": name,
        "r1": rule.r1,
        "n1": rule.n1,
        "r": rule.r,
        "n": rule.n,
        "en_p0": design.expected_patients,
        "pet_p0": design.early_stop_probability,
        "alpha": design.type_one_error,
        "power": design.power,
    }
