"""Simon's two-stage designs: optimal, minimax and those between, by an exact search over every rule.

The search ends when no larger trial can bring the expected number of patients below the best found: there
is no largest n to choose, and so none to choose too small. Who has a largest n says so, and is told when
it cut the search short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from trialkine.design.binomial import check_question
from trialkine.design.shown_table import ShownTable
from trialkine.design.simon_search import FoundRule, SimonSearch
from trialkine.design.single_stage import smallest_single_stage
from trialkine.design.two_stage import TwoStageRule
from trialkine.errors import InputError

LARGEST_SINGLE_STAGE = 400  # patients; finer questions are searched only when a largest n is given
LARGEST_MAX_N = 1000  # patients; the work grows with its cube

CLINFUN_HEAD = ("r1", "n1", "r", "n", "EN(p0)", "PET(p0)")
_WEIGHT_HEAD = ("qLo", "qHi")


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
    expected). `admissible` are the others that are best for some weighing q of the two sizes, that is
    minimise q n + (1 - q) EN(p0). `max_n` is the largest n searched, if that bound ended the search before
    it was certain that no larger trial expects fewer patients.
    Source: simon_1989; jung_2004 for `admissible`.
    """

    p0: float
    p1: float
    alpha: float
    power: float
    optimal: SimonDesign
    minimax: SimonDesign
    admissible: tuple[SimonDesign, ...]
    max_n: int | None = None

    def named(self) -> list[tuple[str, SimonDesign]]:
        """Every design with its kind, minimax to optimal."""
        between = (("admissible", one) for one in self.admissible)
        return [("minimax", self.minimax), *between, ("optimal", self.optimal)]

    def weights(self) -> list[tuple[float, float]]:
        """For each design, minimax to optimal, the range of q for which it is best.

        The limit between two neighbours is the q at which both weigh the same.
        """
        corners = [self.minimax, *self.admissible]
        corners += [self.optimal] if self.optimal != self.minimax else []
        limits = [1.0, *(_even_weight(*pair) for pair in pairwise(corners)), 0.0]
        found = list(zip(limits[1:], limits[:-1], strict=True))
        return found if len(corners) > 1 else found * 2

    def rows(self) -> list[Mapping[str, str | int | float]]:
        """One row per design, minimax to optimal, in the column order that clinfun prints."""
        return [_row(name, design) for name, design in self.named()]

    def table(self, *, with_admissible: bool = True) -> ShownTable:
        """The designs in clinfun's columns, then both exact error rates; qLo and qHi if all are shown."""
        named = self.named() if with_admissible else [("minimax", self.minimax), ("optimal", self.optimal)]
        weights = self.weights() if with_admissible else [None] * len(named)
        head = ("", *CLINFUN_HEAD, *(_WEIGHT_HEAD if with_admissible else ()), "type I error", "power")
        rows = tuple(
            _cells(name, design, weight) for (name, design), weight in zip(named, weights, strict=True)
        )
        title = (
            f"Simon's two-stage designs for p0 = {self.p0:g}, p1 = {self.p1:g}: "
            f"type I error at most {self.alpha:g}, power at least {self.power:g}"
        )
        return ShownTable(title, head, rows, tuple(self._notes()))

    def _notes(self) -> list[str]:
        notes = ["Stop after n1 patients with r1 responses or fewer; promising with more than r among n."]
        if self.max_n is not None:
            notes.append(
                f"Only trials of at most {self.max_n} patients were searched: "
                "a larger one may expect fewer patients than the optimal one here."
            )
        return notes

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


def simon_designs(
    p0: float, p1: float, alpha: float, power: float, *, max_n: int | None = None
) -> SimonDesigns:
    """All of Simon's designs for an uninteresting rate `p0` and a hoped-for rate `p1`.

    Of rules with the same n and the same expected patients, the one with the least r, and so the most
    power. With `max_n` the search ends there at the latest. Error rates that exceed their limit by less
    than 1e-12 of it count as equal to it.
    Source: simon_1989; jung_2004.
    Raises: InputError, when the rates or errors are impossible, the trial would be too large, or no rule of
    at most `max_n` patients keeps both error rates.
    """
    check_question(p0, p1, alpha, power)
    _check_size(p0, p1, alpha, power, max_n)
    search = SimonSearch(p0, p1, alpha, power)
    found = [_design(rule) for rule in search.improvements(float("inf") if max_n is None else max_n)]
    if not found:
        raise InputError(
            f"No two-stage design of at most {max_n} patients tells {p1:g} from {p0:g} with type I error "
            f"{alpha:g} and power {power:g}. Allow more patients, widen p1 - p0, or relax alpha or power."
        )
    edge = lower_edge(found)
    is_cut = max_n is not None and not search.is_complete(max_n)
    return SimonDesigns(p0, p1, alpha, power, edge[-1], edge[0], tuple(edge[1:-1]), max_n if is_cut else None)


def _check_size(p0: float, p1: float, alpha: float, power: float, max_n: int | None) -> None:
    """Refuse questions that even a trial without an early look answers only with very many patients."""
    if max_n is not None:
        if not 2 <= max_n <= LARGEST_MAX_N:
            raise InputError(
                f"The largest number of patients, {max_n}, is out of range. Write 2 to {LARGEST_MAX_N:,}."
            )
    elif smallest_single_stage(p0, p1, alpha, power, LARGEST_SINGLE_STAGE) is None:
        raise InputError(
            f"Telling {p1} from {p0} needs more than {LARGEST_SINGLE_STAGE} patients. "
            "Widen p1 - p0, or relax alpha or power; "
            f"or name the largest trial that you would run, up to {LARGEST_MAX_N:,} patients."
        )


def _design(found: FoundRule) -> SimonDesign:
    return SimonDesign(
        TwoStageRule(found.r1, found.n1, found.r, found.n),
        found.expected_patients,
        found.early_stop_probability,
        found.type_one_error,
        found.power,
    )


def lower_edge(designs: list[SimonDesign]) -> list[SimonDesign]:
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


def _even_weight(smaller: SimonDesign, larger: SimonDesign) -> float:
    """The q at which q n + (1 - q) EN(p0) is the same for both."""
    saved = smaller.expected_patients - larger.expected_patients
    return saved / (saved + larger.rule.n - smaller.rule.n)


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


def _cells(name: str, design: SimonDesign, weight: tuple[float, float] | None) -> tuple[str, ...]:
    rule = design.rule
    counts = (str(number) for number in (rule.r1, rule.n1, rule.r, rule.n))
    sizes = (f"{design.expected_patients:.2f}", f"{design.early_stop_probability:.4f}")
    shares = () if weight is None else tuple(f"{limit:.3f}" for limit in weight)
    return (
        name.capitalize(),
        *counts,
        *sizes,
        *shares,
        f"{design.type_one_error:.4f}",
        f"{design.power:.4f}",
    )
