"""The claims as a page of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.claims.page import MEANINGS, Part, cited, headline, parts
from trialkine.claims.record import CLINIC, STANDINGS, Catalogue, Finding, Judged

if TYPE_CHECKING:
    from trialkine.claims.evaluate import Evaluation

INTRODUCTION = """\
# The claims, tested

This page is written by `trialkine claims --all --markdown docs/claims.md`; change
`src/trialkine/claims/claims.toml`, not this page. Every claim of the texts that the project started from is
a record: words, a source, the simulation that tests it, a measured quantity and a rule. A contradiction
that is understood is as good a result as a reproduction. All results are simulated and not for treating
patients; intervals hold for one set of model parameters.
"""
READING = """\
## How to read it

`trialkine claims` judges the claims whose simulations are quick, `trialkine claims B` those of one text
whose simulations are quick, `trialkine claims A5 B3` exactly these, however long they take, and
`trialkine claims --all` every one. The page it writes, `claims.html`, holds what stands here.

To add a claim, add a table to `claims.toml`: `id` (its letter is the text's, listed in `[parts]`), `text`
in your own words, `kind` (fact, hypothesis, prediction, design or verdict), `source` (a key of
`evidence/sources/`), and `not_testable` with the reason, or `standing` and one or more `[[claims.checks]]`.
A check reads one number of a `run` (`metric` of an `arm` or of its `line`, a named `measure` of
`measures.py` with `options`, or a `path` into the summary), and `is` names its rule: `below`, `above` (a
`value`), `between`, `agrees with` (`low` and `high`, or a count `events` of `of`, whose exact interval is
meant), `predicts` (a `value` within the interval, which must be no wider than `[widest]` allows), `higher
than` and `lower than` (`than` another reading; contradicted when the whole interval falls short of `by`,
the smallest difference that matters, whose default is in `[matters]`), `as in` (`than`, `within`), and
`equals` for a value of the protocol as written or, without a run, of the map of receptors. `between` and
the one-sided rules want the whole interval on one side; `agrees with` wants the estimate inside the
published interval, and is contradicted only by an interval that does not touch it.
"""


def claims_markdown(catalogue: Catalogue, evaluation: Evaluation, version: str) -> str:
    """The whole page as Markdown."""
    size = len(evaluation.judged)
    head = f"trialkine {version}, seed {evaluation.seed}: {size} claims, {headline(evaluation)}.\n"
    head += f"Written from records with the digest {catalogue.digest}.\n"
    sections = [_part(part) for part in parts(catalogue, evaluation)]
    return "\n".join(
        [INTRODUCTION, head, *sections, READING, _meanings(), _runs(evaluation), _sources(evaluation)]
    )


def _part(part: Part) -> str:
    lines = [f"## {part.letter}. {part.title}", ""]
    if part.is_ledger:
        lines += [
            "The ledger: what preclinical models predicted, what patients showed, what the model gives.",
            "",
        ]
        lines += ["| id | prediction | in patients | in the model |", "|---|---|---|---|"]
        lines += [_ledger_row(each) for each in part.claims] + [""]
    for each in part.claims:
        lines += _claim(each)
    return "\n".join(lines)


def _claim(each: Judged) -> list[str]:
    claim = each.claim
    standing = f", {claim.standing}" if claim.standing else ""
    lines = [f"### {claim.id}: {each.verdict.value}", "", f"{claim.text} ({claim.kind}{standing})", ""]
    if claim.record:
        lines += [f"In patients: {claim.record}", ""]
    if each.findings:
        lines += ["| check | simulated | claimed | verdict |", "|---|---|---|---|"]
        lines += [_finding(finding) for finding in each.findings] + [""]
    for note in (each.why, claim.remark):
        lines += [_flat(note), ""] if note else []
    return lines


def _ledger_row(each: Judged) -> str:
    in_patients = CLINIC.get(each.claim.clinic, "")
    return f"| {each.claim.id} | {each.claim.text} | {in_patients} | {each.verdict.value} |"


def _finding(finding: Finding) -> str:
    cells = (finding.about, finding.found or "–", finding.expected, finding.verdict.value)
    return "| " + " | ".join(_flat(cell).replace("|", "\\|") for cell in cells) + " |"


def _meanings() -> str:
    verdicts = [f"| {verdict.value} | {meaning} |" for verdict, meaning in MEANINGS.items()]
    standings = [f"| {name} | {meaning} |" for name, meaning in STANDINGS.items()]
    return "\n".join(
        [
            "| verdict | meaning |",
            "|---|---|",
            *verdicts,
            "",
            "| the model knew | meaning |",
            "|---|---|",
            *standings,
            "",
        ]
    )


def _runs(evaluation: Evaluation) -> str:
    lines = ["## Simulations", "", "| run | file | size | repeated |", "|---|---|---|---|"]
    for run in evaluation.runs:
        size = (
            f"{run.patients} {'donors' if run.is_assay else 'per arm'}" if run.patients else "as in the file"
        )
        repeated = f"{run.trials} trials" if run.trials > 1 else "once"
        lines.append(f"| {run.name.replace('_', ' ')} | `examples/{run.example}` | {size} | {repeated} |")
    return "\n".join([*lines, ""])


def _sources(evaluation: Evaluation) -> str:
    lines = ["## Sources", ""]
    for source in cited(evaluation):
        pmid = f" (PMID {source.pmid})" if source.pmid else ""
        lines.append(f"- `{source.key}`: {source.citation}{pmid}")
    return "\n".join([*lines, ""])


def _flat(text: str) -> str:
    return " ".join(text.split())
