"""The grammar of a mapping file: which quantity of a model is what in a trial."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from trialkine.trial.own_model.stated import Spread, StatedNumber, UnitText
from trialkine.trial.protocol_parts import Part
from trialkine.trial.values import Correlation, Count, Name, ParameterValueText, PositiveNumber, Share, Text

RouteName = Literal["intravenous", "subcutaneous", "oral", "intranasal"]
Basis = Literal["flat", "kg", "m2"]
Grade = Literal[1, 2, 3, 4]


class TumourSize(Part):
    """Which quantity is the size of the tumour, and how it becomes a volume."""

    quantity: Name = Field(description="A state or computed quantity of the model.", examples=["T"])
    unit: UnitText | None = Field(
        default=None,
        description="What 1 of it is: cells, a density of cells, a volume, or a diameter. Needed where the "
        "model states none.",
        examples=["cell", "cm**3", "mm"],
    )
    cells_per_cm3: StatedNumber | None = Field(
        default=None, description="Cells in a cubic centimetre, if it counts cells.", examples=[1e9]
    )
    compartment: StatedNumber | None = Field(
        default=None,
        description="Volume over which the cells are spread, if it is a density of cells such as cell/mL.",
        examples=["100 mL"],
    )
    lesions: tuple[PositiveNumber, ...] = Field(
        default=(1.0,),
        description="Sizes of the measured lesions relative to each other; each follows the whole. Shares of "
        "the volume, or of the sum of diameters where the model has diameters.",
        min_length=1,
        max_length=5,
        examples=[[3, 2, 1]],
    )


class HoldWhile(Part):
    """A dose that falls due while a quantity is above, or below, a level is not given."""

    quantity: Name = Field(description="A quantity of the model.", examples=["IL"])
    above: StatedNumber | None = Field(default=None, description="Held above this level.", examples=[100])
    below: StatedNumber | None = Field(default=None, description="Held below this level.", examples=[1.5])
    end_cycle_after: Count | None = Field(
        default=None, description="Holds in a row after which the rest of the run is dropped.", examples=[3]
    )

    @model_validator(mode="after")
    def _one_level(self) -> HoldWhile:
        if (self.above is None) == (self.below is None):
            raise ValueError("has no single level. Write either 'above' or 'below'.")
        return self


class ReduceAfter(Part):
    """Later doses are multiplied once a toxicity has reached a grade."""

    toxicity: Name = Field(description="A toxicity of this mapping.", examples=["neutrophils"])
    grade: Grade = Field(description="The grade that is reached.", examples=[3])
    to: Share = Field(description="By what later doses are multiplied.", examples=[0.75])


class StopAfter(Part):
    """The agent is stopped once a toxicity has reached a grade."""

    toxicity: Name = Field(description="A toxicity of this mapping.", examples=["hypotension"])
    grade: Grade = Field(description="The grade that is reached.", examples=[4])


class DoseTarget(Part):
    """The state that takes the doses of an agent."""

    into: Name = Field(description="A state of the model.", examples=["IL"])
    unit: UnitText = Field(description="The unit of doses.", examples=["mg"])
    per_unit: StatedNumber | None = Field(
        default=None,
        description="Rise of the state, in its unit, by a dose of 1 `unit`. Not needed between amounts.",
        examples=[200],
    )
    volume: StatedNumber | None = Field(
        default=None,
        description="Instead of `per_unit`, for a concentration: the volume a dose is diluted in.",
        examples=["5 L"],
    )
    routes: tuple[RouteName, ...] = Field(
        description="Routes a protocol may use; all go straight into the state.",
        min_length=1,
        examples=[["intravenous"]],
    )
    bases: tuple[Basis, ...] = Field(
        default=("flat", "kg", "m2"),
        description="What doses may be scaled to, the usual one first.",
        min_length=1,
        examples=[["m2", "flat"]],
    )
    title: Text | None = Field(default=None, description="The agent's name in reports.", examples=["IL-2"])
    hold: tuple[HoldWhile, ...] = Field(default=(), description="When a dose is not given.")
    reduce: tuple[ReduceAfter, ...] = Field(default=(), description="When later doses are smaller.")
    stop: tuple[StopAfter, ...] = Field(default=(), description="When the agent is stopped for good.")

    @model_validator(mode="after")
    def _one_amount(self) -> DoseTarget:
        if self.per_unit is not None and self.volume is not None:
            raise ValueError("per_unit and volume both say how far a dose raises the state. Keep one.")
        return self


class Together(Part):
    """How far two varying numbers go together between patients."""

    between: tuple[Name, Name] = Field(description="Two names.", examples=[["growth_rate", "frailty"]])
    value: Correlation = Field(description="Correlation of their normal scores.", examples=[0.3])


class Plausible(Part):
    """A bound at the start, beyond which a drawn patient is turned away and counted."""

    quantity: Name = Field(description="A quantity of the model.", examples=["burden"])
    at_least: ParameterValueText | None = Field(
        default=None, description="Lower bound.", examples=["1 cm**3"]
    )
    at_most: ParameterValueText | None = Field(
        default=None, description="Upper bound.", examples=["1000 cm**3"]
    )
    reason: Name | None = Field(
        default=None, description="Why such a patient is turned away.", examples=["too large"]
    )

    @model_validator(mode="after")
    def _bounded(self) -> Plausible:
        if self.at_least is None and self.at_most is None:
            raise ValueError("has no bound. Write 'at_least', 'at_most' or both.")
        return self


class PatientsAtStart(Part):
    """How patients enter the trial."""

    tumour_at_start: StatedNumber | None = Field(
        default=None,
        description="Size of the tumour at the start; absent: as the model begins.",
        examples=["60 cm**3"],
    )
    plausible: tuple[Plausible, ...] = Field(default=(), description="Bounds on drawn patients.")


class Process(Part):
    """One of the package's processes, with numbers of a disease and of this file."""

    like: Name | None = Field(
        default=None, description="A disease whose numbers are taken over.", examples=["melanoma"]
    )
    values: dict[str, StatedNumber] = Field(
        default_factory=dict, description="Numbers of its own, by the process's names."
    )


class Hazard(Process):
    """The hazard of death from the disease."""

    quantity: Name | None = Field(
        default=None, description="What drives it; absent: the tumour.", examples=["T"]
    )
    at: StatedNumber | None = Field(
        default=None, description="The level of `quantity` at which the rate is stated.", examples=[1e10]
    )


class ToxicitySign(Part):
    """Which quantity shows a toxicity."""

    quantity: Name = Field(description="A quantity of the model.", examples=["IL"])
    severe_at: StatedNumber | None = Field(
        default=None,
        description="Level at which grade 3 begins; grades 1, 2 and 4 begin in proportion. Left out where "
        "the toxicity has a unit of its own.",
        examples=[50],
    )
    death: Process | None = Field(
        default=None, description="Death from treatment, for hypotension alone; absent: nobody dies of it."
    )


class Sections(Part):
    """What a mapping file says, as far as it could be read."""

    schema_version: Literal[1] | None = Field(
        default=None, alias="schema", description="Version of this file format.", examples=[1]
    )
    model: Name | None = Field(default=None, description="A model.", examples=["kirschner-panetta.xml"])
    case: Name | None = Field(
        default=None, description="Another of a native or published model's sets of numbers."
    )
    title: Text | None = Field(default=None, description="Name in reports; absent: the model's title.")
    time_unit: UnitText | None = Field(
        default=None, description="Unit of time of an SBML file that states none.", examples=["day"]
    )
    tumour: TumourSize | None = Field(default=None, description="The size of the tumour.")
    doses: dict[str, DoseTarget] = Field(
        default_factory=dict, description="The agents that protocols may give, by name."
    )
    vary: dict[str, Spread] = Field(
        default_factory=dict, description="Parameters of the model that differ between patients."
    )
    correlations: tuple[Together, ...] = Field(default=(), description="What goes together.")
    patients: PatientsAtStart = Field(default=PatientsAtStart(), description="Patients at the start.")
    toxicity: dict[str, ToxicitySign] = Field(default_factory=dict, description="Toxicities that are graded.")
    hazard: Hazard | None = Field(
        default=None, description="Death from the disease; absent: nobody dies of it."
    )
    symptoms: Process | None = Field(
        default=None, description="Progression that is felt; absent: scans alone show it."
    )
    measurement: dict[str, StatedNumber] = Field(
        default_factory=dict, description="Numbers of scans and assays that replace the packaged ones."
    )


class ModelMapping(Sections):
    """A mapping file: a model, and what its quantities mean in a trial."""

    schema_version: Literal[1] = Field(
        alias="schema", description="Version of this file format.", examples=[1]
    )
    model: Name = Field(
        description="An SBML file or native model file, relative to this file, or a published model's name.",
        examples=["kirschner-panetta.xml"],
    )
    tumour: TumourSize = Field(description="The size of the tumour.")
