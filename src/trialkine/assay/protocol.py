"""The assay file: what is put into which wells, from whom, read when, and judged how."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from trialkine.assay.concentrations import ConcentrationsText
from trialkine.trial.protocol import SCHEMA_ADDRESS
from trialkine.trial.protocol_parts import Part, SourceText
from trialkine.trial.values import Count, DurationText, Name, PositiveNumber, Text

Sample = Literal["whole-blood", "pbmc", "purified-cd8"]
ReadOutName = Literal[
    "presenting_cell_cytokines", "monocyte_cytokines", "cd8_type_1", "natural_killer_type_1", "interleukin_10"
]
CellReadOut = Literal[
    "presenting_cell_cytokines", "monocyte_cytokines", "cd8_type_1", "natural_killer_type_1"
]
ALL_READ_OUTS: tuple[ReadOutName, ...] = (
    "presenting_cell_cytokines",
    "monocyte_cytokines",
    "cd8_type_1",
    "natural_killer_type_1",
    "interleukin_10",
)


class Donors(Part):
    """How many people give blood."""

    healthy: Count | None = Field(default=None, description="Number of healthy donors.", examples=[60])
    metastatic: Count | None = Field(
        default=None, description="Number of patients with metastatic cancer.", examples=[30]
    )

    @property
    def groups(self) -> dict[str, int]:
        """The size of each group that is there."""
        sizes = {"healthy": self.healthy, "metastatic": self.metastatic}
        return {name: size for name, size in sizes.items() if size is not None}


class WellPlan(Part):
    """One kind of well, or a series of them that differ in one concentration."""

    name: Name = Field(description="Name of the well in the report.", examples=["IMP321"])
    stimuli: dict[str, ConcentrationsText] = Field(
        description="Concentration of each stimulus; a list makes a series.",
        examples=[{"imp321": "10 ug/mL"}],
    )
    blockers: dict[str, ConcentrationsText] = Field(
        default={}, description="Concentration of each blocker.", examples=[{"anti_il10": "10 ug/mL"}]
    )
    sample: Sample | None = Field(
        default=None,
        description="Another sample than the assay's, for these wells.",
        examples=["purified-cd8"],
    )


class ResponderRule(Part):
    """Who counts as responding: by the assay's own background."""

    at: DurationText = Field(description="Time after the stimulus.", examples=["18 h"])
    read_outs: tuple[CellReadOut, ...] = Field(
        default=("cd8_type_1", "natural_killer_type_1"),
        description="Read-outs of which one must exceed its cut.",
        min_length=1,
        examples=[["cd8_type_1"]],
    )
    cut: Literal["pooled", "paired"] = Field(
        default="pooled",
        description="pooled: above mean + SDs of all unstimulated wells. paired: above the donor's own "
        "unstimulated well by more than SDs of the difference between two of them.",
        examples=["pooled"],
    )
    standard_deviations: PositiveNumber = Field(
        default=2.0, description="How many SDs above the background.", examples=[2]
    )


class Published(Part):
    """A published number, to be shown beside the simulated one."""

    well: Name = Field(description="Name of the well.", examples=["IMP321"])
    group: Literal["healthy", "metastatic", "all"] = Field(default="healthy", description="Whose blood.")
    what: Literal[
        "presenting_cell_cytokines", "monocyte_cytokines", "cd8_type_1", "natural_killer_type_1", "responders"
    ] = Field(description="A read-out (mean above background), or responders.", examples=["responders"])
    at: DurationText = Field(description="Time after the stimulus.", examples=["18 h"])
    percent: PositiveNumber = Field(description="The published number in percent.", examples=[92])
    use: Literal["calibrated on", "compared with"] = Field(
        default="compared with", description="Whether the model was adjusted to this number."
    )


def _as_donors(value: Any) -> Any:
    """A number alone means healthy donors."""
    return {"healthy": value} if isinstance(value, int) and not isinstance(value, bool) else value


class AssayProtocol(Part):
    """An ex vivo assay as its file says it."""

    schema_version: Literal[1] = Field(
        alias="schema", description="Version of this file format.", examples=[1]
    )
    title: Text = Field(description="Title of the assay.", examples=["IMP321 on blood of 60 donors"])
    question: Text | None = Field(default=None, description="The question to be answered.")
    record: Text | None = Field(default=None, description="What was published about it.")
    assay: Sample = Field(description="What stands in the wells.", examples=["pbmc"])
    donors: Annotated[Donors, BeforeValidator(_as_donors, json_schema_input_type=int | Donors)] = Field(
        description="Number of healthy donors, or of each group.", examples=[60]
    )
    wells: tuple[WellPlan, ...] = Field(
        description="The stimulated wells. Every sample gets two wells without a stimulus too.",
        min_length=1,
        max_length=20,
    )
    times: tuple[DurationText, ...] = Field(
        description="When wells are read, up to 72 h.",
        min_length=1,
        max_length=12,
        examples=[["4 h", "18 h"]],
    )
    read_outs: tuple[ReadOutName, ...] = Field(
        default=ALL_READ_OUTS, description="What is read.", min_length=1, examples=[["cd8_type_1"]]
    )
    responder: ResponderRule | None = Field(default=None, description="Who counts as responding.")
    published: tuple[Published, ...] = Field(
        default=(), description="Published numbers to be shown beside the simulated ones."
    )
    sources: tuple[SourceText, ...] = Field(default=(), description="Publications the file follows.")

    @property
    def hours(self) -> tuple[float, ...]:
        """When wells are read. Units: [hour]."""
        return tuple(sorted({hours(time.days) for time in self.times}))

    @property
    def samples(self) -> tuple[str, ...]:
        """Every sample in use, the assay's own first."""
        return tuple(dict.fromkeys([self.assay, *(well.sample or self.assay for well in self.wells)]))

    def to_dict(self) -> dict[str, Any]:
        """Everything the file says, defaults included, as plain data."""
        plain: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return plain

    @property
    def content_hash(self) -> str:
        """A hash of what the file says; comments and layout do not matter."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hours(days: float) -> float:
    """Days as hours, free of rounding dust. Units: days [day], returns [hour]."""
    return round(days * 24.0, 6)


def assay_schema() -> dict[str, Any]:
    """The JSON Schema of assay files, for editors and validators."""
    schema = AssayProtocol.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": SCHEMA_ADDRESS, **schema, "title": "trialkine assay file"}
