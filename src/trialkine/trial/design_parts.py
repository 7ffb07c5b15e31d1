"""The part of a protocol that says by which rule its trial is judged: exactly one of five kinds of design."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator

from trialkine.trial.part import Part
from trialkine.trial.values import (
    Count,
    CountOrZero,
    DurationText,
    Name,
    NotNegative,
    PositiveNumber,
    Probability,
)

Accrual = Literal["pauses", "continues"]
Endpoint = Literal["overall survival", "progression-free survival", "relapse-free survival", "response"]
Test = Literal["log-rank", "weighted log-rank", "max-combo", "fisher"]
Spending = Literal["obrien-fleming", "pocock"]
DoseRuleName = Literal["3+3", "boin", "crm"]
WORST_GRADE = 5

_ACCRUAL: Any = Field(
    default="pauses",
    description="Whether enrolment goes on while the first stage is read.",
    examples=["continues"],
)
_WITHIN: Any = Field(
    default=None,
    description="Only responses seen so long after enrolment count; absent: by the data cut-off.",
    examples=["24 weeks"],
)


def _check_rates(p0: float, p1: float) -> None:
    if p1 <= p0:
        raise ValueError(f"p1 {p1:g} is not above p0 {p0:g}. Write the larger as p1.")


class Simon(Part):
    """A two-stage design found by Simon's search."""

    p0: Probability = Field(description="Response rate of no interest.", examples=[0.10])
    p1: Probability = Field(description="Response rate worth finding.", examples=[0.30])
    alpha: Probability = Field(description="Largest chance to accept at p0.", examples=[0.05])
    power: Probability = Field(description="Smallest chance to accept at p1.", examples=[0.80])
    accrual: Accrual = _ACCRUAL
    response_within: DurationText | None = _WITHIN

    @model_validator(mode="after")
    def _rates_in_order(self) -> Simon:
        _check_rates(self.p0, self.p1)
        return self


class TwoStage(Part):
    """A two-stage design with stated boundaries; without `total` only the first stage is known."""

    first_stage: Count = Field(description="Patients in the first stage.", examples=[25])
    stop_at_or_below: CountOrZero = Field(
        description="Stop after the first stage with this many responses or fewer.", examples=[0]
    )
    total: Count | None = Field(default=None, description="Patients in both stages.", examples=[40])
    success_above: CountOrZero | None = Field(
        default=None,
        description="Promising with more responses than this among all patients.",
        examples=[5],
    )
    accrual: Accrual = _ACCRUAL
    response_within: DurationText | None = _WITHIN

    @model_validator(mode="after")
    def _boundaries_in_order(self) -> TwoStage:
        if self.stop_at_or_below >= self.first_stage:
            raise ValueError("stop_at_or_below leaves no way on. Write a number below first_stage.")
        if (self.total is None) != (self.success_above is None):
            raise ValueError("total and success_above belong together. Write both or neither.")
        if self.total is not None and self.success_above is not None:
            if self.total <= self.first_stage:
                raise ValueError(f"total {self.total} is not above first_stage {self.first_stage}.")
            if not self.stop_at_or_below <= self.success_above < self.total:
                raise ValueError("success_above must lie from stop_at_or_below to below total.")
        return self


class SingleStage(Part):
    """One look at the responses: a design to search for, or stated boundaries."""

    p0: Probability | None = Field(default=None, description="Response rate of no interest.", examples=[0.10])
    p1: Probability | None = Field(default=None, description="Response rate worth finding.", examples=[0.30])
    alpha: Probability | None = Field(
        default=None, description="Largest chance to accept at p0.", examples=[0.05]
    )
    power: Probability | None = Field(
        default=None, description="Smallest chance to accept at p1.", examples=[0.80]
    )
    total: Count | None = Field(default=None, description="Patients to be judged.", examples=[25])
    success_above: CountOrZero | None = Field(
        default=None, description="Promising with more responses than this.", examples=[5]
    )
    response_within: DurationText | None = _WITHIN

    @model_validator(mode="after")
    def _one_way_or_the_other(self) -> SingleStage:
        asked = [value is not None for value in (self.p0, self.p1, self.alpha, self.power)]
        stated = [value is not None for value in (self.total, self.success_above)]
        if not ((all(asked) and not any(stated)) or (all(stated) and not any(asked))):
            raise ValueError(
                "needs either p0, p1, alpha and power, or total and success_above. Write all of the one "
                "and none of the other."
            )
        if self.p0 is not None and self.p1 is not None:
            _check_rates(self.p0, self.p1)
        if self.total is not None and self.success_above is not None and self.success_above >= self.total:
            raise ValueError(
                f"success_above {self.success_above} leaves no way to succeed with {self.total} patients. "
                "Write a number below total."
            )
        return self


class Assumed(Part):
    """What the design's authors assume: the textbook's side of the comparison."""

    hazard_ratio: PositiveNumber | None = Field(
        default=None, description="Hazard of the experimental arm over that of the control.", examples=[0.7]
    )
    control_median: DurationText | None = Field(
        default=None, description="Median time to the event in the control arm.", examples=["9 months"]
    )
    control_rate: Probability | None = Field(
        default=None, description="Response rate of the control arm.", examples=[0.10]
    )
    experimental_rate: Probability | None = Field(
        default=None, description="Response rate of the experimental arm.", examples=[0.30]
    )

    @model_validator(mode="after")
    def _pairs(self) -> Assumed:
        if (self.control_rate is None) != (self.experimental_rate is None):
            raise ValueError("control_rate and experimental_rate belong together. Write both or neither.")
        if self.control_median is not None and self.hazard_ratio is None:
            raise ValueError("control_median needs a hazard_ratio beside it. Write for example 0.7.")
        if self.hazard_ratio == 1.0:
            raise ValueError("hazard_ratio 1 is no difference to look for. Write for example 0.7.")
        return self


class Randomised(Part):
    """A randomised comparison of two arms, with one look or several."""

    experimental: Name = Field(description="The arm that is hoped to be better.", examples=["Combination"])
    control: Name = Field(description="The arm it is compared with.", examples=["Standard"])
    endpoint: Endpoint = Field(description="What is compared.", examples=["overall survival"])
    test: Test = Field(
        default="log-rank",
        description="The one-sided test; `fisher` for response, the others for survival.",
        examples=["max-combo"],
    )
    weight: tuple[NotNegative, ...] = Field(
        default=(),
        description="Exponents rho and gamma of the weighted log-rank test: [0, 1] weighs late events most.",
        examples=[[0, 1]],
    )
    alpha: Probability = Field(default=0.025, description="One-sided type I error.", examples=[0.025])
    events: Count | None = Field(
        default=None,
        description="Events in both arms at which the last look is held; absent: at the data cut-off.",
        examples=[90],
    )
    looks: tuple[PositiveNumber, ...] = Field(
        default=(1.0,),
        description="Shares of the events at which the trial is looked at, the last of them 1.",
        examples=[[0.5, 0.75, 1]],
    )
    spending: Spending = Field(
        default="obrien-fleming", description="How alpha is spent over the looks.", examples=["pocock"]
    )
    futility_power: Probability | None = Field(
        default=None,
        description="Adds looks for futility, not binding, that spend 1 minus this power; absent: none.",
        examples=[0.8],
    )
    assumed: Assumed | None = Field(
        default=None, description="What the design's authors assume; absent: the averages of the model."
    )

    @property
    def is_of_response(self) -> bool:
        """Whether responses are compared rather than times."""
        return self.endpoint == "response"

    @property
    def look_events(self) -> tuple[int, ...] | None:
        """The events of both arms at which each look is held, rounded up; None where none are counted."""
        if self.events is None:
            return None
        return tuple(math.ceil(self.events * share - 1e-9) for share in self.looks)

    @model_validator(mode="after")
    def _parts_fit(self) -> Randomised:
        if self.experimental == self.control:
            raise ValueError("compares an arm with itself. Name another arm as control.")
        if self.is_of_response != (self.test == "fisher"):
            wanted = "'fisher'" if self.is_of_response else "'log-rank', or 'endpoint: response'"
            raise ValueError(f"tests {self.endpoint} by '{self.test}', which does not fit. Write {wanted}.")
        if (self.test == "weighted log-rank") != (len(self.weight) == 2) or len(self.weight) not in (0, 2):
            raise ValueError(
                "needs a weight of two numbers for a weighted log-rank test and none for others. "
                "Write 'weight: [0, 1]', or leave it out."
            )
        self._check_looks()
        return self

    def _check_looks(self) -> None:
        if self.alpha >= 0.5:
            raise ValueError(f"alpha {self.alpha:g} is no one-sided error rate. Write for example 0.025.")
        rising = all(first < second for first, second in zip(self.looks, self.looks[1:], strict=False))
        if not self.looks or not rising or self.looks[-1] != 1.0:
            raise ValueError("looks must rise to 1. Write for example [0.5, 0.75, 1].")
        if len(self.looks) > 1 and (self.events is None or self.test != "log-rank"):
            raise ValueError("looks several times, which needs events and the log-rank test. Write [1].")
        if self.futility_power is not None:
            if len(self.looks) == 1:
                raise ValueError("futility_power needs more than one look. Leave it out.")
            if self.futility_power <= self.alpha:
                raise ValueError("futility_power must lie above alpha. Write for example 0.8.")
        if self.events is not None and (self.is_of_response or self.events * self.looks[0] < 1.0):
            raise ValueError("counts no event at its first look. Write more events, or none for response.")
        held = self.look_events or ()
        if len(set(held)) < len(held):
            raise ValueError(
                f"holds two looks at the same event: of {self.events} events its looks are held at "
                f"{', '.join(map(str, held))}. Write looks farther apart, or more events."
            )


class DoseLimiting(Part):
    """Which toxicity limits the dose."""

    grade: Count = Field(description="The grade from which on it does.", examples=[3])
    within: DurationText = Field(description="How long each patient is watched.", examples=["28 days"])
    toxicities: tuple[Name, ...] = Field(
        default=(), description="Which toxicities; absent: all that are followed.", examples=[["hypotension"]]
    )
    never: tuple[Name, ...] = Field(
        default=(), description="Toxicities that do not limit the dose.", examples=[["fever"]]
    )

    @model_validator(mode="after")
    def _possible(self) -> DoseLimiting:
        if self.grade > WORST_GRADE:
            raise ValueError(f"grade {self.grade} does not exist. Write 1 to {WORST_GRADE}.")
        if self.toxicities and self.never:
            raise ValueError("toxicities and never both choose. Keep one of them.")
        return self


class DoseFinding(Part):
    """A dose escalation over arms, the lowest dose first."""

    rule: DoseRuleName = Field(description="The rule that moves the dose.", examples=["boin"])
    doses: tuple[Name, ...] = Field(
        description="The arms, from the lowest dose to the highest.", min_length=2, examples=[["low", "high"]]
    )
    target: Probability = Field(description="Toxicity rate of the dose that is looked for.", examples=[0.25])
    dose_limiting: DoseLimiting = Field(description="What counts as toxicity, and until when.")
    cohort: Count = Field(default=3, description="Patients treated at a time.", examples=[3])
    most_patients: Count | None = Field(
        default=None, description="Patients at most; not for 3+3, which ends by itself.", examples=[30]
    )
    skeleton: tuple[Probability, ...] = Field(
        default=(),
        description="For crm: toxicity rates guessed beforehand; absent: by equal intervals of indifference.",
        examples=[[0.1, 0.25, 0.4]],
    )

    @model_validator(mode="after")
    def _fits_the_rule(self) -> DoseFinding:
        if len(set(self.doses)) < len(self.doses):
            raise ValueError("doses names an arm twice. Name each once.")
        if self.rule == "3+3":
            if self.most_patients is not None or self.cohort != 3:
                raise ValueError("rule 3+3 has cohorts of 3 and ends by itself. Leave both keys out.")
        elif self.most_patients is None:
            raise ValueError(f"rule {self.rule} does not end without most_patients. Write for example 30.")
        elif self.most_patients < self.cohort:
            raise ValueError(f"most_patients {self.most_patients} is less than one cohort of {self.cohort}.")
        if self.rule == "boin" and self.target * 1.4 >= 1.0:
            raise ValueError(f"target {self.target:g} is too high for boin. Write at most 0.7.")
        self._check_skeleton()
        return self

    def _check_skeleton(self) -> None:
        if not self.skeleton:
            return
        if self.rule != "crm":
            raise ValueError(f"skeleton has no meaning for {self.rule}. Leave it out.")
        rises = all(first < second for first, second in zip(self.skeleton, self.skeleton[1:], strict=False))
        if len(self.skeleton) != len(self.doses) or not rises:
            raise ValueError(f"skeleton must rise and hold one rate for each of {len(self.doses)} doses.")


class Design(Part):
    """The rule by which the trial is judged: one of the five."""

    simon: Simon | None = Field(default=None, description="A design to search for.")
    two_stage: TwoStage | None = Field(default=None, description="A design with stated boundaries.")
    single_stage: SingleStage | None = Field(default=None, description="A design without an early look.")
    randomised: Randomised | None = Field(default=None, description="A comparison of two arms.")
    dose_finding: DoseFinding | None = Field(default=None, description="A dose escalation over the arms.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Design:
        kinds = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(kinds) != 1:
            choices = "'simon', 'two_stage', 'single_stage', 'randomised' or 'dose_finding'"
            raise ValueError(f"holds no single rule. Write either {choices}.")
        return self

    @property
    def is_single_arm(self) -> bool:
        """Whether it judges every treated arm for itself, by its responses."""
        return self.randomised is None and self.dose_finding is None
