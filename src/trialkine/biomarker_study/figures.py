"""The figures of a study of biomarkers: areas, curves, calibration, and where the variance comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.biomarker_study.catalogue import predicts_well
from trialkine.biomarker_study.prediction import HIGHER, Prediction
from trialkine.biomarker_study.readings import BEFORE, CHANGE, within_trials
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.report.figure_set import ReportFigure
from trialkine.report.figures.style import (
    GRID,
    INK,
    MUTED,
    arm_styles,
    as_plain_text,
    house_style,
    new_figure,
    svg_document,
    wrapped,
)
from trialkine.report.words import plain_name
from trialkine.statistics.roc import roc_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEFORE_COLOUR, CHANGE_COLOUR = "#0072B2", "#D55E00"
ROW = 0.2  # inches
MOST_SOURCES = 12
MOST_ARMS = 6


def draw_biomarker_figures(study: BiomarkerStudy) -> dict[str, ReportFigure]:
    """All figures by file name, in the order of the page."""
    figures: dict[str, ReportFigure] = {}
    for place, arm in enumerate(study.result.arms, start=1):
        if not any(not one.why for one in study.predictions if one.arm == arm):
            continue
        figures[f"areas_{place}"] = _finished(
            area_figure(study, arm),
            f"areas_{place}",
            f"{arm}: area under the curve for response, as read, with 95 % intervals; above a half where "
            "responders have higher values. Hollow: a perfect assay. Grey band: where a marker does not "
            f"predict well (between {1 - predicts_well():g} and {predicts_well():g}). The change is that "
            f"{study.early} after the start.",
        )
    if any(study.best(arm) for arm in study.result.arms):
        figures["roc"] = _finished(
            roc_figure(study),
            "roc",
            "ROC curves of the best marker before treatment of each arm, as read (line) and with a perfect "
            "assay (dots). The best was chosen on the same patients.",
        )
    if any(one.tenths for one in study.calibrations):
        figures["calibration"] = _finished(
            calibration_figure(study),
            "calibration",
            "Chances of response learnt from every second patient, against the response rate of the "
            "others, by tenths of the predicted chance with exact 95 % intervals. Right predictions lie on "
            "the diagonal.",
        )
    for place, arm in enumerate(study.result.arms, start=1):
        figures[f"sensitivity_{place}"] = _finished(
            sensitivity_figure(study, arm),
            f"sensitivity_{place}",
            f"{arm}: shares of the variance of response by each of a patient's own numbers, alone (dark) "
            "and in total (light), with 95 % intervals. Luck: thresholds of random times.",
        )
    return figures


def area_figure(study: BiomarkerStudy, arm: str) -> Figure:
    """A forest of areas: a row for each marker, before treatment and as an early change."""
    rows: list[tuple[str, list[Prediction]]] = []
    for one in (*study.of_arm(arm, BEFORE), *study.of_arm(arm, CHANGE)):
        if one.why:
            continue
        known = dict(rows)
        if one.marker.title in known:
            known[one.marker.title].append(one)
        else:
            rows.append((one.marker.title, [one]))
    height = ROW * len(rows) + 0.95
    with house_style(**{"axes.grid.axis": "x", "axes.spines.left": False}):
        figure = new_figure(height)
        axes = figure.subplots()
        figure.subplots_adjust(left=0.34, right=0.97, top=1 - 0.4 / height, bottom=0.45 / height)
        axes.axvspan(1 - predicts_well(), predicts_well(), color=GRID, alpha=0.5, linewidth=0)
        axes.axvline(0.5, color=MUTED, linewidth=0.8)
        for place, (_, found) in enumerate(rows):
            for one in found:
                _area(axes, one, place)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), [as_plain_text(title) for title, _ in rows])
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0.0, 1.0)
        axes.set_xlabel("lower in responders  ←  area under the curve  →  higher in responders")
        _key(axes, ((BEFORE, BEFORE_COLOUR), (CHANGE, CHANGE_COLOUR)))
    return figure


def roc_figure(study: BiomarkerStudy) -> Figure:
    """The curve of the best marker of every arm."""
    arms = [arm for arm in study.result.arms if study.best(arm)][:MOST_ARMS]
    styles = arm_styles(list(study.result.arms))
    with house_style(**{"axes.grid.axis": "both"}):
        figure = new_figure(3.6)
        axes = figure.subplots()
        figure.subplots_adjust(left=0.09, right=0.56, top=0.97, bottom=0.13)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8)
        for arm in arms:
            best = study.best(arm)
            assert best is not None
            cohort = next(one for one in study.cohorts if one.arm == arm)
            reading = next(
                one for one in study.readings[arm] if (one.marker, one.moment) == (best.marker, BEFORE)
            )
            sign = 1.0 if best.direction == HIGHER else -1.0
            style = styles[arm]
            for values, dashes, label in (
                (reading.read, style.dash, wrapped(f"{arm}: {best.marker.title}", 44)),
                (reading.true, (1.0, 1.5), None),
            ):
                false, true = roc_curve(sign * within_trials(values, cohort.trial), cohort.responded)
                settings: dict[str, Any] = {"dashes": dashes} if dashes else {}
                axes.plot(
                    false, true, color=style.line, linewidth=1.4 if label else 0.9,
                    label=as_plain_text(label) if label else None, **settings,
                )  # fmt: skip
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("share of the others at or beyond the cut-off")
        axes.set_ylabel("share of responders")
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=7)
    return figure


def calibration_figure(study: BiomarkerStudy) -> Figure:
    """Predicted against observed, a panel before treatment and one for the early change."""
    styles = arm_styles(list(study.result.arms))
    found = [one for one in study.calibrations if one.tenths]
    most = max(max(max(t.predicted, t.observed.high or 0.0) for t in one.tenths) for one in found)
    most = min(1.0, 1.05 * most)
    with house_style(**{"axes.grid.axis": "both"}):
        figure = new_figure(3.3)
        panels = figure.subplots(1, 2, sharey=True)
        figure.subplots_adjust(left=0.09, right=0.985, top=0.82, bottom=0.14, wspace=0.08)
        for axes, moment in zip(panels, (BEFORE, CHANGE), strict=True):
            axes.plot([0, most], [0, most], color=MUTED, linewidth=0.8)
            for one in found:
                if one.moment != moment:
                    continue
                x = [tenth.predicted for tenth in one.tenths]
                y = [tenth.observed.estimate or 0.0 for tenth in one.tenths]
                low = [tenth.observed.low or 0.0 for tenth in one.tenths]
                high = [tenth.observed.high or 0.0 for tenth in one.tenths]
                colour = styles[one.arm].line
                axes.vlines(x, low, high, color=colour, linewidth=0.9)
                axes.plot(x, y, "o", color=colour, markersize=3.2, label=as_plain_text(one.arm))
            axes.set_title(moment)
            axes.set_xlim(0, most)
            axes.set_ylim(0, most)
            axes.set_xlabel("predicted chance of response")
        panels[0].set_ylabel("responded")
        handles, labels = panels[0].get_legend_handles_labels()
        if len(labels) > 1:
            figure.legend(handles, labels, loc="upper left", ncols=3, frameon=False, fontsize=7)
    return figure


def sensitivity_figure(study: BiomarkerStudy, arm: str) -> Figure:
    """Bars of both shares for the numbers that matter the most."""
    found = next(one for one in study.sensitivities if one.arm == arm)
    sources = found.sources[:MOST_SOURCES]
    height = 0.28 * max(1, len(sources)) + 0.9
    with house_style(**{"axes.grid.axis": "x", "axes.spines.left": False}):
        figure = new_figure(height)
        axes = figure.subplots()
        figure.subplots_adjust(left=0.34, right=0.97, top=1 - 0.4 / height, bottom=0.42 / height)
        for place, one in enumerate(sources):
            for offset, share, colour in ((-0.19, one.first, BEFORE_COLOUR), (0.19, one.total, "#9cc6e0")):
                value = 100 * (share.estimate or 0.0)
                axes.barh(place + offset, value, height=0.34, color=colour)
                if share.low is not None and share.high is not None:
                    ends = [100 * share.low, 100 * share.high]
                    axes.plot(ends, [place + offset] * 2, color=INK, linewidth=0.8)
        names = [plain_name(one.name) + (" (luck)" if one.is_luck else "") for one in sources]
        axes.set_yticks(range(len(sources)), [as_plain_text(name) for name in names])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(sources) - 0.4, -0.6)
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        axes.set_xlabel("per cent of the variance of response")
        _key(axes, (("alone", BEFORE_COLOUR), ("total", "#9cc6e0")))
    return figure


def _area(axes: Axes, found: Prediction, place: int) -> None:
    """One marker's area with its interval, and hollow that of a perfect assay."""
    is_before = found.moment == BEFORE
    colour, height = (BEFORE_COLOUR, place - 0.16) if is_before else (CHANGE_COLOUR, place + 0.16)
    area = found.read.mean
    assert area.estimate is not None
    axes.plot([area.low or 0.0, area.high or 0.0], [height] * 2, color=colour, linewidth=1.2)
    axes.plot(found.true.mean.estimate or np.nan, height, "o", markersize=3.6, markerfacecolor="white",
              markeredgecolor=colour, markeredgewidth=0.8)  # fmt: skip
    axes.plot(area.estimate, height, "o", color=colour, markersize=3.6)


def _key(axes: Axes, entries: tuple[tuple[str, str], ...]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, linewidth=3, label=label) for label, colour in entries]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=len(handles),
        frameon=False,
        fontsize=7,
    )


def _finished(figure: Figure, name: str, caption: str) -> ReportFigure:
    return ReportFigure(svg_document(figure, name), caption, caption)
