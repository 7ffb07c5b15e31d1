"""The page of claims: one self-contained HTML document in the look of a trial's report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trialkine.claims.record import CLINIC, STANDINGS, Catalogue, Judged, Verdict
from trialkine.evidence.sources import Source, sources
from trialkine.report.templates import breakable, unbroken
from trialkine.report.words import BANNER, BANNER_DETAIL, whole

if TYPE_CHECKING:
    from trialkine.claims.evaluate import Evaluation

LEDGER = "E"  # the text of preclinical predictions
MEANINGS: Mapping[Verdict, str] = {
    Verdict.REPRODUCED: "every check came out as claimed, with its whole interval",
    Verdict.CONTRADICTED: "at least one check came out against the claim, with its whole interval",
    Verdict.UNDECIDED: (
        "no check is against it, but the interval of at least one lies on both sides or is too wide"
    ),
    Verdict.NOT_TESTABLE: "nothing here could have come out otherwise, for the reason given",
    Verdict.NOT_RUN: "it takes a slow run, which was left out this time",
    Verdict.FAILED: "a simulation it needs could not be made",
}


@dataclass(frozen=True)
class Part:
    """The claims of one founding text."""

    letter: str
    title: str
    claims: tuple[Judged, ...]

    @property
    def is_ledger(self) -> bool:
        """Whether it lists preclinical predictions beside what became of them in patients."""
        return self.letter == LEDGER


def parts(catalogue: Catalogue, evaluation: Evaluation) -> tuple[Part, ...]:
    """The claims that were judged, by text."""
    found = (
        Part(letter, title, tuple(each for each in evaluation.judged if each.claim.id[0] == letter))
        for letter, title in catalogue.parts.items()
    )
    return tuple(part for part in found if part.claims)


def cited(evaluation: Evaluation) -> tuple[Source, ...]:
    """The sources that the judged claims name, by key."""
    keys = {each.claim.source for each in evaluation.judged}
    return tuple(sources()[key] for key in sorted(keys))


def ended(evaluation: Evaluation) -> list[tuple[Verdict, int]]:
    """Every verdict that some claim got, with how many did."""
    return [(verdict, count) for verdict, count in evaluation.counts.items() if count]


def weight(evaluation: Evaluation) -> str:
    """How much of what was reproduced is evidence: a claim the model was given counts for nothing."""
    of = evaluation.reproduced_by_standing
    return (
        f"of them {of['free']} free of calibration and assumption and not merely stated; "
        f"{of['calibrated']} calibrated, {of['assumed']} assumed, {of['stated']} merely stated"
    )


def headline(evaluation: Evaluation) -> str:
    """The counts of verdicts in a line; beside what was reproduced, how much of it is evidence."""
    return ", ".join(
        f"{count} {verdict.value}" + (f" ({weight(evaluation)})" if verdict is Verdict.REPRODUCED else "")
        for verdict, count in ended(evaluation)
    )


def claims_page(catalogue: Catalogue, evaluation: Evaluation, version: str) -> str:
    """The whole page as one HTML document that loads nothing from anywhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("trialkine.claims", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"whole": whole, "unbroken": unbroken, "breakable": breakable}
    styles = (files("trialkine.report") / "report.css", files(__package__) / "claims.css")
    context: dict[str, Any] = {
        "css": Markup("\n".join(style.read_text("utf-8") for style in styles)),
        "banner": BANNER,
        "banner_detail": BANNER_DETAIL,
        "parts": parts(catalogue, evaluation),
        "counts": ended(evaluation),
        "weight": weight(evaluation),
        "meanings": MEANINGS,
        "standings": STANDINGS,
        "clinic": CLINIC,
        "evaluation": evaluation,
        "cited": cited(evaluation),
        "version": version,
    }
    return environment.get_template("claims.html.j2").render(context)
