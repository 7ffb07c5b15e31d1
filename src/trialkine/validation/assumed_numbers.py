"""What the predictions rest on: how well each number is known, and those that nobody has measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from trialkine.agents.catalogue import agent_book, agent_records
from trialkine.diseases.disease import disease_names, load_disease
from trialkine.errors import InputError
from trialkine.population.ensemble import OF_DISEASE, OF_STRUCTURE, OF_TRIAL, SPREAD, ParameterEnsemble
from trialkine.records import KINDS, Kind, ParameterRecord
from trialkine.report.agent_evidence import AgentEvidence
from trialkine.report.words import as_number
from trialkine.toxicity.terms import grade_records
from trialkine.trial.measurement import measurement_records
from trialkine.validation.ledger_words import agent_words

MEASUREMENT, GRADES = "reading of tumours", "grades of toxicity"
ASSUMED: Kind = "assumed"


@dataclass(frozen=True)
class Scope:
    """The numbers of one disease, of one agent, or of what all trials share."""

    name: str
    title: str
    records: tuple[ParameterRecord, ...]

    @property
    def kinds(self) -> Mapping[Kind, int]:
        """How many numbers there are of each kind."""
        counts = Counter(record.kind for record in self.records)
        return {kind: counts.get(kind, 0) for kind in KINDS}


@dataclass(frozen=True)
class AssumedNumber:
    """A number that nobody has measured, with the range in which it may lie, and whose it is."""

    name: str
    value: str
    unit: str
    low: str
    high: str
    source: str
    where: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assumptions:
    """The numbers of some diseases and agents, by whose they are."""

    scopes: tuple[Scope, ...]

    @property
    def kinds(self) -> Mapping[Kind, int]:
        """How many different numbers there are of each kind; one that several scopes share counts once."""
        distinct = {(record.name, str(record.value), record.kind) for record in self._records}
        counts = Counter(kind for _, _, kind in distinct)
        return {kind: counts.get(kind, 0) for kind in KINDS}

    @property
    def assumed(self) -> tuple[AssumedNumber, ...]:
        """The assumed ones by name, each once with everything that it is a number of."""
        found: dict[AssumedNumber, list[str]] = {}
        for scope in self.scopes:
            for record in scope.records:
                if record.kind == ASSUMED:
                    found.setdefault(_assumed(record), []).append(scope.title)
        ordered = sorted(found.items(), key=lambda entry: (entry[0].name, entry[0].value))
        return tuple(replace(number, scopes=tuple(scopes)) for number, scopes in ordered)

    @property
    def _records(self) -> Iterable[ParameterRecord]:
        return (record for scope in self.scopes for record in scope.records)


def assumptions_of(
    diseases: Iterable[str], agents: Iterable[str], members: ParameterEnsemble | None = None
) -> Assumptions:
    """What trials of some agents in some diseases rest on.

    A user's own diseases and agents, which this installation does not have, are left out. Numbers that
    an ensemble sets count as calibrated.
    """
    known = [name for name in diseases if name in disease_names()]
    scopes = [
        Scope(name, load_disease(name).title, _with_ensemble(load_disease(name).records, name, members))
        for name in known
    ]
    shared = {MEASUREMENT: measurement_records(), GRADES: grade_records()}
    scopes += [
        Scope(name, name.capitalize(), _with_ensemble(records, "", members))
        for name, records in shared.items()
    ]
    scopes += [
        Scope(name, agent_words(name), _agent_numbers(name, known, members))
        for name in agents
        if name in agent_book().agents
    ]
    return Assumptions(tuple(scopes))


def only_assumed(agents: Iterable[str], members: ParameterEnsemble | None) -> list[AgentEvidence]:
    """Agents of which some number is assumed and none was calibrated, in any disease there is."""
    found = []
    for name in agents:
        counts = Counter(record.kind for record in _agent_numbers(name, disease_names(), members))
        evidence = AgentEvidence(name, dict(counts), ())
        if evidence.was_never_adjusted:
            found.append(evidence)
    return found


def _agent_numbers(
    name: str, diseases: Collection[str], members: ParameterEnsemble | None
) -> tuple[ParameterRecord, ...]:
    """An agent's numbers in each of the diseases in which it has them, equal ones once."""
    found: dict[tuple[str, str], ParameterRecord] = {}
    for disease in diseases or ("",):
        lineage = load_disease(disease).lineage if disease else ()
        try:
            records = agent_records(name, *lineage)
        except InputError:  # the agent has no number for this disease, and cannot be given in it
            continue
        for record in _with_ensemble(records, disease, members):
            found.setdefault((record.name, str(record.value)), record)
    return tuple(found.values())


def _with_ensemble(
    records: Mapping[str, ParameterRecord], disease: str, members: ParameterEnsemble | None
) -> tuple[ParameterRecord, ...]:
    """The records, those that an ensemble sets as calibrated."""
    moved = _moved(disease, members)
    return tuple(
        replace(record, kind="calibrated", where=f"the ensemble; {record.where}".rstrip("; "))
        if record.name in moved
        else record
        for record in records.values()
    )


def _moved(disease: str, members: ParameterEnsemble | None) -> frozenset[str]:
    """The names of the records that an ensemble sets in a disease."""
    found = set()
    for name in members.names if members is not None else ():
        of, _, rest = name.rpartition(OF_DISEASE)
        if of in ("", disease) and not rest.startswith((OF_TRIAL, OF_STRUCTURE)):
            found.add(rest.removesuffix(SPREAD))
    return frozenset(found)


def _assumed(record: ParameterRecord) -> AssumedNumber:
    limits = ["" if limit is None else as_number(limit) for limit in (record.low, record.high)]
    value = record.value
    if isinstance(value, Mapping):
        words = "; ".join(f"{member}: {as_number(number)}" for member, number in value.items())
    else:
        words = as_number(value)
    return AssumedNumber(
        record.name, words, record.unit or "1", limits[0], limits[1], record.source, record.where
    )
