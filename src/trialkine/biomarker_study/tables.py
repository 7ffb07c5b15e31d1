"""The tables of a study of biomarkers."""

from __future__ import annotations

import math

from trialkine.biomarker_study.catalogue import PREDICTS_WELL, numbers
from trialkine.biomarker_study.prediction import turned
from trialkine.biomarker_study.readings import BEFORE
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.biomarker_study.words import two
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, p_value_words, percent_cell, plain_name, whole
from trialkine.statistics.estimate import Estimate

MOST_SOURCES = 12


def area_table(study: BiomarkerStudy, arm: str, moment: str) -> Table:
    """Every marker of an arm at a moment, the strongest first."""
    when = moment if moment == BEFORE else f"{moment}, {study.early} after the start"
    columns = (
        "Marker", "In responders", "Area, as read", "Largest error", "Perfect assay", "Survival: C, as read",
        "Patients needed",
    )  # fmt: skip
    rows = []
    for one in study.of_arm(arm, moment):
        head = one.marker.title + (f" ({one.marker.seen_in})" if one.marker.seen_in else "")
        if one.why:
            rows.append(Row(head, (Cell("–", remark=one.why), *(Cell("–"),) * 5)))
            continue
        areas = [area_cell(turned(part.mean, one.direction)) for part in (one.read, one.badly_read, one.true)]
        needed = "–" if one.patients_needed is None else whole(one.patients_needed)
        rows.append(Row(head, (Cell(one.direction), *areas, area_cell(one.deaths.mean), Cell(needed))))
    patients = max((one.patients for one in study.of_arm(arm, moment)), default=0)
    notes = [
        f"Up to {whole(patients)} patients. Areas are turned to lie above a half as read. C above a half: "
        "patients with higher values die first. Patients needed: to tell the area from a half, 80 % power, "
        "5 % two-sided, shared among all readings."
    ]
    if study.members > 1:
        notes.append(
            "Patients are compared within members of the ensemble; intervals hold what these differ by."
        )
    if moment != BEFORE:
        notes.append("Without patients who had responded, progressed or left by then.")
    return Table(f"{arm}: {when}", columns, tuple(rows), tuple(notes))


def ceiling_table(study: BiomarkerStudy) -> Table:
    """What combinations of quantities reach in every arm."""
    rows = [
        Row(
            one.arm,
            (
                Cell(one.of),
                Cell(str(one.quantities)),
                Cell("–", remark=one.why) if one.area is None else area_cell(one.area.mean),
                Cell(one.learner or "–"),
            ),
        )
        for one in study.ceilings
    ]
    return Table(
        "What could be known at most",
        ("Arm", "From", "Quantities", "Area, in patients not learnt from", "By"),
        tuple(rows),
        ("A learnt function is a lower bound of what any function reaches; more patients would raise it.",),
    )


def interaction_tables(study: BiomarkerStudy) -> list[Table]:
    """Prognostic and predictive effects of every marker, a table for each pair of arms; none with one arm."""
    return [_interaction_table(study, second) for second in study.result.arms[1:]]


def _interaction_table(study: BiomarkerStudy, second: str) -> Table:
    rows = []
    for one in study.interactions:
        if one.second != second:
            continue
        head = one.marker.title
        if one.why:
            rows.append(Row(head, (Cell("–", remark=one.why), *(Cell("–"),) * 5)))
            continue
        needed = "–" if one.patients_needed is None else whole(one.patients_needed)
        rows.append(
            Row(
                head,
                (
                    Cell(one.verdict),
                    ratio_cell(one.prognostic),
                    ratio_cell(one.predictive, p_value_words(one.test.p_value, one.test.why)),
                    Cell(", ".join(_points(effect) for effect in one.effects) or "–"),
                    ratio_cell(
                        one.deaths_predictive, p_value_words(one.deaths_test.p_value, one.deaths_test.why)
                    ),
                    Cell(needed),
                ),
            )
        )
    same = (
        "the same patients, each counted once" if study.protocol.is_counterfactual else "randomised patients"
    )
    return Table(
        f"{study.result.arms[0]} against {second}",
        (
            "Marker before treatment", "Verdict", "Odds ratio in the second arm", "Ratio of odds ratios",
            "Effect by thirds, points", "Ratio of hazard ratios of death", "Patients needed",
        ),
        tuple(rows),
        (
            f"Per standard deviation of the readings; {same}. Effect: response in the first arm minus the "
            "second, in the lowest, middle and highest third. Verdict: 5 %, shared among the markers, on "
            "the ratio of odds ratios (predictive), else on the odds ratio in the second arm (prognostic). "
            "Ratios depend on the scale of odds; the thirds do not.",
        ),
    )  # fmt: skip


def calibration_table(study: BiomarkerStudy) -> Table:
    """Whether the best markers' chances come true."""
    titles = {marker.name: marker.title for marker in study.markers}
    rows = [
        Row(
            f"{one.arm}: {titles[one.marker]}, {one.moment}",
            (_number_cell(one.intercept), _number_cell(one.slope))
            if not one.why
            else (Cell("–", remark=one.why), Cell("–")),
        )
        for one in study.calibrations
    ]
    return Table(
        "Calibration of the best marker of each arm",
        ("Marker", "Intercept", "Slope"),
        tuple(rows),
        (
            "Fitted to every second patient and judged by the others. Right are an intercept of 0 and a "
            "slope of 1.",
        ),
    )


def sensitivity_table(study: BiomarkerStudy, arm: str) -> Table:
    """The numbers of a patient that the variance of response comes from."""
    found = next(one for one in study.sensitivities if one.arm == arm)
    rows = tuple(
        Row(
            plain_name(one.name) + (" (luck)" if one.is_luck else ""),
            (percent_cell(one.first), percent_cell(one.total)),
        )
        for one in found.sources[:MOST_SOURCES]
    )
    notes = [f"All numbers together: {_share(found.together)} of the variance, luck of readings left over."]
    if found.between_members is not None:
        notes.append(f"Between members of the ensemble: {100 * found.between_members:.1f} %.")
    return Table(
        f"{arm}: where the variance of response comes from", ("Number", "Alone", "Total"), rows, tuple(notes)
    )


def size_table(study: BiomarkerStudy) -> Table | None:
    """Randomised trials with and without enrichment; None where there is nothing to compare."""
    rows = [
        Row(
            f"{one.arm} against {size.against}",
            tuple(
                Cell("–", remark=size.why) if number is None else Cell(whole(number))
                for number in (size.everybody, size.enriched, size.screened)
            ),
        )
        for one in study.enrichments
        for size in one.sizes
    ]
    if not rows:
        return None
    return Table(
        "A randomised trial with this treatment as one arm",
        ("Arms", "Patients, everybody", "Patients, enriched", "Screened for the second"),
        tuple(rows),
        ("Both arms together, by response, 80 % power, 5 % two-sided, normal approximation.",),
    )


def error_table(study: BiomarkerStudy) -> Table:
    """Which error of reading each marker was given, and the bound of the rule."""
    rows = [
        Row(
            marker.title,
            (
                Cell(_percent(marker.error.value)),
                Cell(f"{_percent(marker.error.low)} to {_percent(marker.error.high)}"),
                Cell(marker.error.kind),
                Cell(marker.error.where),
            ),
        )
        for marker in study.markers
    ]
    bound = numbers()[PREDICTS_WELL]
    return Table(
        "Errors of reading",
        ("Marker", "Coefficient of variation", "Range", "Kind", "Why"),
        tuple(rows),
        (
            f"Bound of a marker that predicts well: {bound.value} ({bound.low} to {bound.high}, "
            f"{bound.kind}).",
        ),
    )


def area_cell(found: Estimate) -> Cell:
    """An area, or the reason why there is none."""
    if found.estimate is None:
        return Cell("–", remark=found.why)
    return Cell(two(found.estimate), f"{two(found.low)} to {two(found.high)}")


def ratio_cell(found: Estimate, remark: str = "") -> Cell:
    """The exponential of a log ratio."""
    if found.estimate is None or found.low is None or found.high is None:
        return Cell("–", remark=found.why)
    values = [math.exp(max(-20.0, min(20.0, value))) for value in (found.estimate, found.low, found.high)]
    return Cell(two(values[0]), f"{two(values[1])} to {two(values[2])}", remark)


def _number_cell(found: Estimate) -> Cell:
    if found.estimate is None:
        return Cell("–", remark=found.why)
    shown = [f"{value or 0.0:.2f}".replace("-", "−") for value in (found.estimate, found.low, found.high)]
    return Cell(shown[0], f"{shown[1]} to {shown[2]}")


def _points(found: Estimate) -> str:
    return "–" if found.estimate is None else f"{100 * found.estimate:+.0f}".replace("-", "−")


def _share(found: Estimate) -> str:
    return found.why if found.estimate is None else f"{100 * found.estimate:.0f} %"


def _percent(value: object) -> str:
    return f"{100 * value:g} %" if isinstance(value, float) else "–"
