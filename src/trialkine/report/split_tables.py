"""The same patients seen in other ways: by other criteria, and by thirds of a state before treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.endpoints.registry import find_criteria
from trialkine.report.criteria_scores import SCORED
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, metric_cell, metric_label, plain_name, whole

if TYPE_CHECKING:
    from trialkine.report.outcomes import Summary
    from trialkine.trial.result import TrialResult


def criteria_table(result: TrialResult, summary: Summary) -> Table | None:
    """The main outcomes under each criterion; absent where a single one scored."""
    rows = tuple(
        Row(
            f"{score.arm}: {find_criteria(score.criteria).title}",
            tuple(metric_cell(name, score.metrics[name]) for name in SCORED),
        )
        for score in summary.scores
    )
    if not rows:
        return None
    pooled = ", all trials together" if result.replicates > 1 else ""
    decides = find_criteria(result.protocol.assessments.criteria).title
    ends = (
        f"Scans ended at progression by {decides}: later criteria are censored there, which flatters those "
        "that wait longest."
        if result.protocol.assessments.scans_until == "progression"
        else "Scans went on until every criterion had seen progression."
    )
    return Table(
        f"The same patients under each criterion, with 95 % confidence intervals{pooled}",
        ("Arm and criterion", *(metric_label(name) for name in SCORED)),
        rows,
        (f"Treatment followed {decides}. {ends}",),
    )


def baseline_table(summary: Summary) -> Table | None:
    """Response and survival by thirds; absent where the protocol asks for none."""
    rows = tuple(
        Row(
            f"{third.arm}: {plain_name(third.quantity)}, {third.third} third",
            (
                Cell(whole(third.n)),
                Cell(f"{third.from_value:.3g} to {third.to_value:.3g}"),
                metric_cell("orr", third.response),
                metric_cell("os_median_months", third.survival_months),
            ),
        )
        for third in summary.thirds
    )
    if not rows:
        return None
    pooled = ", all trials together" if summary.is_predictive else ""
    return Table(
        f"By thirds of a quantity before treatment, with 95 % confidence intervals{pooled}",
        ("Arm and third", "Patients", "Values", metric_label("orr"), metric_label("os_median_months")),
        rows,
        ("Values are the model's own, without the error of an assay. Thirds are made within each arm.",),
    )
