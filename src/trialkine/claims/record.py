"""What a claim is: words, a source, and checks on simulated trials or the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

KINDS = ("fact", "hypothesis", "prediction", "design", "verdict")
STANDINGS: Mapping[str, str] = {
    "free": "nothing in the model was set with it in mind",
    "calibrated": "numbers of the model were fitted to it, so agreement is no evidence",
    "assumed": "it follows from an assumption that was made knowing it",
    "stated": "a protocol, a table or an input of the model says it; a run can only restate it",
}
CLINIC: Mapping[str, str] = {
    "held": "held",
    "mixed": "mixed",
    "failed": "did not hold",
    "untested": "not tested",
}


class Verdict(Enum):
    """What became of a claim."""

    REPRODUCED = "reproduced"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"
    NOT_RUN = "not run"
    FAILED = "failed to run"


@dataclass(frozen=True)
class Run:
    """One simulation that several claims share: a file in `examples/` at a stated size.

    `patients` replaces the number per arm of a trial, or the donors of each group of an assay; absent, the
    file's own number stands. A slow run is left out unless it is asked for.
    """

    name: str
    example: str
    patients: int | None = None
    trials: int = 1
    is_slow: bool = False
    is_assay: bool = False


@dataclass(frozen=True)
class Reading:
    """One number of a run: a metric of an arm or of one of its lines, or a named measure.

    `path` reads a value of the run's summary; where a check says `equals`, of the protocol as written, as in
    `arms/0/name`, or, without a run, of the receptors; `measure` names a function of `measures.py`, which is
    given `options`.
    """

    run: str = ""
    arm: str = ""
    line: int | None = None
    metric: str = ""
    measure: str = ""
    path: str = ""
    options: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One reading, a rule, and what the rule compares it with.

    `events` of `of` is a published count whose exact interval is meant; `than` is another reading, and `by`
    the smallest difference from it that would matter. `apart` and `factor` are how far the limits of a
    prediction may be from each other, as a difference or as a ratio.
    """

    about: str
    reading: Reading
    rule: str
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    events: int | None = None
    of: int | None = None
    within: float | None = None
    by: float = 0.0
    apart: float | None = None
    factor: float | None = None
    than: Reading | None = None

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs it reads."""
        names = (self.reading.run, self.than.run if self.than else "")
        return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True)
class Claim:
    """One claim of the founding texts.

    `clinic` and `record` belong to the ledger: whether a preclinical prediction held in patients, and what
    published trials found; a claim that `follows` from others is judged by what became of them in patients.
    `remark` says what a reader must know to weigh the verdict.
    """

    id: str
    text: str
    kind: str
    source: str
    standing: str = ""
    checks: tuple[Check, ...] = ()
    not_testable: str = ""
    remark: str = ""
    clinic: str = ""
    record: str = ""
    follows: tuple[str, ...] = ()

    @property
    def runs(self) -> tuple[str, ...]:
        """Every run it reads, in order of first use."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.runs))


@dataclass(frozen=True)
class Finding:
    """What one check found: its words and its own verdict."""

    about: str
    found: str
    expected: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True)
class Judged:
    """A claim with its verdict and what it rests on."""

    claim: Claim
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All claims and the runs they share, by name."""

    parts: Mapping[str, str]
    runs: Mapping[str, Run]
    claims: tuple[Claim, ...]
    digest: str = ""  # of the data in its file: the same records, the same digest

    def runs_of(self, claims: Iterable[Claim]) -> tuple[Run, ...]:
        """The simulations that some claims need; a reading of the protocol as written needs none."""
        needed = dict.fromkeys(
            reading.run
            for claim in claims
            for check in claim.checks
            if check.rule != "equals"
            for reading in (check.reading, check.than)
            if reading is not None
        )
        return tuple(self.runs[name] for name in needed)

    def is_slow(self, claim: Claim) -> bool:
        """Whether judging it takes a slow run."""
        return any(run.is_slow for run in self.runs_of([claim]))
