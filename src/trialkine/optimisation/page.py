"""A search as one HTML page that loads nothing from anywhere, and as a fragment for a notebook."""

from __future__ import annotations

from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from trialkine.optimisation.front_figure import NAME, caption, front_figure, spoken
from trialkine.optimisation.tables import candidate_table, in_order, level_table, open_number_table
from trialkine.optimisation.words import answer, fate_words, percent, rate_words, resting_words
from trialkine.report.figures.style import svg_document, svg_inline
from trialkine.report.page import PlacedFigure
from trialkine.report.words import BANNER, BANNER_DETAIL
from trialkine.validation.page_environment import common_context, page_environment, shown_about

if TYPE_CHECKING:
    from jinja2 import Environment

    from trialkine.optimisation.findings import Optimisation

MOST_IN_FRAGMENT = 10
_LEFT = "text-align:left;padding-right:1em"


def findings_page(found: Optimisation, command: str = "") -> str:
    """The whole page."""
    from markupsafe import Markup

    document = svg_document(front_figure(found), NAME)
    about = {
        "command": command,
        "seed": str(found.seed),
        "simulated": f"{found.simulated:,} patients: {found.patients} under each of up to {found.members} "
        f"members, in {found.rounds} rounds, for {len(found.candidates)} candidates",
        "ensemble": found.ensemble,
        "protocol content hash": found.protocol.content_hash,
    }
    context: dict[str, Any] = {
        **common_context(),
        "banner_detail": BANNER_DETAIL,
        "version": version("trialkine"),
        "found": found,
        "answer": answer(found),
        "rests_on": resting_words(found),
        "figure": PlacedFigure(1, Markup(svg_inline(document, NAME, spoken(found))), caption(found)),
        "candidates": candidate_table(found),
        "levels": level_table(found),
        "open_numbers": open_number_table(found),
        "assumed": found.assumptions.assumed,
        "about": shown_about({key: value for key, value in about.items() if value}),
    }
    return _environment().get_template("optimisation.html.j2").render(context)


def findings_html(found: Optimisation) -> str:
    """The answer and the best candidates as a self-contained HTML fragment."""
    rows = "".join(
        f'<tr><th scope="row" style="{_LEFT}">{escape(one.name)}</th>'
        + "".join(
            f'<td style="{_LEFT}">{escape(text)}</td>'
            for text in (
                rate_words(one.objective),
                *(percent(rate.mean) for rate in one.limited),
                percent(one.best_share),
                fate_words(one),
            )
        )
        + "</tr>"
        for one in in_order(found)[:MOST_IN_FRAGMENT]
    )
    heads = ("Candidate", str(found.objective), *(str(one) for one in found.constraints), "Best", "Race")
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(name)}</th>' for name in heads)
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in (*answer(found), *resting_words(found)))
    return (
        f"<div><strong>{escape(found.protocol.title)}</strong>{said}<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table><small>{escape(BANNER)}</small></div>"
    )


def _environment() -> Environment:
    """The templates of this folder; those of validation and report lend theirs."""
    from jinja2 import ChoiceLoader, PackageLoader

    environment = page_environment()
    assert environment.loader is not None
    environment.loader = ChoiceLoader([PackageLoader("trialkine.optimisation", "."), environment.loader])
    return environment
