"""What a single arm says of its controlled trial, as a folder: page, data, figures."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialkine.calibration.confirm import Confirmation
from trialkine.calibration.confirmation import SingleArm
from trialkine.report.page import PlacedFigure
from trialkine.report.run_folder import write_whole
from trialkine.validation.confirmation_figures import placed_figures
from trialkine.validation.confirmation_json import confirmation_text
from trialkine.validation.confirmation_tables import (
    later_words,
    numbers_table,
    responses_table,
    success_table,
)
from trialkine.validation.confirmation_words import (
    assumptions,
    headline,
    reasons,
    reasons_title,
    single_words,
    warning,
)
from trialkine.validation.page_environment import common_context, page_environment, shown_about

PAGE, RECORD, FIGURES = "confirm.html", "confirm.json", "figures"


def write_confirmation(
    found: Confirmation, folder: Path, later: tuple[SingleArm, SingleArm] | None = None
) -> Path:
    """Write `confirm.html`, `confirm.json` and the figures, whole or not at all.

    `later` is what a later trial found with the drug and with placebo; it is shown and changes nothing.

    Raises: InputError, when the folder is taken or cannot be written.
    """
    figures = placed_figures(found, later)
    texts = {
        PAGE: confirmation_page(found, [placed for _, placed in figures.values()], later),
        RECORD: confirmation_text(found, later),
        **{f"{FIGURES}/{name}.svg": document for name, (document, _) in figures.items()},
    }

    def fill(part: Path) -> None:
        (part / FIGURES).mkdir()
        for name, text in texts.items():
            (part / name).write_text(text, "utf-8", newline="\n")

    return write_whole(folder, fill)


def confirmation_page(
    found: Confirmation, figures: list[PlacedFigure], later: tuple[SingleArm, SingleArm] | None
) -> str:
    """The whole page, which loads nothing from anywhere."""
    plan, source = found.plan, found.protocol.source
    about = {
        "single arm": f"{found.arm}: {single_words(found)}",
        "published as": source.citation if source is not None else "not stated",
        "draws": f"{len(found.draws.prior)}, {found.draws.patients} patients each, seed {plan.seed}",
    }
    context: dict[str, Any] = {
        **common_context(),
        "version": version("trialkine"),
        "title": found.protocol.title,
        "warning": warning(found),
        "headline": headline(found),
        "reasons_title": reasons_title(found),
        "reasons": reasons(found),
        "success": success_table(found),
        "responses": responses_table(found),
        "numbers": numbers_table(found),
        "assumptions": assumptions(found),
        "figures": figures,
        "later": None if later is None else later_words(*later),
        "about": shown_about(about),
    }
    return page_environment().get_template("confirmation.html.j2").render(context)
