"""Figures about a single arm: what drug and background each give, and what a controlled trial will show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialkine.calibration.confirm import Confirmation
from trialkine.calibration.confirmation import SingleArm, difference_chances
from trialkine.report.figures.style import (
    INK,
    MUTED,
    as_plain_text,
    house_style,
    new_figure,
    svg_document,
    svg_inline,
)
from trialkine.report.page import PlacedFigure
from trialkine.validation.confirmation_words import background_words, drug_words, trial_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BEFORE, AFTER = "#c3c8d1", "#0072B2"
LATER_COLOUR = "#a84a00"
LARGEST_DOT = 90.0  # points squared
BIN = 5  # patients in a hundred: width of a bar in points


def placed_figures(
    found: Confirmation, later: tuple[SingleArm, SingleArm] | None
) -> dict[str, tuple[str, PlacedFigure]]:
    """The figures by name, each as a file and as it stands in the page."""
    drawn = {"predicted-difference": (difference_figure(found, later), _difference_caption(found, later))}
    if found.backgrounds:
        drawn = {"drug-v-background": (ridge_figure(found), _ridge_caption(found)), **drawn}
    placed = {}
    for number, (name, (figure, caption)) in enumerate(drawn.items(), 1):
        document = svg_document(figure, name)
        from markupsafe import Markup

        inline = Markup(svg_inline(document, name, caption))
        placed[name] = (document, PlacedFigure(number, inline, caption))
    return placed


def ridge_figure(found: Confirmation) -> Figure:
    """Every draw as a dot: responses that the background alone gives, and those that the drug alone gives."""
    draws, weights = found.draws, found.verdict.weights
    background = 100.0 * (draws.control - draws.control_alone)
    drug = 100.0 * (draws.treated_alone - draws.control_alone)
    with house_style():
        figure = new_figure(3.6)
        axes = figure.subplots()
        axes.scatter(background, drug, s=5, color=BEFORE, linewidth=0, label="before: every draw the same")
        area = LARGEST_DOT * weights / weights.max()
        axes.scatter(
            background, drug, s=area, color=AFTER, alpha=0.45, linewidth=0, label="after: area by weight"
        )
        reported = 100.0 * found.verdict.single.rate
        axes.plot([0, reported], [reported, 0], color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.annotate(
            "sum as reported", (0.06 * reported, 0.94 * reported), xytext=(4, 4), textcoords="offset points",
            fontsize=7, color=MUTED,
        )  # fmt: skip
        axes.set_xlabel(as_plain_text(f"responses to {background_words(found)} alone, points"))
        axes.set_ylabel(as_plain_text(f"responses to {drug_words(found)} alone, points"))
        axes.set_xlim(-2, 102)
        axes.set_ylim(-2, 102)
        axes.legend(frameon=False, fontsize=7, loc="upper right")
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.14, top=0.97)
    return figure


def difference_figure(found: Confirmation, later: tuple[SingleArm, SingleArm] | None) -> Figure:
    """The differences that the controlled trial may show, before and after the single arm is known."""
    verdict, draws = found.verdict, found.draws
    with house_style():
        figure = new_figure(2.9)
        axes = figure.subplots()
        for weights, colour, label, is_filled in (
            (draws.prior, MUTED, "before", False),
            (verdict.weights, AFTER, "after", True),
        ):
            values, chances = difference_chances(draws, weights, verdict.trial)
            edges = np.arange(-102.5, 103.0, BIN)
            heights, _ = np.histogram(100.0 * values, edges, weights=100.0 * chances)
            axes.stairs(heights, edges, color=colour, fill=is_filled, alpha=0.7 if is_filled else 1.0,
                        linewidth=1.1, label=label)  # fmt: skip
        top = axes.get_ylim()[1]
        if verdict.least_difference is not None:
            least = 100.0 * verdict.least_difference
            axes.axvline(least, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
            axes.text(least + 1, 0.96 * top, "significant from here", fontsize=7, color=INK, va="top")
        if later is not None:
            shown = 100.0 * (later[0].rate - later[1].rate)
            axes.axvline(shown, color=LATER_COLOUR, linewidth=1.1)
            side = "right" if shown < 100.0 * (verdict.least_difference or 0.0) else "left"
            away = -1 if side == "right" else 1
            axes.text(
                shown + away, 1.04 * top, "found later", fontsize=7, color=LATER_COLOUR, va="top", ha=side
            )
            axes.set_ylim(0.0, 1.06 * top)
        axes.set_xlim(-40, 80)
        axes.set_xlabel("difference in response, drug less placebo, points")
        axes.set_ylabel("probability, %")
        axes.legend(frameon=False, fontsize=7, loc="upper right")
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.17, top=0.97)
    return figure


def _ridge_caption(found: Confirmation) -> str:
    return (
        f"What {background_words(found)} and {drug_words(found)} would each give alone, in every draw. Grey: "
        "the prior. Blue: the same draws by the weight that the single arm leaves them. Where blue lies "
        "along the dashed line, the arm tells the sum of the two and not which of them gives it."
    )


def _difference_caption(found: Confirmation, later: tuple[SingleArm, SingleArm] | None) -> str:
    more = (
        ""
        if later is None
        else " The solid line is what a later trial found: shown after the fact, no part of the calculation."
    )
    return (
        f"Difference in response that {trial_words(found)} will show, before and after the single arm is "
        f"known, in steps of {BIN} points, the luck of its patients included. Right of the dashed line a "
        f"trial with the expected response to placebo is significant.{more}"
    )
