"""The tables of the report: a caption, column heads, and rows of cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialkine.report.flow import ArmFlow, failures_by_arm
from trialkine.report.interval_words import interval_phrase, shown_metrics
from trialkine.report.outcomes import WIDE_LEVEL, Summary
from trialkine.report.strategy_words import LAST_LINE, strategy_label, strategy_notes
from trialkine.report.words import (
    Cell,
    metric_cell,
    metric_label,
    p_value_words,
    percent_cell,
    plain_name,
    signed,
    whole,
)

if TYPE_CHECKING:
    from trialkine.report.contrasts import PairedContrast
    from trialkine.report.dose_counts import AgentDoses
    from trialkine.statistics.estimate import Estimate
    from trialkine.trial.result import TrialResult

DOSES = "doses_given_mean"
NOT_TABLED = ("rfs_median_months", "grade34_rate")
LINE_METRICS = (
    "orr",
    "cr_rate",
    "pfs_median_months",
    "os_median_months",
    "dor_median_months",
    "doses_given_mean",
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
        if name not in NOT_TABLED
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
                else Cell("by line", remark="doses of several agents")
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
    rows = []
    for arm in summary.arms:
        for line in arm.lines:
            metrics = shown_metrics(summary, line.group)
            found = [metric_cell(name, metrics[name]) for name in LINE_METRICS]
            cells = (Cell(whole(line.group.n)), *found)
            rows.append(Row(f"{arm.name}: line {line.line}, {line.agent}", cells))
    return Table(
        "Each line of treatment, from its own first dose, among the patients who reached it",
        ("Arm and line", "Reached it", *(metric_label(name) for name in LINE_METRICS)),
        tuple(rows),
    )


def narrow_table(summary: Summary) -> Table | None:
    """80 and 95 % predictive intervals of the main outcomes; absent where there are not both."""
    if not summary.is_predictive or summary.predictive_level != WIDE_LEVEL:
        return None
    rows = []
    for arm in summary.arms:
        for name in ("orr", "cr_rate", "pfs_median_months", "os_median_months"):
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


def contrast_table(summary: Summary) -> Table | None:
    """Every pair of arms: paired differences, or those of randomised arms with log-rank tests."""
    if not summary.contrasts:
        return None
    if summary.facts.is_counterfactual:
        pooled = ", all trials together" if summary.is_predictive else ""
        rows = []
        for contrast in summary.contrasts:
            paired = contrast.paired
            assert paired is not None
            test = p_value_words(paired.response_test.p_value, paired.response_test.why)
            cells = (
                Cell(whole(paired.pairs)),
                _difference(paired.response_difference, 100.0),
                Cell(test),
                _difference(paired.survival_months, 1.0),
                _who_lives_longer(paired),
            )
            rows.append(Row(f"{contrast.arm} against {contrast.reference}", cells))
        return Table(
            f"The same patients under each arm, with 95 % confidence intervals{pooled}",
            (
                "Arms",
                "Pairs",
                "Response rate, percentage points",
                "McNemar test",
                "Time alive in the common follow-up, months",
                "Who lives longer",
            ),
            tuple(rows),
        )
    rows = []
    for contrast in summary.contrasts:
        randomised = contrast.randomised
        assert randomised is not None
        tests = (randomised.overall_survival, randomised.progression_free)
        found = [
            _difference(randomised.response_difference, 100.0),
            replace(
                _difference(randomised.survival_months, 1.0),
                remark=randomised.survival_months.why or f"within {randomised.until_months:.1f} months",
            ),
            *(Cell(p_value_words(test.p_value, test.why)) for test in tests),
        ]
        if randomised.significant_share is not None:
            found.append(percent_cell(randomised.significant_share))
        rows.append(Row(f"{contrast.arm} against {contrast.reference}", tuple(found)))
    first = ", of the first trial" if summary.is_predictive else ""
    last_line = f" ({LAST_LINE})" if summary.facts.has_several_lines else ""
    columns = [
        "Arms",
        "Response rate, percentage points",
        "Restricted mean survival, months",
        "Overall survival, log-rank",
        f"Progression-free survival{last_line}, log-rank",
    ]
    if summary.is_predictive:
        columns.append("Trials with p < 0.05 (overall survival)")
    caption = f"Different patients in each arm: differences with 95 % confidence intervals, and tests{first}"
    return Table(caption, tuple(columns), tuple(rows))


def biomarker_table(summary: Summary) -> Table | None:
    """Paired tests against baseline at the weeks the protocol plans; absent without a plan."""
    first = " of the first trial" if summary.is_predictive else ""
    rows = [
        Row(
            f"{arm.name}: {plain_name(test.biomarker)}, week {test.week}",
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
        ("Arm and week", "Pairs", "% of baseline", "Paired t-test on logs", "Wilcoxon signed-rank"),
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
        rows.append(Row(f"{doses.arm}: line {doses.line}, {doses.agent}", cells))
    if not rows:
        return None
    return Table(
        "Doses per course or cycle started",
        ("Arm and agent", "Patients", "Courses or cycles", "Planned", "Given", "Held"),
        tuple(rows),
    )


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


def _who_lives_longer(paired: PairedContrast) -> Cell:
    if paired.known == 0:
        return Cell("undefined", remark="nobody is followed under both")
    return Cell(
        f"{whole(paired.longer)} longer, {whole(paired.shorter)} shorter",
        remark=f"of {whole(paired.known)} followed for {paired.until_months:.1f} months",
    )


def _difference(found: Estimate, scale: float) -> Cell:
    if found.estimate is None:
        return Cell("undefined", remark=found.why)
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f"{signed(scale * found.low)} to {signed(scale * found.high)}"
    return Cell(signed(scale * found.estimate), interval)
