"""A protocol: what a trial does, read from a file, checked as a whole and frozen."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from trialkine.trial.protocol_parts import (
    Arm,
    Assessments,
    BackgroundTreatment,
    Design,
    Eligibility,
    Enrolment,
    ModelChanges,
    Part,
    SourceText,
)
from trialkine.trial.reported import PublishedSource, ReportedArm
from trialkine.trial.search_parts import Search
from trialkine.trial.values import DurationText, Name, Text

if TYPE_CHECKING:
    from trialkine.agents.catalogue import AgentBook
    from trialkine.trial.own_model.bridge import OwnModel

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
    disease: Name | None = Field(
        default=None, description="Name of the disease; either this or `own_model`.", examples=["melanoma"]
    )
    own_model: Name | None = Field(
        default=None,
        description="A mapping file, relative to this file, that brings a model of one's own in place of a "
        "disease.",
        examples=["my-model.mapping.yaml"],
    )
    arms_are: Literal["counterfactual", "randomised"] | None = Field(
        default=None,
        description="counterfactual: the same patients in every arm; randomised: different ones. "
        "Needed with two or more arms.",
        examples=["counterfactual"],
    )
    agent_files: tuple[Name, ...] = Field(
        default=(),
        description="Files of agents that are not part of the package, relative to this file.",
        examples=[["my-agent.toml"]],
    )
    model: ModelChanges | None = Field(
        default=None, description="Changes of the model in every arm; an arm's own come on top."
    )
    eligibility: Eligibility = Field(default=Eligibility(), description="Rules of who may be enrolled.")
    arms: tuple[Arm, ...] = Field(
        description="The strategies that are compared.", min_length=1, max_length=20
    )
    background: tuple[BackgroundTreatment, ...] = Field(
        default=(), description="Concomitant treatment of a share of the patients of every arm; not a line."
    )
    assessments: Assessments = Field(description="Scans and other measurements.")
    design: Design | None = Field(default=None, description="The rule by which the result is judged.")
    optimise: Search | None = Field(
        default=None, description="A search for the best of many strategies, beside the arms."
    )
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
    reported: tuple[ReportedArm, ...] | None = Field(
        default=None,
        description="What was published of the trial, arm by arm: makes it a published trial.",
        min_length=1,
    )
    source: PublishedSource | None = Field(
        default=None, description="Where the reported numbers come from; needed with `reported`."
    )

    @cached_property
    def own(self) -> OwnModel | None:
        """The model that `own_model` brings; None where the protocol names a disease.

        Raises: ProblemsError, with every fault of the mapping or of the model.
        """
        from trialkine.trial.own_model.reading import read_own_model

        return None if self.own_model is None else read_own_model(self.own_model)

    @property
    def population(self) -> str:
        """The name of the disease, or of the model that takes its place."""
        return self.disease or (self.own.disease.name if self.own is not None else "")

    @property
    def is_counterfactual(self) -> bool:
        """Whether every arm treats the same patients."""
        return self.arms_are == "counterfactual"

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents of all arms and of background treatment, each once, in order of first use."""
        return tuple(dict.fromkeys(name for arm in self.arms for name in self.agents_of(arm)))

    def agents_of(self, arm: Arm) -> tuple[str, ...]:
        """The agents that patients of one arm may receive, background treatment included."""
        given = (*arm.treatment, *self.background)
        return tuple(dict.fromkeys(part.agent for part in given))

    def model_of(self, arm: Arm | None) -> ModelChanges:
        """How one arm's model differs from the usual one: the protocol's changes, then the arm's own.

        Without an arm: how the model differs with which the patients are drawn.
        """
        own = arm.model if arm is not None else None
        return (self.model or ModelChanges()).joined(own or ModelChanges())

    @cached_property
    def agent_book(self) -> AgentBook:
        """The agents that the protocol may name: those of this installation, and those of `agent_files`.

        Raises: ProblemsError, with every fault of those files.
        """
        from trialkine.agents.catalogue import agent_book

        if self.own is not None:
            return self.own.book
        return agent_book().with_files(Path(file) for file in self.agent_files)

    def with_book(self, book: AgentBook) -> Protocol:
        """This protocol with the agents that were read when it was checked, from beside its file."""
        self.__dict__["agent_book"] = book  # where cached_property keeps it
        return self

    def with_own(self, own: OwnModel) -> Protocol:
        """This protocol with the model that was read when it was checked, from beside its file."""
        self.__dict__["own"] = own  # where cached_property keeps it
        return self

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
        """A hash of what the protocol says, and of its agent and model files.

        The protocol's layout and comments do not matter.
        """
        said = self.to_dict()
        if self.agent_files:
            read = self.agent_book.files
            said["agent_files"] = {name: one.text for name, one in read.items() if not one.is_packaged}
        if self.own is not None:
            said["own_model"] = {Path(name).name: text for name, text in self.own.texts.items()}
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
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
    def from_dict(data: Mapping[str, Any], folder: str | Path = "") -> Protocol:
        """Build and check a protocol from plain data, such as a file holds.

        Names of agent files in it are relative to `folder`.

        Raises: ProblemsError, with every fault.
        """
        from trialkine.trial.agent_facts import known_names
        from trialkine.trial.checking import protocol_from_data

        return protocol_from_data(data, known_names(), folder)


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of protocol files, for editors and validators."""
    schema = Protocol.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": SCHEMA_ADDRESS, **schema, "title": "trialkine protocol file"}
