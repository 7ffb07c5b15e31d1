"""What a publication reports of a trial, beside the protocol that follows it: a published trial."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from trialkine.trial.protocol_parts import Part, Source
from trialkine.trial.values import Count, CountOrZero, Name, NotNegative, Probability, Text, shown

USES = {
    "prediction": "nothing is fitted to it, it is only predicted",
    "calibration": "the ensemble may be fitted to it; for rows of the table of evidence alone",
}
"""What a published trial may be used for, and what that means."""


def _as_use(value: Any) -> Any:
    """Raises: ValueError, when it is none of the uses; it says what each means."""
    if not isinstance(value, str) or value not in USES:
        meanings = ", or ".join(f"'{use}' ({meaning})" for use, meaning in USES.items())
        raise ValueError(f"cannot be {shown(value)}. Write {meanings}.")
    return value


Use = Annotated[Literal["calibration", "prediction"], BeforeValidator(_as_use)]

RATES = ("orr", "cr_rate", "pr_rate", "sd_rate", "pd_rate", "grade34_rate", "toxic_death_rate")
MEDIANS = (
    "pfs_median_months", "ttp_median_months", "rfs_median_months", "os_median_months", "dor_median_months",
)  # fmt: skip
OTHERS = ("doses_given_mean", "doses_given_median")
LANDMARK = re.compile(r"(?:(pfs|ttp)_rate_([1-9]\d{0,2})w|(rfs|os)_rate_([1-9]\d{0,2})m)")
CHANGE = re.compile(r"biomarker_(\w+)_(\d{1,3})w")
NAMED_METRICS = (*RATES, *MEDIANS, *OTHERS)
METRIC_PATTERNS = ("pfs_rate_<weeks>w", "ttp_rate_<weeks>w", "rfs_rate_<months>m", "os_rate_<months>m")


def is_metric(name: str) -> bool:
    """Whether a publication can report something under this name of `summary.json`."""
    return name in NAMED_METRICS or bool(LANDMARK.fullmatch(name) or CHANGE.fullmatch(name))


def is_fraction(name: str) -> bool:
    """Whether the value of a metric is a fraction of the patients."""
    return name in RATES or LANDMARK.fullmatch(name) is not None


class ReportedValue(Part):
    """One reported number, with what was printed beside it."""

    value: NotNegative = Field(
        description="The number as reported; rates are fractions, times are months.", examples=[0.16]
    )
    low: NotNegative | None = Field(default=None, description="Lower limit of its interval.", examples=[0.12])
    high: NotNegative | None = Field(
        default=None, description="Upper limit of its interval.", examples=[0.21]
    )
    level: Probability | None = Field(
        default=None, description="Level of that interval; absent: 0.95.", examples=[0.90]
    )
    n: Count | None = Field(
        default=None, description="Its own denominator, where it is not the arm's `n`.", examples=[49]
    )
    at_least: bool = Field(
        default=False,
        description="Whether the value is a lower bound, printed with '+' or as 'not reached'.",
        examples=[True],
    )
    note: Text | None = Field(
        default=None, description="How it was read, where it is not simply printed.", examples=["from counts"]
    )


def _as_reported(value: Any) -> Any:
    """A number alone is the value."""
    return {"value": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


ReportedNumber = Annotated[
    ReportedValue, BeforeValidator(_as_reported, json_schema_input_type=float | ReportedValue)
]


class ReportedArm(Part):
    """What was published of one arm."""

    arm: Name = Field(description="Name of the arm of the protocol.", examples=["Interleukin-2"])
    line: Name | None = Field(
        default=None,
        description="The agent whose line of treatment is meant, where it is not the whole strategy.",
        examples=["temozolomide"],
    )
    rows: tuple[Name, ...] = Field(
        default=(),
        description="Rows of the table of evidence that the numbers come from.",
        examples=[["HDIL2_MEL_270"]],
    )
    enrolled: Count | None = Field(default=None, description="Patients who entered the arm.", examples=[51])
    n: Count | None = Field(
        default=None,
        description="Patients evaluated for response, the denominator of the counts.",
        examples=[49],
    )
    cr: CountOrZero | None = Field(default=None, description="Complete responses.", examples=[17])
    pr: CountOrZero | None = Field(default=None, description="Partial responses.", examples=[26])
    sd: CountOrZero | None = Field(default=None, description="Patients with stable disease.", examples=[8])
    pd: CountOrZero | None = Field(default=None, description="Patients who progressed.", examples=[17])
    responders: CountOrZero | None = Field(
        default=None, description="Responses of any kind, where only their sum is known.", examples=[43]
    )
    metrics: dict[str, ReportedNumber] = Field(
        default_factory=dict,
        description="Other reported numbers, under the names of summary.json.",
        examples=[{"os_median_months": 12.0, "os_rate_12m": {"value": 0.41, "n": 200}}],
    )
    selected: Text | None = Field(
        default=None,
        description="Why the patients are no fair sample, if they are not; then nothing is fitted to them.",
        examples=["retrospectively noticed cases"],
    )

    @property
    def responses(self) -> int | None:
        """Complete and partial responses together, where known."""
        if self.responders is not None:
            return self.responders
        return self.cr + self.pr if self.cr is not None and self.pr is not None else None

    def all_metrics(self) -> Mapping[str, ReportedValue]:
        """Every reported number: those that follow from the counts, and the stated ones, which prevail."""
        found: dict[str, ReportedValue] = {}
        if self.n is not None:
            counts = {"orr": self.responses, "cr_rate": self.cr, "pr_rate": self.pr}
            counts |= {"sd_rate": self.sd, "pd_rate": self.pd}
            for name, count in counts.items():
                if count is not None:
                    found[name] = ReportedValue(value=count / self.n, n=self.n, note=f"{count} of {self.n}")
        return {**found, **self.metrics}

    def denominator(self, metric: str) -> int | None:
        """The number of patients behind a metric: its own, those evaluated, or those enrolled.

        Behind a duration of response are those who responded.
        """
        metrics = self.all_metrics()
        own = metrics[metric].n
        if metric.startswith("dor") and not own and "orr" in metrics:
            evaluated = self.denominator("orr")
            return max(1, round(metrics["orr"].value * evaluated)) if evaluated else None
        return own or (self.n or self.enrolled if metric in RATES else self.enrolled or self.n)


class PublishedSource(Source):
    """Where the numbers come from, and what they may be used for."""

    use: Use = Field(
        default="prediction",
        description="calibration: the model may be fitted to it, for rows of the table of evidence alone; "
        "prediction: never.",
        examples=["prediction"],
    )
    family: Name | None = Field(
        default=None,
        description="The trial family: what its arms share; absent: the file's name.",
        examples=["Atkins1999"],
    )
    overlaps: tuple[Name, ...] = Field(
        default=(),
        description="Groups of series that share patients; of one group only one is counted.",
        examples=[["NCI_SB_HDIL2"]],
    )
    counted: bool = Field(
        default=True,
        description="Whether its patients count, rather than those of a series it overlaps with.",
        examples=[False],
    )
    year: Count | None = Field(default=None, description="Year of publication.", examples=[1999])
    centres: Literal["one", "several"] | None = Field(
        default=None, description="Whether one centre enrolled or several.", examples=["several"]
    )
    level: Text | None = Field(
        default=None, description="What was read: abstract, full text, ...", examples=["abstract"]
    )
    assumed: tuple[Text, ...] = Field(
        default=(),
        description="What the protocol says without the publication saying so.",
        examples=[["scans every 8 weeks"]],
    )
    caveats: tuple[Text, ...] = Field(
        default=(), description="What to keep in mind.", examples=[["overlaps an earlier series"]]
    )
    review: Literal["entered twice", "unreviewed"] = Field(
        default="unreviewed",
        description="Whether the numbers were entered a second time, independently of the first.",
        examples=["entered twice"],
    )
