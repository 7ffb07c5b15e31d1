"""A protocol: what a trial does, read from a file, checked as a whole and frozen."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from trialkine.trial.protocol_parts import (
    Arm,
    Assessments,
    Design,
    Eligibility,
    Enrolment,
    Part,
    SourceText,
)
from trialkine.trial.values import DurationText, Name, Text

SCHEMA_ADDRESS = "https://json-schema.org/draft/2020-12/schema"


class Protocol(Part):
    """A clinical trial as its protocol file says it."""

    schema_version: Literal[1] = Field(
        alias="schema", description="Version of this file format.", examples=[1]
    )
    title: Text = Field(description="Title of the trial.", examples=["Interleukin-2 in metastatic melanoma"])
    question: Text | None = Field(
        default=None,
        description="The question to be answered, in one sentence.",
        examples=["Does the order matter?"],
    )
    record: Text | None = Field(
        default=None, description="What was published about it, in one sentence; shown beside the result."
    )
    disease: Name = Field(description="Name of the disease.", examples=["melanoma"])
    arms_are: Literal["counterfactual", "randomised"] | None = Field(
        default=None,
        description="counterfactual: the same patients in every arm; randomised: different ones. "
        "Needed with two or more arms.",
        examples=["counterfactual"],
    )
    eligibility: Eligibility = Field(default=Eligibility(), description="Rules of who may be enrolled.")
    arms: tuple[Arm, ...] = Field(
        description="The strategies that are compared.", min_length=1, max_length=20
    )
    assessments: Assessments = Field(description="Scans and other measurements.")
    design: Design | None = Field(default=None, description="The rule by which the result is judged.")
    enrolment: Enrolment = Field(description="Number of patients, and how they come and go.")
    follow_up: DurationText | None = Field(
        default=None,
        description="From the last patient's enrolment to the data cut-off.",
        examples=["36 months"],
    )
    data_cut_off: DurationText | None = Field(
        default=None,
        description="From the first patient's enrolment to the data cut-off.",
        examples=["60 months"],
    )
    sources: tuple[SourceText, ...] = Field(
        default=(), description="Publications and records the protocol follows: text, or keys."
    )

    @property
    def is_counterfactual(self) -> bool:
        """Whether every arm treats the same patients."""
        return self.arms_are == "counterfactual"

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents of all arms, each once, in order of first use."""
        return tuple(dict.fromkeys(line.agent for arm in self.arms for line in arm.treatment))

    def cut_off_days(self, last_enrolled_day: float) -> float:
        """The day of the data cut-off, counted from the first patient's enrolment.

        Units: last_enrolled_day [day], returns [day].
        """
        if self.data_cut_off is not None:
            return self.data_cut_off.days
        return last_enrolled_day + (self.follow_up.days if self.follow_up is not None else 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Everything the protocol says, defaults included, as plain data in canonical words."""
        plain: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return plain

    def to_yaml(self) -> str:
        """The protocol as a file that reads back as the same protocol."""
        from ruamel.yaml import YAML

        yaml = YAML()
        yaml.width = 110
        yaml.indent(mapping=2, sequence=4, offset=2)
        stream = io.StringIO()
        yaml.dump(self.to_dict(), stream)
        return stream.getvalue()

    @property
    def content_hash(self) -> str:
        """A hash of what the protocol says; comments, layout and the order of keys do not matter."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    @staticmethod
    def read(path: str | Path) -> Protocol:
        """Read and check a protocol file.

        Raises: ProblemsError, with every fault of the file and its line.
        """
        from trialkine.trial.agent_facts import known_names
        from trialkine.trial.checking import read_protocol

        return read_protocol(path, known_names())

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Protocol:
        """Build and check a protocol from plain data, such as a file holds.

        Raises: ProblemsError, with every fault.
        """
        from trialkine.trial.agent_facts import known_names
        from trialkine.trial.checking import protocol_from_data

        return protocol_from_data(data, known_names())


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of protocol files, for editors and validators."""
    schema = Protocol.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": SCHEMA_ADDRESS, **schema, "title": "trialkine protocol file"}
