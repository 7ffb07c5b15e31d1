"""The tables of the report: a caption, column heads, and rows of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.report.endpoints_shown import is_about, is_of_tumours, main_metrics
from trialkine.report.flow import ArmFlow, failures_by_arm
from trialkine.report.interval_words import interval_phrase, shown_metrics
from trialkine.report.outcomes import WIDE_LEVEL, Summary
from trialkine.report.strategy_words import strategy_label, strategy_notes
from trialkine.report.times import time_words
from trialkine.report.words import (
    Cell,
    metric_cell,
    metric_label,
    p_value_words,
    percent_cell,
    plain_name,
    whole,
)

if TYPE_CHECKING:
    from trialkine.report.agent_evidence import AgentEvidence
    from trialkine.report.dose_counts import AgentDoses
    from trialkine.trial.result import TrialResult

DOSES = "doses_given_mean"
NOT_SCANNED = Cell("–", remark="no scan before the next line")
LINE_METRICS = (
    "orr",
    "cr_rate",
    "pfs_median_months",
    "os_median_months",
    "dor_median_months",
    "doses_given_mean",
    "relative_dose_intensity_mean",
)


@dataclass(frozen=True)
class Row:
    """One row: what it is about, and its cells."""

    head: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption and footnotes."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def outcome_table(summary: Summary) -> Table:
    """Every outcome of every arm as a whole strategy."""
    has_one_agent = {arm.name: summary.facts.lines_of.get(arm.name, 1) == 1 for arm in summary.arms}
    metrics = {arm.name: shown_metrics(summary, arm.group) for arm in summary.arms}
    names = [
        name
        for name in summary.arms[0].group.metrics
        if is_about(name, summary.facts)
        and not name.startswith("biomarker_")
        and (name != DOSES or any(has_one_agent.values()))
    ]
    rows = [
        Row(
            "Evaluable patients" + (" per trial" if summary.is_predictive else ""),
            tuple(Cell(whole(arm.group.n)) for arm in summary.arms),
        )
    ]
    rows += [
        Row(
            strategy_label(name, summary.facts),
            tuple(
                metric_cell(name, metrics[arm.name][name])
                if name != DOSES or has_one_agent[arm.name]
                else Cell("–", remark="see line by line")
                for arm in summary.arms
            ),
        )
        for name in names
    ]
    means = ("Rates are means over the trials, times are medians of them.",) if summary.is_predictive else ()
    return Table(
        f"Whole strategy, from the first dose, {interval_phrase(summary)}",
        ("Outcome", *(arm.name for arm in summary.arms)),
        tuple(rows),
        (*means, *strategy_notes(summary.facts)),
    )


def line_table(summary: Summary) -> Table | None:
    """Each line of treatment counted from its own first dose; absent where every arm has one line."""
    if all(len(arm.lines) <= 1 for arm in summary.arms):
        return None
    names = [name for name in LINE_METRICS if is_about(name, summary.facts)]
    rows = []
    for arm in summary.arms:
        for line in arm.lines:
            metrics = shown_metrics(summary, line.group)
            found = [
                NOT_SCANNED if line.is_unseen and is_of_tumours(name) else metric_cell(name, metrics[name])
                for name in names
            ]
            cells = (Cell(whole(line.group.n)), *found)
            rows.append(Row(f"{arm.name}: line {line.line}, {plain_name(line.agent)}", cells))
    return Table(
        "Each line of treatment, from its own first dose, among the patients who reached it",
        ("Arm and line", "Reached it", *(metric_label(name) for name in names)),
        tuple(rows),
    )


def narrow_table(summary: Summary) -> Table | None:
    """80 and 95 % predictive intervals of the main outcomes; absent where there are not both."""
    if not summary.is_predictive or summary.predictive_level != WIDE_LEVEL:
        return None
    rows = []
    for arm in summary.arms:
        for name in main_metrics(summary.facts):
            wide, narrow = (
                metric_cell(name, arm.group.metrics[name]),
                metric_cell(name, arm.group.narrow[name]),
            )
            cells = (
                Cell(wide.value, remark=wide.remark if not wide.interval else ""),
                Cell(narrow.interval or "undefined", remark="" if narrow.interval else narrow.remark),
                Cell(wide.interval or "undefined"),
            )
            rows.append(Row(f"{arm.name}: {strategy_label(name, summary.facts)}", cells))
    return Table(
        f"What the next such trial would report, from {whole(summary.replicates)} simulated trials",
        ("Arm and outcome", "Mean of rates, median of times", "80 of 100 trials", "95 of 100 trials"),
        tuple(rows),
    )


def biomarker_table(summary: Summary) -> Table | None:
    """Paired tests against baseline at the times the protocol plans; absent without a plan."""
    first = " of the first trial" if summary.is_predictive else ""
    rows = [
        Row(
            f"{arm.name}: {plain_name(test.biomarker)} {time_words(test.day)}",
            (
                Cell(whole(test.t_test.pairs)),
                percent_cell(test.t_test.ratio),
                Cell(p_value_words(test.t_test.test.p_value, test.t_test.test.why)),
                Cell(p_value_words(test.signed_rank.test.p_value, test.signed_rank.test.why)),
            ),
        )
        for arm in summary.arms
        for test in arm.biomarker_tests
    ]
    if not rows:
        return None
    return Table(
        f"Change from the same patients' baseline{first}: geometric mean in % of baseline",
        ("Arm and time", "Pairs", "% of baseline", "Paired t-test on logs", "Wilcoxon signed-rank"),
        tuple(rows),
    )


def dose_table(agents: list[AgentDoses]) -> Table | None:
    """Planned, given and held doses over all cycles of each agent."""
    rows = []
    for doses in agents:
        starts = sum(cycle.patients for cycle in doses.cycles)
        if not starts:
            continue
        planned, given, held = (
            sum(getattr(cycle, name) * cycle.patients for cycle in doses.cycles)
            for name in ("planned", "given", "held")
        )
        cells = (
            Cell(whole(doses.cycles[0].patients)),
            Cell(whole(starts)),
            Cell(f"{planned / starts:.1f}"),
            Cell(
                f"{given / starts:.1f}", remark=f"{100 * given / planned:.0f} % of planned" if planned else ""
            ),
            Cell(f"{held / starts:.1f}"),
        )
        rows.append(Row(f"{doses.arm}: {doses.place}, {plain_name(doses.agent)}", cells))
    if not rows:
        return None
    return Table(
        "Doses per course or cycle started",
        ("Arm and agent", "Patients", "Courses or cycles", "Planned", "Given", "Held"),
        tuple(rows),
    )


def evidence_table(summary: Summary) -> Table | None:
    """Every agent's own numbers by what is known of them; absent where no agent has any."""
    rows = tuple(
        Row(
            plain_name(one.agent),
            (
                Cell(whole(one.numbers)),
                Cell(whole(one.assumed)),
                Cell(whole(one.kinds.get("calibrated", 0))),
                Cell("", remark=_adjusted_to(one)),
            ),
        )
        for one in summary.evidence.agents
    )
    if not rows:
        return None
    return Table(
        "The agents' own numbers",
        ("Agent", "Numbers", "Assumed", "Calibrated", "Adjusted to"),
        rows,
        ("A dose, schedule, combination or disease that is not named under 'Adjusted to' is extrapolated.",),
    )


def _adjusted_to(found: AgentEvidence) -> str:
    if found.was_never_adjusted:
        return "no published outcome"
    return "; ".join(found.adjusted_to) or "nothing, and none is assumed"


def failure_table(result: TrialResult, flows: list[ArmFlow]) -> Table | None:
    """Failed patients by arm and reason; absent when none failed."""
    enrolled = {flow.arm: flow.enrolled for flow in flows}
    rows = tuple(
        Row(arm, (Cell(reason), Cell(whole(count)), Cell(f"{100 * count / enrolled[arm]:.1f} %")))
        for arm, reason, count in failures_by_arm(result)
    )
    if not rows:
        return None
    return Table("Patients whose simulation failed", ("Arm", "Reason", "Patients", "Of the arm"), rows)
