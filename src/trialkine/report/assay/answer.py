"""The answer at the head of an assay's report: one sentence per kind of well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.substances import BLOCKERS, SUBSTANCES
from trialkine.assay.wells import background_names
from trialkine.report.assay.figure_set import judged_hour
from trialkine.report.assay.words import SAMPLE_WORDS, group_words
from trialkine.report.words import listed

if TYPE_CHECKING:
    from trialkine.assay.run import AssayResult
    from trialkine.assay.summary import AssaySummary, Level
    from trialkine.assay.wells import Well

THREE_ERRORS = 3.0 / 1.96  # in half-widths of a 95 % interval
CAUTION = (
    "All cells are simulated. Intervals cover the donors and the reading of wells, given one set of model "
    "parameters; most of these are assumed (see Assumptions), so order deserves more trust than levels."
)


@dataclass(frozen=True)
class Finding:
    """What happened in one kind of well."""

    well: str
    words: str


def findings(result: AssayResult, summary: AssaySummary) -> list[Finding]:
    """One sentence per kind of well that is no series, for the first group of donors."""
    group = next(iter(result.groups))
    wells = [well for well in result.wells if not well.varied and not well.is_background]
    return [Finding(well.label, _words(well, group, result, summary)) for well in wells]


def remarks(result: AssayResult, summary: AssaySummary) -> list[str]:
    """What follows from comparing wells: blockers, patients, and wells without a stimulus."""
    sentences = [
        *blocker_sentences(result, summary),
        patients_sentence(result, summary),
        false_positive_sentence(result, summary),
    ]
    return [sentence for sentence in sentences if sentence]


def blocker_sentences(result: AssayResult, summary: AssaySummary) -> list[str]:
    """How a blocker changes the response, where the same stimulus stands alone in another well."""
    group, hour = next(iter(result.groups)), judged_hour(result)
    blockers = {SUBSTANCES[name].parameter for name in BLOCKERS}
    wells = [well for well in result.wells if not well.varied and not well.is_background]
    sentences = []
    for well in wells:
        rest = {name: amount for name, amount in well.amounts.items() if name not in blockers}
        alone = [other for other in wells if other.amounts == rest and other.sample == well.sample]
        if len(rest) == len(well.amounts) or not alone:
            continue
        parts = []
        for name in ("cd8_type_1", "natural_killer_type_1"):
            pair = [summary.level(group, label, name, hour) for label in (alone[0].label, well.label)]
            if pair[0] is None or pair[1] is None or not is_clear(pair[1]):
                continue
            before = _mean(pair[0]) if is_clear(pair[0]) else "nothing beyond noise"
            parts.append(f"{READ_OUTS[name].short} from {before} to {_mean(pair[1])}")
        if parts:
            sentences.append(
                f"Against {alone[0].label}, {well.label} brings {listed(parts)} at {hour:g} h. What blocking "
                "restores was no target of the calibration."
            )
    return sentences


def false_positive_sentence(result: AssayResult, summary: AssaySummary) -> str:
    """How many would be called responders without a stimulus."""
    label = background_names(result.protocol.assay, result.protocol.assay)[1]
    rows = [row for row in summary.responders if row.label == label]
    if not rows:
        return ""
    row = rows[-1]
    share = 100.0 * row.number / row.donors
    return (
        f"By the same rule {row.number} of {row.donors} wells without any stimulus respond ({share:.0f} %)."
    )


def patients_sentence(result: AssayResult, summary: AssaySummary) -> str:
    """Patients against donors in the first well that was compared."""
    hour = judged_hour(result)
    rows = [one for one in summary.ratios if one.hour == hour and one.ratio.estimate is not None]
    if not rows:
        return ""
    first = [one for one in rows if one.label == rows[0].label]
    parts = [
        f"{one.ratio.estimate or 0.0:.2g} in {READ_OUTS[one.read_out].short} "
        f"({one.ratio.low or 0.0:.2g} to {one.ratio.high or 0.0:.2g})"
        for one in first
        if one.read_out in ("cd8_type_1", "natural_killer_type_1")
    ]
    if not parts:
        return ""
    words = (
        f"Under {rows[0].label} the mean of patients is that of donors times {listed(parts)} at {hour:g} h"
    )
    count = [row for row in summary.responders if (row.group, row.label) == ("metastatic", rows[0].label)]
    return f"{words}; {count[0].number} of {count[0].donors} patients respond." if count else f"{words}."


def _words(well: Well, group: str, result: AssayResult, summary: AssaySummary) -> str:
    hour, first = judged_hour(result), result.protocol.hours[0]
    parts = []
    early = summary.level(group, well.label, "presenting_cell_cytokines", first)
    if early is not None and first < hour and is_clear(early):
        parts.append(
            f"{_mean(early)} of the antigen-presenting cells that bind IMP321 make cytokines at {first:g} h"
        )
    late = {
        name: level
        for name in ("cd8_type_1", "natural_killer_type_1")
        if (level := summary.level(group, well.label, name, hour)) is not None
    }
    clear = [f"{_mean(level)} of {READ_OUTS[name].short}" for name, level in late.items() if is_clear(level)]
    if clear:
        parts.append(f"{listed(clear)} make IFN-γ or TNF-α at {hour:g} h")
    elif late:
        parts.append(f"{listed([READ_OUTS[name].short for name in late])} stay within noise at {hour:g} h")
    parts.append(_il10(well, group, result, summary))
    words = ", ".join(part for part in parts if part)
    count = [row for row in summary.responders if (row.group, row.label) == (group, well.label)]
    if count:
        words += f"; {count[0].number} of {count[0].donors} respond"
    return f"{words}." if words else "nothing was read."


def is_clear(level: Level) -> bool:
    """Whether the mean lies above background by three standard errors.

    A report makes many such comparisons, so that two would let noise through now and then.
    """
    mean, low = level.mean.estimate or 0.0, level.mean.low
    return mean > 0.0 if low is None else mean > THREE_ERRORS * (mean - low)


def _mean(level: Level) -> str:
    return f"{level.mean.estimate or 0.0:.2g} %"


def _il10(well: Well, group: str, result: AssayResult, summary: AssaySummary) -> str:
    levels = [summary.level(group, well.label, "interleukin_10", hour) for hour in result.protocol.hours]
    found = [level for level in levels if level is not None]
    if not found:
        return ""
    highest = max(found, key=lambda level: level.quartiles[1])
    if highest.quartiles[2] == 0.0:
        return "IL-10 is not detected"
    return f"IL-10 reaches {highest.quartiles[1]:.2g} ng/mL ({highest.hour:g} h)"


def setting_words(result: AssayResult) -> str:
    """Whose cells stand in the wells."""
    who = listed([group_words(group, size) for group, size in result.groups.items()])
    return f"{SAMPLE_WORDS[result.protocol.assay]} of {who}"
