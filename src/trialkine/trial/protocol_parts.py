"""The parts of a protocol: who is enrolled, what they get, how they are watched, what is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from trialkine.trial.design_parts import Design as Design
from trialkine.trial.limits import CountLimit, SerumLimit
from trialkine.trial.observation import ObservationLine
from trialkine.trial.part import Part as Part
from trialkine.trial.regimen import Regimen, build_regimen
from trialkine.trial.start_words import AT_ONCE, StartRule
from trialkine.trial.values import (
    AgeRange,
    Count,
    DoseText,
    DurationText,
    ExcludedFraction,
    Fraction,
    IntervalText,
    Name,
    ParameterValueText,
    PerformanceStatus,
    PositiveNumber,
    PriorLines,
    PubMedNumber,
    RouteText,
    ScheduleText,
    Share,
    StartText,
    Text,
    WindowText,
)

CriteriaName = Literal["who-1979", "recist-1.1", "irecist", "relapse"]


class MetastaticSites(Part):
    """Which metastases keep a patient out."""

    exclude: tuple[Literal["lung", "liver", "bone", "lymph_node"], ...] = Field(
        default=(), description="Sites that are not enrolled.", examples=[["bone"]]
    )
    at_most: Count | None = Field(default=None, description="Most sites a patient may have.", examples=[2])


class Eligibility(Part):
    """Who may be enrolled."""

    performance_status: PerformanceStatus = Field(
        default=(0, 1, 2, 3, 4),
        description="WHO performance status grades that are enrolled.",
        examples=[[0, 1]],
    )
    age: AgeRange = Field(
        default=(18.0, None),
        description="Lowest and highest age in years; null for no limit.",
        examples=[[18, 75]],
    )
    prior_therapy: Text = Field(
        default="any", description="Earlier treatment allowed, in words; recorded only.", examples=["none"]
    )
    prior_lines: PriorLines | None = Field(
        default=None,
        description="Numbers of earlier systemic treatments that are enrolled; 3 stands for 3 or more.",
        examples=[[0, 1]],
    )
    creatinine: SerumLimit | None = Field(
        default=None, description="Limit of serum creatinine.", examples=["at most 1.5 mg/dL"]
    )
    bilirubin: SerumLimit | None = Field(
        default=None, description="Limit of serum bilirubin.", examples=["at most 1.5 times normal"]
    )
    neutrophils: CountLimit | None = Field(
        default=None, description="Limit of the neutrophil count.", examples=["at least 1.5 /nL"]
    )
    platelets: CountLimit | None = Field(
        default=None, description="Limit of the platelet count.", examples=["at least 100 /nL"]
    )
    metastatic_sites: MetastaticSites | None = Field(
        default=None, description="Sites of metastases that are not enrolled, and how many may be."
    )
    expected_survival: DurationText | None = Field(
        default=None,
        description="Least survival that a physician must expect; judged by the patient's own hazard.",
        examples=["3 months"],
    )
    excluded_fraction: ExcludedFraction | None = Field(
        default=None,
        description="The trial's case mix: the fraction of all patients with the disease, the least fit, "
        "who are not enrolled, whatever the other criteria. When absent it follows the disease's rule.",
        examples=[0.35],
    )


class ModelChanges(Part):
    """How the equations or numbers of an arm, or of all arms, differ from the usual ones."""

    without: tuple[Name, ...] = Field(
        default=(), description="Mechanisms that are switched off.", examples=[["regulatory_t_cells"]]
    )
    variants: tuple[Name, ...] = Field(
        default=(), description="Optional mechanisms that are switched on.", examples=[["il2_licensing"]]
    )
    values: dict[str, ParameterValueText] = Field(
        default_factory=dict,
        description="Parameters with another value: the median of the patients, whose spread stays. A number "
        "is in the model's unit; text states its own.",
        examples=[{"killing_rate": "0.1 1/day"}],
    )

    def joined(self, other: ModelChanges) -> ModelChanges:
        """These changes and those of `other`, whose values prevail."""
        return ModelChanges(
            without=tuple(dict.fromkeys((*self.without, *other.without))),
            variants=tuple(dict.fromkeys((*self.variants, *other.variants))),
            values={**self.values, **other.values},
        )


class GivenAgent(Part):
    """An agent, its dose and when it is given."""

    agent: Name = Field(description="Name of the agent.", examples=["aldesleukin"])
    dose: DoseText = Field(description="Amount of one dose.", examples=["75 mg/m2", "5e10 cells"])
    route: RouteText = Field(description="Route, and for infusions the time.", examples=["oral"])
    schedule: ScheduleText = Field(description="When doses are given.", examples=["daily, until progression"])

    @property
    def regimen(self) -> Regimen:
        """The doses, laid out in days."""
        return build_regimen(self.agent, self.dose, self.route, self.schedule)


class TreatmentLine(GivenAgent):
    """One agent in one arm."""

    starts: StartText | None = Field(
        default=None,
        description="When the first dose is due; the first line starts at once.",
        examples=["at once"],
    )
    hold: Literal["as labelled", "never"] = Field(
        default="as labelled",
        description="Whether the agent's rules hold, postpone, reduce or stop doses for toxicity.",
        examples=["never"],
    )

    @property
    def start(self) -> StartRule:
        """When the first dose is due."""
        return self.starts or AT_ONCE

    @property
    def is_held_for_toxicity(self) -> bool:
        """Whether the agent's own rules for toxicity apply."""
        return self.hold == "as labelled"


class BackgroundTreatment(GivenAgent):
    """Concomitant treatment that a random share of all patients receives, in every arm alike."""

    share: Share = Field(default=1.0, description="Share of patients who receive it.", examples=[0.6])
    starts: WindowText = Field(
        default=AT_ONCE,
        description="First dose, from the patient's first day: at once, or on a drawn day of a window.",
        examples=["within 8 weeks"],
    )

    @property
    def start(self) -> StartRule:
        """When the first dose is due."""
        return self.starts

    @property
    def is_held_for_toxicity(self) -> bool:
        """Whether the agent's own rules for toxicity apply: always."""
        return True


class Arm(Part):
    """One treatment strategy: its lines in the order they are given."""

    name: Name = Field(description="Name of the arm, unlike any other.", examples=["IL-2 then temozolomide"])
    treatment: tuple[TreatmentLine, ...] = Field(
        description="Lines of treatment, in order; an empty list is an observation arm."
    )
    ratio: PositiveNumber | None = Field(
        default=None,
        description="Multiplies this arm's `patients` and `per_month`, if randomised; absent: 1.",
        examples=[2],
    )
    model: ModelChanges | None = Field(
        default=None, description="Changes of the model in this arm alone; the patients stay the same."
    )

    @property
    def lines(self) -> tuple[TreatmentLine | ObservationLine, ...]:
        """The lines as conducted: before a first line that is waited for, and where none is, observation."""
        starts = (line.start for line in self.treatment)
        is_treated_at_once = any(start.trigger is None and start.within_days <= 0.0 for start in starts)
        return self.treatment if is_treated_at_once else (ObservationLine(), *self.treatment)

    def size(self, patients: int) -> int:
        """Patients of this arm, where the protocol states `patients` per arm."""
        return max(1, round(patients * (self.ratio or 1.0)))


class Biomarker(Part):
    """When one biomarker is measured."""

    at: tuple[DurationText, ...] | None = Field(
        default=None,
        description="Times since the first dose; absent: every scan.",
        examples=[["4 weeks", "8 weeks"]],
    )


def _named_biomarkers(value: Any) -> Any:
    """`[a, b]` means `{a: {}, b: {}}`, and a name without times means every scan."""
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return {name: {} for name in value}
    if isinstance(value, Mapping):
        return {name: {} if times is None else times for name, times in value.items()}
    return value


class Assessments(Part):
    """When and how the tumour is measured."""

    criteria: CriteriaName = Field(
        description="Response criteria; `relapse` where all that could be seen was removed.",
        examples=["who-1979"],
    )
    also_score: tuple[CriteriaName, ...] = Field(
        default=(),
        description="Other criteria that score the same visits; treatment follows `criteria` alone.",
        examples=[["recist-1.1", "irecist"]],
    )
    scans_until: Literal["progression", "progression by every criterion"] = Field(
        default="progression",
        description="When scans end: at progression by `criteria`, or once all that are scored have seen it.",
        examples=["progression by every criterion"],
    )
    every: IntervalText = Field(description="Time between scans.", examples=["8 weeks"])
    confirm_after: DurationText | None = Field(
        default=None,
        description="Least time between a response and the scan that confirms it; absent: not confirmed.",
        examples=["4 weeks"],
    )
    first_at: IntervalText | None = Field(
        default=None,
        description="Time of the first scan; absent: as `every`.",
        examples=["8 weeks"],
    )
    missed_fraction: Fraction = Field(
        default=0.0, description="Fraction of scheduled scans that are missed at random.", examples=[0.05]
    )
    biomarkers: Annotated[
        dict[str, Biomarker],
        BeforeValidator(_named_biomarkers, json_schema_input_type=list[str] | dict[str, Biomarker | None]),
    ] = Field(
        default_factory=dict,
        description="Biomarkers to measure: a list (at every scan), or each with its times.",
        examples=[["plasma_vegf"]],
    )
    subgroups: tuple[Name, ...] = Field(
        default=(),
        description="Quantities whose thirds before treatment are compared for response.",
        examples=[["burden", "regulatory_t_cells"]],
    )

    @property
    def scored(self) -> tuple[str, ...]:
        """All criteria that score the visits, the one that decides first."""
        return (self.criteria, *self.also_score)

    @model_validator(mode="after")
    def _criteria_go_together(self) -> Assessments:
        if len(set(self.scored)) < len(self.scored):
            raise ValueError("also_score repeats a criterion. List each once, without that of `criteria`.")
        if "relapse" in self.scored and self.also_score:
            raise ValueError("also_score cannot go with 'relapse', which knows no response. Leave it out.")
        if self.scans_until != "progression" and not self.also_score:
            raise ValueError("scans_until needs other criteria to wait for. List them as also_score.")
        return self


class Enrolment(Part):
    """How patients come and go."""

    patients: Count = Field(description="Patients per arm, before its `ratio`.", examples=[40])
    per_month: PositiveNumber = Field(description="Patients enrolled per month and arm.", examples=[3])
    dropout_per_year: Fraction = Field(
        default=0.0, description="Fraction of patients lost to follow-up per year.", examples=[0.05]
    )


class Source(Part):
    """A publication or record the protocol follows."""

    citation: Text = Field(description="The reference in full.", examples=["Atkins MB et al. 1999"])
    doi: Name | None = Field(default=None, description="Digital object identifier.", examples=["10.1200/..."])
    pmid: PubMedNumber | None = Field(default=None, description="PubMed identifier.", examples=["10561265"])
    url: Text | None = Field(default=None, description="Address of the page read.", examples=["https://..."])


def _as_source(value: Any) -> Any:
    """A source given as text alone is its citation."""
    return {"citation": value} if isinstance(value, str) else value


SourceText = Annotated[Source, BeforeValidator(_as_source, json_schema_input_type=str | Source)]
