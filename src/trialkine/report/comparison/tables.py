"""The tables of a comparison."""

from __future__ import annotations

from dataclasses import replace

from trialkine.report.comparison.compare import ArmComparison, Contrast
from trialkine.report.comparison.words import (
    difference_cell,
    free_words,
    interval_phrase,
    needed_cell,
    ratio_cell,
    share_words,
    test_cell,
)
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, months_cell, p_value_words, percent_cell, plain_name, whole
from trialkine.statistics.paired_survival import Fate

FATES = (
    (Fate.better, "Better"),
    (Fate.worse, "Worse"),
    (Fate.same, "The same"),
    (Fate.unknown, "Not known"),
)


def difference_table(comparison: ArmComparison) -> Table:
    """Every arm against the reference."""
    landmark, until = comparison.landmark, comparison.until
    has_responses = _has_responses(comparison)
    has_test = any(contrast.paired is None for contrast in comparison.contrasts)
    rows = []
    for contrast in comparison.contrasts:
        found = contrast.measures
        logrank = test_cell(contrast) if contrast.paired is None else Cell("–", remark="same patients")
        cells = (
            _patients(contrast),
            _ratio(contrast),
            *([logrank] if has_test else []),
            difference_cell(found["restricted_mean_difference_months"]),
            difference_cell(found["survival_difference"], 100.0),
            *([difference_cell(found["response_difference"], 100.0)] if has_responses else []),
        )
        rows.append(Row(contrast.arm.name, cells))
    free = free_words(comparison)
    columns = (
        "Arm", "Patients", "Hazard ratio", *(["Log-rank test"] if has_test else []),
        f"Mean months {free} within {until}", f"{free.capitalize()} at {landmark}, % points",
        *(["Response, % points"] if has_responses else []),
    )  # fmt: skip
    against = f"differences from {comparison.reference.name}, {interval_phrase(comparison)}"
    notes = ["A hazard ratio below 1, and a positive difference, favour the arm of the row."]
    if comparison.is_predictive:
        notes.append("Rates and their differences are means over the trials, the other numbers medians.")
    return Table(f"{comparison.endpoint}: {against}", columns, tuple(rows), tuple(notes))


def needed_table(comparison: ArmComparison) -> Table:
    """Numbers needed to treat, from the differences of the table before."""
    has_responses = _has_responses(comparison)
    rows = []
    for contrast in comparison.contrasts:
        response = [needed_cell(contrast.needed_for_response)] if has_responses else []
        rows.append(Row(contrast.arm.name, (needed_cell(contrast.needed_at_landmark), *response)))
    free, landmark = free_words(comparison), comparison.landmark
    return Table(
        f"Number needed to treat with the arm instead of {comparison.reference.name}, "
        f"{interval_phrase(comparison)}",
        (
            "Arm",
            f"For one more patient {free} at {landmark}",
            *(["For one more response"] if has_responses else []),
        ),
        tuple(rows),
        (
            "A number to benefit counts patients treated for one more who does well, a number to harm for "
            "one fewer. An interval that allows no difference runs through infinity.",
        ),
    )


def fate_table(comparison: ArmComparison) -> Table | None:
    """The same patients under both arms: who fares better; absent where no arms share their patients."""
    rows = []
    for contrast in comparison.contrasts:
        if contrast.paired is not None:
            total = contrast.paired.rows.height
            shares = [Cell(share_words(contrast.paired.fates[fate], total)) for fate, _ in FATES]
            rows.append(Row(contrast.arm.name, (Cell(whole(total)), *shares)))
    if not rows:
        return None
    pooled = ", all trials together" if comparison.is_predictive else ""
    return Table(
        f"The same patients: {comparison.endpoint[:1].lower()}{comparison.endpoint[1:]} within "
        f"{comparison.until} under the arm, against {comparison.reference.name}{pooled}",
        ("Arm", "Patients", *(name for _, name in FATES)),
        tuple(rows),
        (
            "Better or worse is a day or more later or earlier. The same are those who differ by less, or "
            "reach the end of the window under both. Not known are those lost to follow-up before it shows.",
        ),
    )


def response_table(comparison: ArmComparison) -> Table | None:
    """The same patients under both arms: who responds; absent without shared patients or responses."""
    rows = []
    for contrast in comparison.contrasts:
        if contrast.paired is None or contrast.paired.responses is None:
            continue
        counts = [
            Cell(share_words(count, contrast.paired.rows.height)) for count in contrast.paired.responses
        ]
        rows.append(Row(contrast.arm.name, (*counts, _mcnemar(contrast))))
    if not rows:
        return None
    pooled = ", all trials together" if comparison.is_predictive else ""
    return Table(
        f"The same patients: response under the arm and under {comparison.reference.name}{pooled}",
        (
            "Arm",
            "Under both",
            "Under the arm only",
            "Under the reference only",
            "Under neither",
            "McNemar test",
        ),
        tuple(rows),
    )


def arm_table(comparison: ArmComparison) -> Table:
    """Every arm's own numbers."""
    has_responses = any(one.measures["response"].estimate is not None for one in comparison.arms)
    rows = [
        Row(
            f"{one.arm.name}{' (reference)' if one.arm is comparison.reference else ''}",
            (
                Cell(whole(one.patients)),
                Cell(whole(one.events)),
                months_cell(one.measures["median_months"]),
                percent_cell(one.measures["survival_at_landmark"]),
                months_cell(one.measures["restricted_mean_months"]),
                *([percent_cell(one.measures["response"])] if has_responses else []),
            ),
        )
        for one in comparison.arms
    ]
    free, until = free_words(comparison), comparison.until
    return Table(
        f"{comparison.endpoint} and response of each arm, {interval_phrase(comparison)}",
        (
            "Arm", "Evaluable patients", "Events", "Median, months",
            f"{free.capitalize()} at {comparison.landmark}",
            f"Mean months {free} within {until}", *(["Response (CR + PR)"] if has_responses else []),
        ),
        tuple(rows),
    )  # fmt: skip


def run_table(comparison: ArmComparison) -> Table:
    """Where the arms come from."""
    rows = []
    for run in comparison.runs:
        facts = run.provenance
        cells = (
            run.title, plain_name(facts.disease), str(facts.seed), whole(run.trials),
            facts.ensemble or "one set of parameters", facts.version,
        )  # fmt: skip
        rows.append(Row(run.name, tuple(Cell("", remark=cell) for cell in cells)))
    return Table(
        "The runs that were compared", ("Run", "Title", "Disease", "Seed", "Trials", "Parameters", "Version"),
        tuple(rows),
    )  # fmt: skip


def _has_responses(comparison: ArmComparison) -> bool:
    return any(
        contrast.measures["response_difference"].estimate is not None for contrast in comparison.contrasts
    )


def _patients(contrast: Contrast) -> Cell:
    if contrast.paired is not None:
        return Cell(whole(contrast.paired.rows.height), remark="the same in both")
    sizes = contrast.arm.evaluable.height, contrast.reference.evaluable.height
    return Cell(whole(sizes[0]), remark=f"against {whole(sizes[1])}")


def _ratio(contrast: Contrast) -> Cell:
    """The hazard ratio, and how many trials gave none."""
    cell = ratio_cell(contrast.measures["hazard_ratio"])
    missing, trials = contrast.untold.without.get("hazard_ratio", 0), contrast.untold.trials
    if not 0 < missing < trials:
        return cell
    none = f"{whole(missing)} of {whole(trials)} trials gave none"
    return replace(cell, remark="; ".join(part for part in (cell.remark, none) if part))


def _mcnemar(contrast: Contrast) -> Cell:
    if contrast.significant_share is not None:
        return test_cell(contrast)
    return Cell(p_value_words(contrast.test.p_value, contrast.test.why))
