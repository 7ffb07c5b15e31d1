"""Faults between a mapping and the model it names, each where it stands in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from trialkine.diseases.disease import disease_names
from trialkine.errors import InputError, ModelError
from trialkine.model.declarations import Agent, Mechanism, Parameter
from trialkine.model.model import Model
from trialkine.model.standalone import StandaloneModel
from trialkine.population.correlation import gaussian_copula
from trialkine.population.distributions import check_variability
from trialkine.population.parameters import flat_values
from trialkine.records import ParameterRecord
from trialkine.toxicity.terms import terms
from trialkine.trial.measurement import measurement_records
from trialkine.trial.own_model import processes
from trialkine.trial.own_model.bridge import bridge_parts
from trialkine.trial.own_model.dosing import agent_of, check_target, dosing_records, is_replaceable
from trialkine.trial.own_model.mapping import (
    DoseTarget,
    ModelMapping,
    Process,
    Sections,
    ToxicitySign,
    TumourSize,
)
from trialkine.trial.own_model.stated import Spread, in_unit, is_by_definition
from trialkine.trial.own_model.toxicity_signs import sign_record
from trialkine.trial.own_model.tumour import (
    AT_START,
    size_records,
    size_scale,
    start_record,
    unit_of,
    with_start,
)
from trialkine.trial.reading import KeyPath
from trialkine.trial.sentences import Fault, choice_hint
from trialkine.trial.words import shorten

OF_BRIDGE = ("burden",)
DEATH_TERM = "hypotension"


def mapping_faults(found: Sections, standalone: StandaloneModel) -> Iterator[Fault]:
    """Everything that does not go together, in whatever could be read of the file.

    What names an entry of another section is looked at once all sections could be read.
    """
    model = standalone.model
    yield from _tumour_faults(found, standalone)
    for name, target in found.doses.items():
        yield from _dose_faults(("doses", name), name, target, found, standalone)
    yield from _vary_faults(found, standalone)
    for name, sign in found.toxicity.items():
        yield from _toxicity_faults(("toxicity", name), name, sign, model)
    yield from _hazard_faults(found, model)
    if found.symptoms is not None:
        yield from _process_faults(("symptoms",), found.symptoms, processes.symptoms().parameters)
    for place, bound in enumerate(found.patients.plausible):
        path: KeyPath = ("patients", "plausible", place, "quantity")
        yield from _quantity_faults(path, bound.quantity, model, OF_BRIDGE)
        unit = _unit(bound.quantity, model)
        for key in ("at_least", "at_most"):
            value = getattr(bound, key)
            if value is not None and unit is not None:
                yield from _tried((*path[:-1], key), partial(in_unit, value, unit))
    yield from _measurement_faults(found)


def _tumour_faults(found: Sections, standalone: StandaloneModel) -> Iterator[Fault]:
    tumour, model = found.tumour, standalone.model
    if tumour is None:
        return
    faults = list(_quantity_faults(("tumour", "quantity"), tumour.quantity, model))
    if not faults:
        faults += _tried(("tumour",), lambda: size_scale(tumour, model))
    if not faults:
        faults += _tried(("tumour",), lambda: size_records(tumour, model, ""))
        faults += _start_faults(found, tumour, standalone)
    yield from faults


def _start_faults(found: Sections, tumour: TumourSize, standalone: StandaloneModel) -> list[Fault]:
    start, path = found.patients.tumour_at_start, ("patients", "tumour_at_start")
    if start is None:
        return []
    faults = _tried(path, lambda: with_start(standalone, tumour.quantity))

    def checked() -> None:
        record = start_record(start, tumour, standalone.model, "")
        assert isinstance(record.value, float)
        if record.value <= 0:
            raise InputError("'tumour_at_start' must be above 0: a trial enrols patients with a tumour.")
        check_variability(AT_START, record.value, record.variability)

    return faults or _tried(path, checked)


def _dose_faults(
    path: KeyPath, name: str, target: DoseTarget, found: Sections, standalone: StandaloneModel
) -> Iterator[Fault]:
    model = standalone.model
    own = {part.name for part in standalone.parts if not is_replaceable(part)}
    taken = {*model.states, *model.parameters, *model.quantities, *own}
    if not name.isidentifier():
        yield path, f"'{shorten(name, 40)}' is no name of an agent. Write it in words joined by '_'.", None
        return
    if name in taken:
        what = "an agent" if name in model.agents else "something"
        yield path, f"the model itself has {what} named '{name}'. Give this agent another name.", None
        return
    faults = _tried((*path, "into"), lambda: check_target(target, model))
    for place, rule in enumerate(target.hold):
        faults += _quantity_faults((*path, "hold", place, "quantity"), rule.quantity, model)
    for place, reduction in enumerate(target.reduce):
        faults += _rule_faults((*path, "reduce", place, "toxicity"), reduction.toxicity, found)
    for place, stop in enumerate(target.stop):
        faults += _rule_faults((*path, "stop", place, "toxicity"), stop.toxicity, found)
    faults += [] if faults else _tried(path, lambda: dosing_records(name, target, model, ""))
    yield from faults


def _rule_faults(path: KeyPath, toxicity: str, found: Sections) -> list[Fault]:
    """A rule for doses that reads a toxicity which the mapping does not show."""
    if toxicity in found.toxicity or not isinstance(found, ModelMapping):
        return []
    advice = choice_hint(toxicity, found.toxicity) if found.toxicity else "Add it under `toxicity`."
    return [(path, f"no toxicity of this mapping is named '{shorten(toxicity, 40)}'. {advice}", None)]


def _vary_faults(found: Sections, standalone: StandaloneModel) -> Iterator[Fault]:
    model, varying = standalone.model, set[str]()
    for name, spread in found.vary.items():
        path = ("vary", name)
        if name not in model.parameters:
            yield path, _no_parameter(name, model), None
            continue
        if is_by_definition(standalone.records[name]):
            message = f"'{name}' converts units and is the same for every patient. Leave it out of `vary`."
            yield path, message, None
            continue
        yield from _tried(path, partial(_check_spread, spread, standalone.records[name]))
        varying |= set(flat_values(standalone.records[name]))
    if isinstance(found, ModelMapping):
        yield from _correlation_faults(found, varying | _varying_beside(found))


def _check_spread(spread: Spread, record: ParameterRecord) -> None:
    """Raises: InputError, when the number cannot differ between patients as stated."""
    varied = spread.applied_to(record, "")
    for flat, value in flat_values(varied).items():
        check_variability(flat, value, varied.variability)


def _varying_beside(found: Sections) -> set[str]:
    """What else differs between patients than the model's own parameters."""
    start = found.patients.tumour_at_start
    names = {AT_START} if start is not None and start.distribution is not None else set[str]()
    if found.hazard is not None:
        names.add("frailty")
    for name, sign in found.toxicity.items():
        if sign.severe_at is not None and sign.severe_at.distribution is not None:
            names.add(f"{name}_level")
    return names


def _correlation_faults(found: Sections, varying: set[str]) -> Iterator[Fault]:
    """Correlations one by one, and all together where each is in order."""
    pairs = [(*together.between, together.value) for together in found.correlations]
    single = [
        fault
        for place, pair in enumerate(pairs)
        for fault in _tried(("correlations", place), partial(gaussian_copula, [pair], varying))
    ]
    yield from single or _tried(("correlations",), partial(gaussian_copula, pairs, varying))


def _no_parameter(name: str, model: Model) -> str:
    said = shorten(name, 40)
    if name in model.states:
        return (
            f"'{said}' is a state, and patients differ in parameters. Vary its start, or what it depends on."
        )
    if name in model.quantities:
        return f"'{said}' is computed. Vary the parameters it is computed from."
    return f"no parameter of the model is named '{said}'. {choice_hint(name, model.parameters)}"


def _toxicity_faults(path: KeyPath, name: str, sign: ToxicitySign, model: Model) -> Iterator[Fault]:
    if name not in terms():
        yield path, f"no toxicity is named '{shorten(name, 40)}'. {choice_hint(name, terms())}", None
        return
    faults = list(_quantity_faults((*path, "quantity"), sign.quantity, model))
    yield from faults or _tried(path, lambda: sign_record(name, sign, model, ""))
    if sign.death is None:
        return
    if name != DEATH_TERM:
        message = f"death from treatment follows {DEATH_TERM} alone. Leave `death` out here."
        yield (*path, "death"), message, None
    else:
        yield from _process_faults((*path, "death"), sign.death, processes.treatment_death().parameters)


def _hazard_faults(found: Sections, model: Model) -> Iterator[Fault]:
    hazard, path = found.hazard, ("hazard",)
    if hazard is None:
        return
    unit: str | None = ""
    if hazard.quantity is not None:
        faults = list(_quantity_faults((*path, "quantity"), hazard.quantity, model))
        unit = None if faults else unit_of(model, hazard.quantity)
        yield from faults
    elif hazard.at is not None:
        message = (
            "`at` goes with a `quantity`. Of the tumour, write 'reference_burden: 50 cm**3' under `values`."
        )
        yield (*path, "at"), message, None
    levels: Iterable[str] = ()
    if unit is not None and hazard.quantity is not None:
        yield from _tried(path, lambda: processes.level_records(hazard, unit or "", ""))
        levels = processes.LEVELS
    parameters = processes.death(hazard, unit or "").parameters
    named = {name: one for name, one in parameters.items() if name not in levels}
    yield from _process_faults(path, hazard, named)


def _process_faults(path: KeyPath, process: Process, parameters: Mapping[str, Parameter]) -> Iterator[Fault]:
    if process.like is not None and process.like not in disease_names():
        hint = choice_hint(process.like, disease_names())
        yield (*path, "like"), f"no disease is named '{shorten(process.like, 40)}'. {hint}", None
        return
    yield from _tried(path, lambda: processes.process_records(process, parameters, ""))


def _measurement_faults(found: Sections) -> Iterator[Fault]:
    known = measurement_records()
    for name, stated in found.measurement.items():
        path = ("measurement", name)
        if name not in known:
            hint = choice_hint(name, known)
            yield path, f"no number of the measurement is named '{shorten(name, 40)}'. {hint}", None
        elif stated.distribution is not None:
            yield path, f"'{name}' is one number for all patients. Leave its distribution out.", None
        else:
            yield from _tried(path, partial(in_unit, stated.value, known[name].unit))


def _quantity_faults(path: KeyPath, name: str, model: Model, more: tuple[str, ...] = ()) -> list[Fault]:
    """A quantity that is not there, or has several values."""
    single = (*model.single_names, *more)
    if name in single:
        return []
    said = shorten(name, 40)
    if name in model.parameters:
        return [(path, f"'{said}' is a parameter, which never changes. {choice_hint(name, single)}", None)]
    if name in model.observable_names:
        return [(path, f"'{said}' has several values. Name a sum of them.", None)]
    return [(path, f"no quantity of the model is named '{said}'. {choice_hint(name, single)}", None)]


def _unit(name: str, model: Model) -> str | None:
    if name in model.single_names:
        return unit_of(model, name)
    return "cm**3" if name in OF_BRIDGE else None


def name_faults(found: Sections, standalone: StandaloneModel) -> list[Fault]:
    """Names of the model that a trial needs for its own quantities."""
    model = standalone.model
    mine = {*model.states, *model.parameters, *model.quantities}
    mine |= {part.name for part in standalone.parts if not is_replaceable(part)}
    try:
        parts: list[Mechanism | Agent] = [*bridge_parts(found, model)]
        parts += [agent_of(*one, model) for one in found.doses.items()]
    except (InputError, KeyError):
        return []  # reported where the name or unit is
    needed = set[str]()
    for part in parts:
        mechanism = part.mechanism if isinstance(part, Agent) else part
        needed |= {mechanism.name, *mechanism.states, *mechanism.parameters}
        needed |= {define.name for define in mechanism.defines}
    needed |= {AT_START} if found.patients.tumour_at_start is not None else set()
    return [
        (
            ("model",),
            f"the model has its own '{name}', a name that the trial needs. Rename it in the model's file.",
            None,
        )
        for name in sorted(mine & needed)
    ]


def _tried(path: KeyPath, action: Callable[[], object]) -> list[Fault]:
    """The fault that an action raises, where it stands."""
    try:
        action()
    except (InputError, ModelError) as error:
        return [(path, str(error), None)]
    return []
