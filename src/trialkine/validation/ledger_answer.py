"""The ledger in one paragraph: how many trials, how often right, and better or worse than their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.report.words import listed
from trialkine.validation.baselines import SAME_CLASS, SAME_DISEASE
from trialkine.validation.coverage import (
    ALL,
    FRACTION,
    LANDMARK_SURVIVAL,
    MEDIAN_SURVIVAL,
    MONTH,
    RESPONSE,
    outcome_group,
    scored_rows,
)
from trialkine.validation.ledger import Ledger, LedgerRow
from trialkine.validation.ledger_tables import (
    Summaries,
    crps_in_unit,
    standing,
    summaries_of,
    unit_words,
    uses_shown,
)
from trialkine.validation.ledger_words import PREDICTION, plural

NOTHING_SIMULATED = (
    "No published trial was predicted, so nothing is known here about how well predictions do. "
    "What was left out, and why, stands below."
)
NOTHING_SCORED = "None of them can be scored, so there is no coverage and no score."
ONLY_FIT = (
    "Every trial was used for calibration and none was left out in turn: this shows how well the model "
    "fits, and not how well it predicts."
)
_SURVIVAL = (MEDIAN_SURVIVAL, LANDMARK_SURVIVAL)
FEWEST_FOR_PER_CENT = 10
_LEVELS = (0.80, 0.95)


@dataclass(frozen=True)
class Answer:
    """The counts, then a finding for each use of trials, then what limits them; empty where not needed."""

    lead: str
    findings: tuple[tuple[str, str], ...] = ()
    caution: str = ""


def ledger_answer(ledger: Ledger) -> list[str]:
    """The ledger in short, as sentences."""
    answer = answer_of(ledger)
    findings = [f"{about}: {finding}" for about, finding in answer.findings]
    return [sentence for sentence in (answer.lead, *findings, answer.caution) if sentence]


def answer_of(ledger: Ledger) -> Answer:
    """The ledger in short, finding by finding."""
    if not ledger.rows:
        return Answer(NOTHING_SIMULATED)
    counted = scored_rows(ledger.rows)
    if not counted:
        return Answer(f"{_counts(ledger, counted)} {NOTHING_SCORED}")
    summaries = summaries_of(ledger.rows)
    findings = tuple(
        (
            _trials(counted, use, ledger.leave_out),
            f"{_coverage(counted, use)} {_against_pools(summaries, use)}",
        )
        for use in uses_shown(summaries, ledger.leave_out)
        if use != ALL
    )
    is_only_fit = not ledger.leave_out and (PREDICTION, ALL) not in summaries
    return Answer(_counts(ledger, counted), findings, ONLY_FIT if is_only_fit else "")


def _counts(ledger: Ledger, counted: Sequence[LedgerRow]) -> str:
    trials = {row.trial for row in ledger.rows}
    arms = {(row.trial, row.arm) for row in ledger.rows}
    return (
        f"{plural(len(trials), 'published trial')} with {plural(len(arms), 'arm')} and "
        f"{plural(len(ledger.rows), 'reported number')}, {len(counted):,} of them scored."
    )


def _trials(counted: Sequence[LedgerRow], use: str, leave_out: bool) -> str:
    count = len({row.trial for row in counted if row.use == use})
    if use == PREDICTION:
        return f"{plural(count, 'trial')} never used for calibration"
    left_out = ", each family predicted without itself" if leave_out else ""
    return f"{plural(count, 'calibration trial')}{left_out}"


def _so_many(count: int, of: int) -> str:
    """A share in per cent, or plain numbers where a per cent would say more than is known."""
    return str(count) if of < FEWEST_FOR_PER_CENT else f"{100 * count / of:.0f} %"


def _coverage(counted: Sequence[LedgerRow], use: str) -> str:
    parts = []
    for name, groups in (("response rates", (RESPONSE,)), ("survival numbers", _SURVIVAL)):
        chosen = [row for row in counted if row.use == use and outcome_group(row.metric) in groups]
        if chosen:
            inside = [sum(row.is_inside[level] for row in chosen) for level in _LEVELS]
            narrow, wide = (_so_many(count, len(chosen)) for count in inside)
            parts.append(
                f"of {len(chosen)} {name}, {narrow} lie inside the 80 % interval and {wide} inside the 95 % "
                "interval"
            )
    said = "; ".join(parts) or "no response rate and no survival number is scored"
    return f"{said}."


def _against_pools(summaries: Summaries, use: str) -> str:
    """Mean CRPS beside the nearest pool that there is, for shares and for times."""
    found = {(one.unit, one.baseline): one for one in summaries[use, ALL].comparisons if one.crps is not None}
    parts = []
    for unit, name in ((FRACTION, "shares of patients"), (MONTH, "times")):
        one = found.get((unit, SAME_CLASS)) or found.get((unit, SAME_DISEASE))
        if one is None or one.crps is None or one.baseline_crps is None:
            continue
        own, other = (crps_in_unit(score, unit) for score in (one.crps, one.baseline_crps))
        parts.append(
            f"{standing(one).split(' (')[0]} for {name} ({own} against {other} {unit_words(unit)}, "
            f"{plural(one.rows, 'number')}, {one.baseline})"
        )
    if not parts:
        return "There is no historical pool to compare with."
    return f"Against the historical pool, the mean CRPS is {listed(parts)}."
