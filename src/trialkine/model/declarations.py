"""The words of the modelling language: frozen declarations with equation text, and no numbers.

A mechanism lists its states and parameters and says what it does with five verbs: **flow** (moves
amount between states), **define** (names a quantity; one owner), **add** (contributes a term to a named
total), **scale** (multiplies a defined quantity) and **event** (resets states where a condition is met).
Equation text knows `+ - * / **`, comparison at the top of a condition, the numbers 0, 1 and 2, names,
and the functions `exp log sqrt min max positive hill sum`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialkine.errors import ModelError


@dataclass(frozen=True)
class Index:
    """An axis along which states and parameters repeat, such as lesions or clones."""

    name: str
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.members or len(set(self.members)) < len(self.members):
            raise ModelError(f"Index '{self.name}' needs members, each named once; it has {self.members}.")


@dataclass(frozen=True)
class State:
    """A quantity that the equations move through time.

    `initial` is equation text for the value at the start; it may read parameters, and states and
    quantities whose own starts do not need this one. `scale`, in parameters alone, is the size below which
    differences do not matter (the solver's absolute tolerance is a fraction of it).
    """

    unit: str
    about: str
    initial: str = "0"
    index: tuple[Index, ...] = ()
    scale: str = "1"
    is_nonnegative: bool = True


@dataclass(frozen=True)
class Parameter:
    """A quantity that stays constant in one patient; its value lives in a data file."""

    unit: str
    about: str
    index: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Define:
    """A named quantity; exactly one mechanism owns it. `null` is its value when that mechanism is off."""

    name: str
    unit: str
    expression: str
    about: str
    null: str | None = None


@dataclass(frozen=True)
class Total:
    """A named sum to which any mechanism may add terms; zero without any."""

    name: str
    unit: str
    about: str


@dataclass(frozen=True)
class Flow:
    """Moves amount from `source` to `sink` (either may be absent: the outside) at `rate`."""

    rate: str
    source: str | None = None
    sink: str | None = None


@dataclass(frozen=True)
class Add:
    """Contributes a term to a total that some mechanism declares."""

    to: str
    term: str


@dataclass(frozen=True)
class Scale:
    """Multiplies a defined quantity by a pure number that is 1 where the mechanism does nothing."""

    target: str
    by: str


@dataclass(frozen=True)
class Event:
    """Where `when` becomes true, the states in `resets` take new values at that located time."""

    name: str
    when: str
    resets: Mapping[str, str]
    about: str


@dataclass(frozen=True)
class Milestone:
    """Where `when` first becomes true, the patient's clock stops there and the trial is told."""

    name: str
    when: str
    about: str


@dataclass(frozen=True)
class Route:
    """How a dose reaches the model.

    `amount` is `dose` times equation text in parameters, in the unit of the state `into`; `duration`
    [day] is equation text for a release that the route itself prolongs (absent: at once, or as long as the
    protocol's infusion); `delay` [day] is a lag before the dose arrives. `infused` says whether the
    protocol must state an infusion time.
    """

    into: str
    amount: str
    about: str
    duration: str | None = None
    delay: str | None = None
    infused: bool = False


@dataclass(frozen=True)
class Hold:
    """A dose that falls due while `when` is true is not given.

    After `end_cycle_after` (the name of a parameter) consecutive holds the rest of the cycle is dropped.
    """

    name: str
    when: str
    about: str
    end_cycle_after: str | None = None


@dataclass(frozen=True)
class Delay:
    """A cycle that falls due while `when` is true is put off, a week at a time.

    `longest` names the parameter [day] after which the agent is ended for toxicity instead.
    """

    name: str
    when: str
    about: str
    longest: str


@dataclass(frozen=True)
class Reduction:
    """Later doses are multiplied by the parameter `to` once a toxicity has reached `grade` in a cycle."""

    toxicity: str
    grade: int
    to: str
    about: str


@dataclass(frozen=True)
class Stop:
    """The agent is ended for good once a toxicity has reached `grade`."""

    toxicity: str
    grade: int
    about: str


@dataclass(frozen=True)
class Product:
    """A cell product, made to order for one patient.

    `ready_after` [day] is equation text in parameters, from the order to the release; `failure` names the
    parameter that is the share of products never released.
    """

    ready_after: str
    failure: str | None = None


@dataclass(frozen=True)
class Mechanism:
    """One biological process, or one drug, as data.

    `nulls` gives the value that other mechanisms read for each of this one's states when it is off; a
    definition carries its own null. `watched` names states or definitions with one value per patient whose
    lowest and highest values the solver records. `neutral` gives values of parameters with which the
    mechanism changes nothing for others, as if it were off.
    """

    name: str
    about: str
    states: Mapping[str, State] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    defines: tuple[Define, ...] = ()
    totals: tuple[Total, ...] = ()
    flows: tuple[Flow, ...] = ()
    adds: tuple[Add, ...] = ()
    scales: tuple[Scale, ...] = ()
    events: tuple[Event, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    nulls: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    neutral: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.neutral:
            if name not in self.parameters:
                raise ModelError(
                    f"Mechanism '{self.name}' declares a neutral value of '{name}', which is not one of its "
                    "parameters. Correct the name."
                )
        for name in self.nulls:
            if name not in self.states:
                raise ModelError(
                    f"Mechanism '{self.name}' declares a null for '{name}', which is not one of its states. "
                    "Give a definition its null where it is defined."
                )


@dataclass(frozen=True)
class Agent:
    """A drug or cell product: a mechanism, the unit of its doses, its routes and its own rules for doses."""

    mechanism: Mechanism
    dose_unit: str
    routes: Mapping[str, Route]
    holds: tuple[Hold, ...] = ()
    dose_bases: tuple[str, ...] = ("flat", "kg", "m2")
    title: str = ""
    drug_class: str = ""
    delays: tuple[Delay, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    stops: tuple[Stop, ...] = ()
    product: Product | None = None

    @property
    def name(self) -> str:
        """The agent's name, which is its mechanism's."""
        return self.mechanism.name

    @property
    def rule_parameters(self) -> tuple[str, ...]:
        """The parameters that its rules for doses name, each once."""
        named = (
            *(hold.end_cycle_after for hold in self.holds),
            *(delay.longest for delay in self.delays),
            *(reduction.to for reduction in self.reductions),
            self.product.failure if self.product is not None else None,
        )
        return tuple(dict.fromkeys(name for name in named if name is not None))
