"""From a model's tumour quantity to the lesion volumes that a trial measures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from trialkine.errors import InputError
from trialkine.model.declarations import Agent, Define, Index, Mechanism, Parameter, State
from trialkine.model.expression import Expression
from trialkine.model.model import Model
from trialkine.model.standalone import StandaloneModel
from trialkine.records import Kind, ParameterRecord
from trialkine.trial.own_model.mapping import TumourSize
from trialkine.trial.own_model.stated import Stated
from trialkine.trial.parameter_values import ParameterValue
from trialkine.units import conversion, dimension

Part = Mechanism | Agent
TUMOUR_SIZE = "tumour_size"
AT_START = "tumour_at_start"
CELLS, DENSITY, VOLUME, DIAMETER = "cell", "cell/cm**3", "cm**3", "cm"
SPHERE = math.pi / 6.0  # the volume of a sphere of unit diameter


@dataclass(frozen=True)
class SizeScale:
    """What a tumour quantity measures, and the factor that makes a volume of it.

    `measures` is one of the four units above; `factor` is cm**3 per unit of the quantity (of its cube, for
    a diameter), `unit` what the quantity is in, as the model or the mapping says.
    """

    measures: str
    unit: str
    factor: float

    @property
    def is_diameter(self) -> bool:
        """Whether the quantity is a length."""
        return self.measures == DIAMETER


def unit_of(model: Model, name: str) -> str:
    """The unit of a state or quantity of the model."""
    return model.states[name].unit if name in model.states else model.quantities[name].unit


def size_scale(tumour: TumourSize, model: Model) -> SizeScale:
    """How the mapped quantity becomes a volume.

    Raises: InputError, when nothing says what it measures, or its unit measures no size.
    """
    own, stated = unit_of(model, tumour.quantity), tumour.unit
    if stated is None and dimension(own).is_dimensionless:
        raise InputError(
            f"nothing says what 1 of '{tumour.quantity}' is: the model gives it no unit. Add 'unit: cell', "
            "'unit: cell/mL', 'unit: cm**3' or 'unit: mm'."
        )
    unit = stated or own
    if not dimension(own).is_dimensionless and dimension(unit).exponents != dimension(own).exponents:
        raise InputError(
            f"'{tumour.quantity}' is in {own} in the model, which '{unit}' does not measure. Leave `unit` "
            "out, or correct the model."
        )
    if stated is not None and not dimension(own).is_dimensionless:
        unit = own
    measures = _measured(tumour.quantity, unit)
    scale = conversion(unit, measures)
    if measures in (VOLUME, DIAMETER):
        return SizeScale(measures, unit, SPHERE * scale**3 if measures == DIAMETER else scale)
    return SizeScale(measures, unit, scale * _spread_over(tumour, measures) / _cells_per_volume(tumour))


def _cells_per_volume(tumour: TumourSize) -> float:
    """Units: returns [cell/cm**3]."""
    if tumour.cells_per_cm3 is None:
        raise InputError(
            f"'{tumour.quantity}' counts cells, and nothing says how many fill a volume. Add "
            "'cells_per_cm3: 1e9'."
        )
    density = tumour.cells_per_cm3.record("cells_per_cm3", DENSITY, "")
    assert isinstance(density.value, float)
    if density.value <= 0:
        raise InputError("'cells_per_cm3' must be above 0. Write it as in 'cells_per_cm3: 1e9'.")
    return density.value


def _spread_over(tumour: TumourSize, measures: str) -> float:
    """The volume over which a density of cells is spread; 1 for a count of cells. Units: returns [cm**3]."""
    if measures == CELLS:
        return 1.0
    if tumour.compartment is None:
        raise InputError(
            f"'{tumour.quantity}' is a density of cells, and nothing says over which volume. Add "
            "'compartment: 100 mL'."
        )
    volume = tumour.compartment.record("compartment", VOLUME, "")
    assert isinstance(volume.value, float)
    if volume.value <= 0:
        raise InputError("'compartment' must be above 0. Write it as in 'compartment: 100 mL'.")
    return volume.value


def _measured(name: str, unit: str) -> str:
    for measure in (CELLS, DENSITY, VOLUME, DIAMETER):
        if dimension(unit).exponents == dimension(measure).exponents:
            return measure
    raise InputError(
        f"'{name}' is in {unit}, which measures neither cells, nor a volume, nor a diameter. Name another "
        "quantity, or correct its unit in the model."
    )


def size_mechanism(tumour: TumourSize, model: Model, needs_start: bool) -> Mechanism:
    """The mechanism that defines the volume of every lesion and of all of them together."""
    lesion = Index("lesion", tuple(str(number + 1) for number in range(len(tumour.lesions))))
    own = unit_of(model, tumour.quantity)
    is_diameter = _is_diameter(tumour, model)
    per = f"cm**3/({own})" if not dimension(own).is_dimensionless else "cm**3"
    if is_diameter and not dimension(own).is_dimensionless:
        per = f"cm**3/({own})**3"
    share = "lesion_share / sum(lesion_share, lesion)"
    size = f"{tumour.quantity} * {share}"
    volume = f"volume_factor * ({size})**2 * ({size})" if is_diameter else f"volume_factor * {size}"
    what = "sum of diameters" if is_diameter else "volume"
    start = {"initial_burden": State("cm**3", "volume of all lesions at the start", initial="burden")}
    return Mechanism(
        name=TUMOUR_SIZE,
        about=f"What a scan sees: '{tumour.quantity}' of the model as a volume; every lesion keeps its "
        f"share of the {what}.",
        states=start if needs_start else {},
        parameters={
            "volume_factor": Parameter(per, f"volume of 1 of '{tumour.quantity}'"),
            "lesion_share": Parameter("", "size of a lesion relative to the others", (lesion,)),
        },
        defines=(
            Define("lesion_volume", "cm**3", volume, "volume of each lesion"),
            Define("burden", "cm**3", "sum(lesion_volume, lesion)", "volume of all lesions"),
        ),
    )


def _is_diameter(tumour: TumourSize, model: Model) -> bool:
    return size_scale(tumour, model).is_diameter


def size_records(tumour: TumourSize, model: Model, source: str) -> dict[str, ParameterRecord]:
    """The numbers of that mechanism."""
    scale = size_scale(tumour, model)
    own = size_mechanism(tumour, model, needs_start=False).parameters["volume_factor"].unit
    if tumour.cells_per_cm3 is not None and scale.measures in (CELLS, DENSITY):
        given = tumour.cells_per_cm3
        where = (
            f"one over cells_per_cm3 ({given.value}, {given.kind}{': ' + given.where if given.where else ''})"
        )
        kind: Kind = "assumed" if given.kind == "assumed" else "derived"
    else:
        kind, where = "derived", "a sphere" if scale.is_diameter else "a conversion of units"
    shares = {str(number + 1): share for number, share in enumerate(tumour.lesions)}
    is_one = len(shares) == 1
    return {
        "volume_factor": ParameterRecord("volume_factor", scale.factor, own, kind, source, where),
        "lesion_share": ParameterRecord(
            "lesion_share", shares, "", "derived" if is_one else "assumed", source,
            "one lesion stands for the whole tumour" if is_one else "shares of the mapping file",
        ),
    }  # fmt: skip


def start_record(start: Stated, tumour: TumourSize, model: Model, source: str) -> ParameterRecord:
    """The tumour at the start, in the unit of the model's state; a volume may be stated for a count of cells.

    Raises: InputError, when the stated size is of something else.
    """
    scale, own = size_scale(tumour, model), unit_of(model, tumour.quantity)
    value = start.value
    if value.unit is not None:
        stated = dimension(value.unit).exponents
        is_count = scale.measures in (CELLS, DENSITY)
        if is_count and stated == dimension(VOLUME).exponents:
            number = value.value * conversion(value.unit, VOLUME) / scale.factor
        else:
            number = value.value * conversion(value.unit, scale.unit)
        is_scaled = start.distribution == "normal" and start.sd is not None and value.value != 0.0
        sd = start.sd * number / value.value if is_scaled and start.sd is not None else start.sd
        start = start.model_copy(update={"value": ParameterValue(number), "sd": sd})
    return start.record(AT_START, own, source, f"'{tumour.quantity}' at the start")


def with_start(standalone: StandaloneModel, quantity: str) -> tuple[tuple[Part, ...], set[str]]:
    """The model's parts with the tumour's start as a parameter, and the parameters nobody reads any more.

    Raises: InputError, when the tumour is no single state.
    """
    model = standalone.model
    state = model.states.get(quantity)
    if state is None:
        raise InputError(
            f"'{quantity}' is computed from other quantities, so it has no start of its own. Leave "
            "`tumour_at_start` out, and `vary` the starts of what it is made of."
        )
    before = model.initials[quantity].names
    unread = {name for name in before if name in model.parameters and not _is_read(model, name, quantity)}
    return tuple(_restarted(part, quantity, state.unit, unread) for part in standalone.parts), unread


def _is_read(model: Model, parameter: str, apart_from: str) -> bool:
    """Whether anything but the start of one state reads a parameter."""
    texts = [*texts_of(model, apart_from), *model.scales.values()]
    named = {name for agent in model.agents.values() for name in agent.rule_parameters}
    return parameter in named or any(parameter in text.names for text in texts)


def texts_of(model: Model, apart_from: str = "") -> list[Expression]:
    """Every text of a model but the scales, and but the start of one state."""
    texts = [text for name, text in model.initials.items() if name != apart_from]
    texts += [one.rate for rates in model.rates.values() for one in rates]
    texts += [text for quantity in model.quantities.values() for text in quantity.texts]
    for event in model.events:
        texts += [event.when, *event.resets.values()]
    texts += [rule.when for rule in model.milestones]
    texts += [rule.when for rule in model.holds]
    texts += [rule.when for rule in model.delays]
    return [*texts, *(text for route in model.routes.values() for text in route.texts)]


def _restarted(part: Part, quantity: str, unit: str, unread: set[str]) -> Part:
    mechanism = part.mechanism if isinstance(part, Agent) else part
    kept = {name: one for name, one in mechanism.parameters.items() if name not in unread}
    states = dict(mechanism.states)
    if quantity in states:
        states[quantity] = replace(states[quantity], initial=AT_START)
        kept[AT_START] = Parameter(unit, "size of the tumour at the start")
    changed = replace(mechanism, parameters=kept, states=states)
    return replace(part, mechanism=changed) if isinstance(part, Agent) else changed
