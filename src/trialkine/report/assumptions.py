"""The parameters a result rests on, sorted by what is known about them, weakest evidence first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.evidence.sources import Source, sources
from trialkine.records import Kind, ParameterRecord
from trialkine.report.citation import CitedSource, cited
from trialkine.report.words import as_number, listed

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

KIND_WORDS: Mapping[Kind, str] = {
    "assumed": "nobody has measured it",
    "calibrated": "adjusted so that simulated trials resemble published ones",
    "derived": "computed from other numbers",
    "fitted_in_source": "estimated by the source from its own data",
    "measured": "measured by the source",
}


@dataclass(frozen=True)
class ParameterRow:
    """One parameter as the report prints it."""

    name: str
    value: str
    unit: str
    source: str
    where: str
    between_patients: str


@dataclass(frozen=True)
class ParameterGroup:
    """All parameters of one kind of evidence."""

    kind: Kind
    meaning: str
    rows: tuple[ParameterRow, ...]


def parameter_groups(parameters: Iterable[ParameterRecord]) -> list[ParameterGroup]:
    """The parameters grouped by kind, weakest evidence first, by name within."""
    records = sorted(parameters, key=lambda record: record.name)
    groups = []
    for kind, meaning in KIND_WORDS.items():
        rows = tuple(_row(record) for record in records if record.kind == kind)
        if rows:
            groups.append(ParameterGroup(kind, meaning, rows))
    return groups


def evidence_sentence(groups: list[ParameterGroup]) -> str:
    """How many parameters of each kind there are, and the grade the outputs inherit."""
    if not groups:
        return "The result carries no parameter records, so its evidence cannot be graded."
    counts = listed([f"{len(group.rows)} {group.kind.replace('_', ' ')}" for group in groups])
    weakest = groups[0].kind.replace("_", " ")
    return (
        f"The model has {sum(len(group.rows) for group in groups)} parameters: {counts}. Every output "
        f"inherits the weakest grade of evidence among them, which here is '{weakest}'."
    )


def every_record(result: TrialResult) -> tuple[ParameterRecord, ...]:
    """Every number of a result, those of single arms included."""
    return (*result.parameters, *(record for entry in result.models for record in entry.own_parameters))


def own_numbers(result: TrialResult) -> list[tuple[str, tuple[ParameterRow, ...]]]:
    """The numbers in which some arms differ from the others, under the arms' names."""
    return [
        (listed(list(entry.arms)), tuple(_row(record) for record in entry.own_parameters))
        for entry in result.models
        if entry.own_parameters
    ]


def cited_sources(
    parameters: Iterable[ParameterRecord], citations: Mapping[str, Source] | None = None
) -> list[CitedSource]:
    """The sources that the parameters name, by key; a key outside the catalogue says so.

    `citations` holds further sources by key, such as those of agents' own files.
    """
    known = {**sources(), **(citations or {})}
    found = []
    for key in sorted({record.source for record in parameters}):
        if key in known:
            source = known[key]
            found.append(cited(key, source.citation, source.doi, source.pmid, source.url, source.note))
        else:
            found.append(cited(key, "not in the catalogue of sources", None, None, None))
    return found


def _row(record: ParameterRecord) -> ParameterRow:
    if isinstance(record.value, Mapping):
        value = "; ".join(f"{member}: {as_number(number)}" for member, number in record.value.items())
    else:
        value = as_number(record.value)
    if record.low is not None and record.high is not None:
        value += f" (plausible {as_number(record.low)} to {as_number(record.high)})"
    spread = ""
    if record.variability is not None:
        spread = record.variability.distribution
        if record.variability.distribution != "exponential":
            spread += f", sd {as_number(record.variability.sd)}"
    return ParameterRow(record.name, value, record.unit or "1", record.source, record.where, spread)
