"""Judges claims: every run they share is simulated once, then every check is read from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trialkine.claims.documents import written_words
from trialkine.claims.examples import example_file, example_folders
from trialkine.claims.figures_in_words import expected_words, found_words
from trialkine.claims.readings import Outcome, read_number
from trialkine.claims.record import CLINIC, STANDINGS, Catalogue, Check, Claim, Finding, Judged, Run, Verdict
from trialkine.claims.rules import EQUALS, judge, together
from trialkine.errors import TrialkineError

Progress = Callable[[float, str], None]
Simulate = Callable[[Run, Path, int, int | None, Progress], Outcome]


@dataclass(frozen=True)
class Evaluation:
    """What came of judging: the claims in their order, and what was simulated for them."""

    judged: tuple[Judged, ...]
    runs: tuple[Run, ...]
    failures: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many claims ended with each verdict."""
        return {verdict: sum(each.verdict is verdict for each in self.judged) for verdict in Verdict}

    @property
    def reproduced_by_standing(self) -> Mapping[str, int]:
        """How many of the reproduced claims the model knew nothing of, was fitted to, assumes or restates."""
        standings = [each.claim.standing for each in self.judged if each.verdict is Verdict.REPRODUCED]
        return {standing: standings.count(standing) for standing in STANDINGS}

    @property
    def has_failed(self) -> bool:
        """Whether a simulation, or the reading of one, failed."""
        return self.counts[Verdict.FAILED] > 0


def evaluate(
    catalogue: Catalogue,
    claims: Iterable[Claim],
    *,
    with_slow: bool = False,
    slow_for: Collection[str] = (),
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
    simulate: Simulate | None = None,
) -> Evaluation:
    """Judge claims; a run that fails is a verdict, no exception.

    Slow runs are left out, unless all are asked for (`with_slow`) or those of some claims (`slow_for`, ids).
    """
    chosen = tuple(claims)
    wanted = catalogue.runs_of(claim for claim in chosen if with_slow or claim.id in slow_for)
    runs = tuple(run for run in catalogue.runs_of(chosen) if run in wanted or not run.is_slow)
    outcomes: dict[str, Outcome] = {}
    failures: dict[str, str] = {}
    for place, run in enumerate(runs):
        start, width = place / len(runs), 1.0 / len(runs)

        def hear(
            done: float, message: str, start: float = start, width: float = width, run: Run = run
        ) -> None:
            progress(start + width * done, f"{run.example}: {message}" if message else run.example)

        hear(0.0, "")
        try:
            file = example_file(run.example)
            outcomes[run.name] = (simulate or simulate_run)(run, file, seed, jobs, hear)
        except TrialkineError as error:
            failures[run.name] = _without_folders(str(error))
    judged = tuple(_judge(catalogue, claim, outcomes, failures) for claim in chosen)
    return Evaluation(judged, runs, failures, seed)


def _without_folders(message: str) -> str:
    """A message that names examples as they are named everywhere, wherever they lie on this machine."""
    for folder in example_folders():
        message = message.replace(f"{folder}/", "examples/")
    return message


def simulate_run(run: Run, file: Path, seed: int, jobs: int | None, progress: Progress) -> Outcome:
    """Simulate the trial or assay of one run at its stated size."""
    if run.is_assay:
        from trialkine.claims.assays import assay_record

        return Outcome(assay_record(file, run.patients, seed))
    from trialkine.report.outcomes import summarise
    from trialkine.report.summary_json import summary_record
    from trialkine.report.table_types import typed
    from trialkine.study import run_protocol
    from trialkine.trial.protocol import Protocol

    protocol = Protocol.read(file)
    result = typed(
        run_protocol(
            protocol, patients=run.patients, trials=run.trials, seed=seed, jobs=jobs, progress=progress
        )
    )
    summary = summarise(result)
    return Outcome(summary_record(result, summary), result, summary)


def _judge(
    catalogue: Catalogue, claim: Claim, outcomes: Mapping[str, Outcome], failures: Mapping[str, str]
) -> Judged:
    if claim.follows:
        return _judge_ledger(catalogue, claim)
    if not claim.checks:
        return Judged(claim, Verdict.NOT_TESTABLE, why=claim.not_testable)
    findings = tuple(_check(catalogue, check, outcomes, failures) for check in claim.checks)
    verdict = together([finding.verdict for finding in findings])
    reasons = [finding.why for finding in findings if finding.verdict is verdict and finding.why]
    return Judged(claim, verdict, findings, reasons[0] if reasons else "")


def _judge_ledger(catalogue: Catalogue, claim: Claim) -> Judged:
    """A claim about others: most of them held in patients, or most did not, or neither."""
    entries = [other.clinic for other in catalogue.claims if other.id in claim.follows]
    held, against = entries.count("held"), entries.count("failed")
    counts = ", ".join(f"{entries.count(name)} {words}" for name, words in CLINIC.items() if name in entries)
    is_true, is_false = 2 * held > len(entries), 2 * against > len(entries)
    verdict = Verdict.REPRODUCED if is_true else Verdict.CONTRADICTED if is_false else Verdict.UNDECIDED
    about = f"what became of {', '.join(claim.follows)} in patients"
    return Judged(
        claim, verdict, (Finding(about, counts, f"more than half of {len(entries)} held", verdict),)
    )


def _check(
    catalogue: Catalogue, check: Check, outcomes: Mapping[str, Outcome], failures: Mapping[str, str]
) -> Finding:
    expected = expected_words(check)
    try:
        if check.rule == EQUALS:
            return _as_written(catalogue, check, expected)
        for name in check.runs:
            if name in failures:
                return Finding(check.about, "", expected, Verdict.FAILED, failures[name])
            if name not in outcomes:
                return Finding(
                    check.about,
                    "",
                    expected,
                    Verdict.NOT_RUN,
                    "slow: only run when named by its id, or with --all",
                )
        found = read_number(check, outcomes)
    except TrialkineError as error:
        return Finding(check.about, "", expected, Verdict.FAILED, str(error))
    verdict, why = judge(found, check)
    return Finding(check.about, found_words(found, check), expected, verdict, why)


def _as_written(catalogue: Catalogue, check: Check, expected: str) -> Finding:
    """A check of what is written down."""
    found = written_words(catalogue, check.reading)
    verdict = Verdict.REPRODUCED if found == expected else Verdict.CONTRADICTED
    return Finding(check.about, found, expected, verdict)
