"""The tables of an assay's report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trialkine.assay.protocol import hours
from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.substances import SUBSTANCES
from trialkine.report.assay.figure_set import judged_hour
from trialkine.report.assay.words import GROUP_WORDS, digits, group_words, number_cell
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, percent_cell

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary

NONE = Cell("–")


def level_tables(result: AssayResult, summary: AssaySummary) -> list[Table]:
    """Per group: every kind of well at every time, mean above background and quartiles."""
    return [_level_table(result, summary, group) for group in result.groups]


def _level_table(result: AssayResult, summary: AssaySummary, group: str) -> Table:
    protocol = result.protocol
    names = [name for name in READ_OUTS if name in protocol.read_outs]
    rows = []
    for well in result.wells:
        if well.varied or well.is_background:
            continue
        for hour in protocol.hours:
            levels = [summary.level(group, well.label, name, hour) for name in names]
            cells = [
                NONE
                if level is None
                else Cell(
                    digits(level.quartiles[1]),
                    f"{digits(level.quartiles[0])} to {digits(level.quartiles[2])}",
                    f"mean {digits(level.mean.estimate or 0.0)}",
                )
                for level in levels
            ]
            rows.append(Row(f"{well.label}, {hour:g} h", tuple(cells)))
    columns = ["Well"]
    for name in names:
        columns.append(f"{READ_OUTS[name].short}, {READ_OUTS[name].unit}")
    return Table(
        f"Readings above the donor's own well without a stimulus: {group_words(group, result.groups[group])}",
        tuple(columns),
        tuple(rows),
        ("Median, quartiles and mean of donors. A dash: not in this sample.",),
    )


def responder_table(result: AssayResult, summary: AssaySummary) -> Table | None:
    """How many respond, in each kind of well."""
    rule = result.protocol.responder
    if rule is None:
        return None
    groups = [*result.groups, *(["all"] if len(result.groups) > 1 else [])]
    labels = list(dict.fromkeys(row.label for row in summary.responders))
    rows = []
    for label in labels:
        cells = []
        for group in groups:
            found = [row for row in summary.responders if (row.group, row.label) == (group, label)]
            if found:
                share = percent_cell(found[0].share)
                cells.append(replace(share, remark=f"{found[0].number} of {found[0].donors}"))
            else:
                cells.append(NONE)
        rows.append(Row(label, tuple(cells)))
    columns = ["Well", *(GROUP_WORDS[group].capitalize() for group in groups)]
    return Table(
        f"Responders at {hours(rule.at.days):g} h, with exact 95 % confidence intervals",
        tuple(columns),
        tuple(rows),
        (_rule_words(result, summary), FALSE_POSITIVES),
    )


FALSE_POSITIVES = (
    "The row 'unstimulated, again' shows how many are called responders without any stimulus: what the "
    "rule costs in false positives."
)


def _rule_words(result: AssayResult, summary: AssaySummary) -> str:
    rule = result.protocol.responder
    assert rule is not None  # the caller has one
    times = f"{rule.standard_deviations:g} SD"
    parts = []
    for cut in summary.cuts:
        title = READ_OUTS[cut.read_out].short
        if rule.cut == "pooled":
            parts.append(f"{title} above {digits(cut.mean)} + {times} = {digits(cut.level)} %")
        else:
            parts.append(f"{title} above the donor's own well by {times} = {digits(cut.level)} %")
    kind = (
        "mean and SD of all wells without a stimulus"
        if rule.cut == "pooled"
        else "the SD of the difference between two wells without a stimulus"
    )
    return f"A responder has {' or '.join(parts)} ({kind})."


def ec50_table(result: AssayResult, summary: AssaySummary) -> Table | None:
    """Half-effective concentrations of every series."""
    if not summary.dose_responses:
        return None
    groups, hour = list(result.groups), judged_hour(result)
    rows = []
    seen = dict.fromkeys((one.plan, one.read_out) for one in summary.dose_responses)
    for plan, read_out in seen:
        for time in dict.fromkeys([hour, *result.protocol.hours]):
            found = [
                next(
                    (
                        one
                        for one in summary.dose_responses
                        if (one.plan, one.read_out, one.group, one.hour) == (plan, read_out, group, time)
                    ),
                    None,
                )
                for group in groups
            ]
            if time != hour and all(one is None or one.ec50.estimate is None for one in found):
                continue
            cells = [NONE if one is None else number_cell(one.ec50, _short(one.unit)) for one in found]
            rows.append(Row(f"{plan}: {READ_OUTS[read_out].short}, {time:g} h", tuple(cells)))
    masses = [
        f"1 µg/mL of {substance.title} is {digits(substance.amount(1.0, 'ug/mL'))} nM"
        for substance in SUBSTANCES.values()
        if substance.molar_mass and any(one.substance == substance.name for one in summary.dose_responses)
    ]
    return Table(
        "Half-effective concentrations (EC50), with 95 % intervals by resampling donors",
        ("Series", *(GROUP_WORDS[group].capitalize() for group in groups)),
        tuple(rows),
        (
            "The concentration that gives half of the greatest mean response; a response that falls again at "
            "high concentrations is measured on its rising side." + "".join(f" {words}." for words in masses),
        ),
    )


def ratio_table(result: AssayResult, summary: AssaySummary) -> Table | None:
    """Patients against healthy donors."""
    if not summary.ratios:
        return None
    series = {well.label for well in result.wells if well.varied}
    names = [name for name in READ_OUTS if any(one.read_out == name for one in summary.ratios)]
    hour = judged_hour(result)
    rows = []
    for label in dict.fromkeys(one.label for one in summary.ratios if one.label not in series):
        cells = []
        for name in names:
            here = [
                one for one in summary.ratios if (one.label, one.read_out, one.hour) == (label, name, hour)
            ]
            cells.append(number_cell(here[0].ratio) if here else NONE)
        rows.append(Row(label, tuple(cells)))
    return Table(
        f"Mean response of patients over mean response of healthy donors at {hour:g} h",
        ("Well", *(READ_OUTS[name].short for name in names)),
        tuple(rows),
        ("1 means alike. Of independent groups, with 95 % confidence intervals.",),
    )


def published_table(summary: AssaySummary) -> Table | None:
    """Published numbers beside the simulated ones."""
    if not summary.beside:
        return None
    rows = []
    for one in summary.beside:
        entry = one.published
        what = "responders" if entry.what == "responders" else READ_OUTS[entry.what].title
        head = f"{entry.well}: {what}, {entry.at}, {GROUP_WORDS[entry.group]}"
        rows.append(
            Row(head, (Cell(f"{entry.percent:g} %"), number_cell(one.simulated, "%"), Cell(entry.use)))
        )
    return Table(
        "Beside the published record", ("What", "Published", "Simulated", "The model was"), tuple(rows)
    )


def _short(unit: str) -> str:
    return unit.replace("nmol/L", "nM").replace("ug", "µg")
