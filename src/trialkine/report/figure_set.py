"""Draws every figure of a report, with its caption and the words a screen reader speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialkine.report.adverse_event_tables import severe_in_words
from trialkine.report.adverse_events import arm_toxicities
from trialkine.report.biomarker_change import biomarker_courses
from trialkine.report.curves import ENDPOINTS, arm_curves
from trialkine.report.dose_counts import agent_doses
from trialkine.report.endpoints_shown import progression_title
from trialkine.report.figures.biomarker import biomarker_figure
from trialkine.report.figures.criteria_calls import criteria_calls, most_disputed
from trialkine.report.figures.dose_delivery import MOST_CYCLES, dose_delivery
from trialkine.report.figures.kaplan_meier import MOST_BANDS, draw_curves
from trialkine.report.figures.operating import operating_figure
from trialkine.report.figures.spider import MOST_PATIENTS as MOST_SPIDER_LINES
from trialkine.report.figures.spider import spider
from trialkine.report.figures.style import svg_document
from trialkine.report.figures.swimmer import lanes_per_arm, swimmer
from trialkine.report.figures.toxicity import toxicity_bars
from trialkine.report.figures.waterfall import MOST_PATIENTS as MOST_WATERFALL_BARS
from trialkine.report.figures.waterfall import waterfall
from trialkine.report.operating_words import chance_sentence, member_words
from trialkine.report.picks import evaluable, stated_choice
from trialkine.report.strategy_words import last_line_words, strategy_notes
from trialkine.report.tumour_size import size_measure
from trialkine.report.words import listed, plain_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.report.outcomes import Summary
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class ReportFigure:
    """A finished figure: the SVG file's text, its caption, and what it shows in words."""

    document: str
    caption: str
    description: str


def draw_figures(result: TrialResult, summary: Summary) -> dict[str, ReportFigure]:
    """All figures by file name, in the order of the report."""
    figures = _criteria_figure(result)
    figures |= {f"kaplan_meier_{name}": _curves(result, summary, name) for name in ("os", "pfs")}
    if not summary.facts.is_adjuvant:
        figures |= _tumour_figures(result, summary)
    for name, unit in result.biomarkers.items():
        figures[f"biomarker_{name}"] = _finished(
            biomarker_figure(biomarker_courses(result, name)),
            f"biomarker_{name}",
            f"{plain_name(name)} (measured in {unit or 'fold'}) in percent of each patient's baseline: "
            "median, and the middle half of the patients still measured, which is no confidence interval.",
            f"{plain_name(name)} over time, one line per arm.",
        )
    return figures | _dose_figure(result) | _toxicity_figure(result) | _design_figure(summary)


def _design_figure(summary: Summary) -> dict[str, ReportFigure]:
    """What the design does over virtual trials, where that was asked for."""
    found = summary.operating
    if found is None:
        return {}
    first = found.found[0]
    caption = (
        f"The {member_words(found)} of the pool, each by its {first.truth_name} and the share of its virtual "
        f"trials that succeed ({first.success_name}), beside the chance by the textbook. Few patients make "
        "them scatter by luck, too."
    )
    if first.doses:
        caption = "How often each dose is selected, under the model and at fixed toxicity rates."
    figure = _finished(
        operating_figure(found.found, member_words(found)),
        "operating",
        caption,
        f"Chances of the design. {chance_sentence(found)}",
    )
    return {"operating": figure}


def _criteria_figure(result: TrialResult) -> dict[str, ReportFigure]:
    """The scans on which the criteria differ, where several score."""
    disputed = most_disputed(result)
    if disputed is None:
        return {}
    figure = _finished(
        criteria_calls(result, *disputed),
        "criteria",
        "The patient about whom the criteria differ most: the diameter of every target lesion as read, and "
        "each criterion's call at every scan. A dotted line is the first scan that showed a new "
        "lesion, which no curve follows. WHO criteria and RECIST 1.1 do not go back behind a progression; "
        "UPD of iRECIST is progression still to be confirmed.",
        "Lesion diameters of one patient over time, above one row of calls per criterion.",
    )
    return {"criteria": figure}


def _dose_figure(result: TrialResult) -> dict[str, ReportFigure]:
    doses = agent_doses(result)
    if not doses:
        return {}
    figure = _finished(
        dose_delivery(doses, result.arms),
        "dose_delivery",
        "Doses planned, given and held per patient who started each course or cycle "
        f"(at most the first {MOST_CYCLES}).",
        "Bars of planned, given and held doses per course or cycle; the table below has the means.",
    )
    return {"dose_delivery": figure}


def _toxicity_figure(result: TrialResult) -> dict[str, ReportFigure]:
    """Worst grades, where any arm drives any toxicity that is followed."""
    toxicities = arm_toxicities(result)
    if not any(arm.outcomes for arm in toxicities):
        return {}
    left_out = dict.fromkeys(title.lower() for arm in toxicities for title in arm.left_out)
    without = f"; “any” leaves out {listed(list(left_out))}" if left_out else ""
    figure = _finished(
        toxicity_bars(toxicities, result.arms),
        "toxicity",
        "Patients by their worst grade of each toxicity that the treatment drives, the most often severe on "
        f"top{without}. A toxicity that is not named is not driven by the treatment.",
        f"Stacked bars of worst grades. {severe_in_words(toxicities)}",
    )
    return {"toxicity": figure}


def _tumour_figures(result: TrialResult, summary: Summary) -> dict[str, ReportFigure]:
    """What happened to measurable tumours."""
    figures: dict[str, ReportFigure] = {}
    measure = size_measure(summary.facts.criteria)
    bounds = f"dashed lines at {measure.response_percent:+.0f} % and {measure.growth_percent:+.0f} %".replace(
        "-", "−"
    )
    first_baseline = (
        "All sums are against the first baseline, while response to what follows is against a later one. "
        if summary.facts.has_several_lines
        else ""
    )
    figures["waterfall"] = _finished(
        waterfall(result, measure),
        "waterfall",
        f"Deepest change of the {measure.name} after baseline, one bar per patient, "
        f"coloured by best response; {bounds}. Growth above +100 % is drawn as +100 %; "
        "patients without a later scan have no bar. A deep bar without the colour of a response was not "
        f"confirmed, or came after progression. {first_baseline}"
        f"{_shown(result, MOST_WATERFALL_BARS)}",
        f"Waterfall plot per arm. {_responses_in_words(summary)}",
    )
    figures["spider"] = _finished(
        spider(result, measure),
        "spider",
        f"Change of the {measure.name} over time, one line per patient, coloured by best response; {bounds}. "
        f"{first_baseline}{_shown(result, MOST_SPIDER_LINES)}",
        f"Spider plot per arm. {_responses_in_words(summary)}",
    )
    lanes = lanes_per_arm(len(result.arms))
    last_line = " Progression is that on the last line started." if last_line_words(summary.facts) else ""
    figures["swimmer"] = _finished(
        swimmer(result),
        "swimmer",
        f"Single patients from first dose to death or end of follow-up, shortest survival at the bottom."
        f"{last_line} {_shown(result, lanes, 'each best response in its share')}",
        "Swimmer plot: one lane per patient with lines of treatment, response, progression and death.",
    )
    return figures


def _finished(figure: Figure, name: str, caption: str, description: str) -> ReportFigure:
    return ReportFigure(svg_document(figure, name), " ".join(caption.split()), description)


def _curves(result: TrialResult, summary: Summary, endpoint: str) -> ReportFigure:
    curves = arm_curves(result, endpoint)
    title = ENDPOINTS[endpoint]
    if endpoint == "pfs":
        title = progression_title(summary.facts, title)
    is_strategy = (
        endpoint in ("pfs", "ttp") and not summary.facts.is_adjuvant
    )  # there the first relapse counts
    last_line = last_line_words(summary.facts) if is_strategy else ""
    named = f"{title} ({last_line})" if last_line else title
    progression = "".join(f" {note}" for note in strategy_notes(summary.facts)[:1]) if is_strategy else ""
    has_bands = len(result.arms) <= MOST_BANDS
    limits = " with pointwise 95 % log-log limits" if has_bands else ", without limits for so many arms"
    band = (
        f"the median curve of {result.replicates} trials{_trial_band(summary) if has_bands else ''}"
        if summary.is_predictive
        else f"Kaplan-Meier curves{limits}; ticks mark censored patients"
    )
    caution = (
        " The arms hold the same patients, so the bands must not be compared as if they were independent."
        if summary.facts.is_counterfactual and len(result.arms) > 1 and has_bands
        else ""
    )
    medians = "; ".join(f"{curve.arm}: {curve.median}" for curve in curves)
    return _finished(
        draw_curves(curves, title),
        f"kaplan_meier_{endpoint}",
        f"{named}: {band}.{caution}{progression}",
        f"{named} by arm. {medians}.",
    )


def _trial_band(summary: Summary) -> str:
    level = summary.predictive_level
    return "" if level is None else f" with the band that holds {100 * level:.0f} % of them"


def _shown(result: TrialResult, at_most: int, chosen: str = "evenly spaced by number") -> str:
    first = evaluable(result.patients).filter(pl.col("trial") == 0)
    words = [
        stated_choice(result, min(size, at_most), size, chosen)
        for size in (first.filter(pl.col("arm") == arm).height for arm in result.arms)
    ]
    if len(set(words)) == 1:
        return f"Shown{' per arm' if len(words) > 1 else ''}: {words[0]}."
    return f"Shown: {'; '.join(f'{arm}, {said}' for arm, said in zip(result.arms, words, strict=True))}."


def _responses_in_words(summary: Summary) -> str:
    parts = []
    for arm in summary.arms:
        counts = ", ".join(f"{count} {name}" for name, count in arm.responses.items() if count)
        parts.append(f"{arm.name}: {counts or 'no evaluable patient'}")
    return "; ".join(parts) + "."
