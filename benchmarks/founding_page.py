"""The words of docs/founding-figures.md, each sentence as the numbers say it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Interval = tuple[float, float]
PER_CENT = 100.0
LEVELS = (0.5, 0.8, 0.95)
BEYOND_NOISE, LEAST_MOVE, MOST_MOVED = 3.0, 0.1, 8
"""When a number has moved: times the noise, and posterior standard deviations; how many are named."""
MANY_KEPT = 0.5
"""The share of equally weighted members above which reweighting them is trusted."""


@dataclass(frozen=True)
class Judged:
    """A reported number, its predictive distribution, and what the mechanism says alone.

    Units: patients, or months where `unit` says so; a limit may be infinite (not reached). `slack` is half
    the step in which the number is printed.
    """

    name: str
    reported: float
    unit: str
    median: float
    intervals: Mapping[float, Interval]
    alone_median: float
    alone: Mapping[float, Interval]
    slack: float = 0.0


@dataclass(frozen=True)
class Duration:
    """What the simulated series of 270 was like.

    `none_late` is the chance that nobody progresses late, with the discrepancy between trials and without.
    Units: months; patients in the mean of a series.
    """

    patients: int
    per_month: float
    least_months: float
    middle_months: float
    long_months: float
    none_late: tuple[float, float]
    long_responders: float
    late: float
    source: str


@dataclass(frozen=True)
class Weighted:
    """An ensemble under some weights: rates of response to the later line, and what moved how far.

    `mechanism` and `whole` are by the members' weights alone, `mean` to `high` with the offset of the class.
    """

    effective: float
    mean: float
    low: float
    median: float
    high: float
    mechanism: float
    whole: float
    chance: float
    moved: Sequence[tuple[str, float, float]]


@dataclass(frozen=True)
class Nine:
    """What the selected series tells, for one kind of response."""

    name: str
    successes: int
    n: int
    most_series: int
    fall: float
    reached: float
    members: int
    median: float
    intervals: Mapping[float, Interval]
    without: Weighted
    modelled: Weighted
    naive: Weighted
    strict: Weighted
    fixed: Mapping[int, Weighted]
    series: tuple[float, float, float]


@dataclass(frozen=True)
class Findings:
    """Everything on the page."""

    ensemble: str
    trials: int
    patients: int
    seed: int
    figures: Sequence[Judged]
    duration: Duration
    nine: Sequence[Nine]


def page(found: Findings) -> str:
    """The page as Markdown."""
    parts = [
        "# The founding figures", "",
        "The figures that the project began with, judged by the ensemble. `benchmarks/founding_figures.py` "
        "simulates them and writes this page; nothing here was tuned to come out well.", "",
        f"Ensemble {found.ensemble}. Every series was simulated {found.trials} times, in full size, each "
        f"time under the next member; the sequence with {found.patients} patients who begin it; seed "
        f"{found.seed}.", "",
        *durability(found), "", *nine_patients(found.nine), "",
    ]  # fmt: skip
    return "\n".join(parts)


# -- how long responses last -------------------------------------------------------------------------------


def durability(found: Findings) -> Iterator[str]:
    """The first section."""
    about = found.duration
    yield "## Responses that last"
    yield ""
    yield (
        f"High-dose interleukin-2 in {about.patients} patients with melanoma: {about.source}. The trial "
        f"file assumes {about.per_month:g} patients a month and a data cut-off {about.least_months:.0f} "
        "months after the last, so that half of the patients could be followed for "
        f"{about.middle_months:.0f} months or more, with scans at the file's interval all the time. Free of "
        "progression is who neither progressed nor died until then. Medians of duration are those of the two "
        "trial files. Responders, complete responders and durations were among the targets of the "
        "calibration; who stays free and who progresses late were not."
    )
    yield ""
    yield (
        "Predictions hold the discrepancy between trials and the offset of the class of agents that the "
        "calibration found, as those of the [ledger](ledger.md) do; beside them what the mechanism says "
        "without either."
    )
    yield ""
    yield (
        "| figure | reported | predicted | 50 % | 80 % | 95 % | reported lies | mechanism alone, 80 % | "
        "reported lies |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in found.figures:
        cells = " | ".join(interval(one, one.intervals[level]) for level in LEVELS)
        yield (
            f"| {one.name} | {number(one, one.reported)} | {number(one, one.median)} | {cells} "
            f"| {places(one)[0]} | {number(one, one.alone_median)} ({interval(one, one.alone[0.8])}) "
            f"| {places(one)[1]} |"
        )
    yield ""
    yield from (f"- {sentence(one)}" for one in found.figures)
    yield f"- {late_words(about)}"
    yield f"- {summary(found.figures)}"


def place(value: float, intervals: Mapping[float, Interval], middle: float, slack: float = 0.0) -> str:
    """Where a value lies: in the narrowest interval that holds it and on which side, or beyond the widest."""
    side = "above" if value > middle else "below"
    for level in LEVELS:
        low, high = intervals[level]
        if low - slack <= value <= high + slack:
            inside = f"inside {PER_CENT * level:.0f} %"
            return inside if level == LEVELS[0] else f"{inside}, {side} the median"
    return f"{side} 95 %"


def places(one: Judged) -> tuple[str, str]:
    """Where what was reported lies: in the prediction, and in what the mechanism says alone."""
    return (
        place(one.reported, one.intervals, one.median, one.slack),
        place(one.reported, one.alone, one.alone_median, one.slack),
    )


def number(one: Judged, value: float) -> str:
    """A number of a figure as it is printed."""
    if math.isinf(value):
        return "not reached"
    return f"{value:.1f}" if one.unit else f"{value:.0f}"


def interval(one: Judged, limits: Interval) -> str:
    """Two limits."""
    return f"{number(one, limits[0])} to {number(one, limits[1])}"


def sentence(one: Judged) -> str:
    """What a figure's numbers say, in words."""
    where, alone = places(one)
    unit = f" {one.unit}" if one.unit else ""
    said = (
        f"{capital(one.name)}: reported {number(one, one.reported)}{unit}, predicted "
        f"{number(one, one.median)}{unit if not math.isinf(one.median) else ''} "
        f"(80 % interval {interval(one, one.intervals[0.8])}). The report lies {in_words(where)}"
    )
    if where == alone:
        return f"{said}, and so it does for the mechanism alone."
    return f"{said}; for the mechanism alone {in_words(alone)}."


def in_words(where: str) -> str:
    """A place as part of a sentence."""
    head, _, side = where.partition(", ")
    word, level = head.split(" ", 1)
    missed = "" if word == "inside" else ", which misses it"
    return f"{word} the {level} interval{f', {side}' if side else ''}{missed}"


def late_words(about: Duration) -> str:
    """How many responders of a simulated series progress late."""
    both, alone = (f"{PER_CENT * chance:.0f} %" for chance in about.none_late)
    return (
        f"Of the responders of a simulated series {about.long_responders:.1f} respond for more than "
        f"{about.long_months:g} months in the mean, and {about.late:.1f} of these progress later. That "
        f"nobody does, as was reported, has a chance of {both}, and of {alone} by the mechanism alone."
    )


def summary(figures: Sequence[Judged]) -> str:
    """How many of the figures the intervals hold."""
    counts = {
        level: sum(
            one.intervals[level][0] - one.slack <= one.reported <= one.intervals[level][1] + one.slack
            for one in figures
        )
        for level in LEVELS
    }
    told = ", ".join(f"{counts[level]} in their {PER_CENT * level:.0f} % intervals" for level in LEVELS)
    return f"Of the {len(figures)} figures {told}. They are not independent."


# -- the nine patients -------------------------------------------------------------------------------------


def nine_patients(kinds: Sequence[Nine]) -> Iterator[str]:
    """The second section."""
    one = kinds[0]
    yield f"## {one.successes} of {one.n} after failed interleukin-2"
    yield ""
    yield (
        f"Temozolomide at once after failed high-dose interleukin-2: {one.successes} of {one.n} patients "
        "with a complete or nearly complete response, a retrospective series of one centre, severely "
        "selected ([order-of-treatments.md](order-of-treatments.md)). No likelihood of the calibration holds "
        "it. Here the members are weighted by it, once as the best of k like series, of which only the best "
        f"was reported (k from 1 to {one.most_series}, assumed with chances that fall as 1/k), and once at "
        "face value, as if it were a fair sample (k = 1). The likelihood of the best of k is the chance that "
        "the largest count of k series is the one reported; series differ by the discrepancy of the "
        "calibration. No calibrated trial tells the class of these agents, so its offset is as uncertain as "
        "the calibration found offsets to be, and the series tells of it, too. Five responses of five in the "
        "record of a trial of the same centre are probably among the nine and are not counted again."
    )
    yield ""
    yield (
        '"Without" is not innocent of the nine: the centres of the priors came from a starting calibration '
        "that had seen them. A member's rate comes from few simulated patients, and how uncertain it is "
        "counts, which leaves weights more even than the true rates would."
    )
    for kind in kinds:
        yield ""
        yield from of_kind(kind)


def of_kind(one: Nine) -> Iterator[str]:
    """The numbers for one kind of response."""
    yield f"### {capital(heading(one))}"
    yield ""
    yield "| | without the nine | with them, selection modelled | with them, at face value |"
    yield "|---|---|---|---|"
    columns = (one.without, one.modelled, one.naive)

    def row(name: str, cells: Sequence[str]) -> str:
        return f"| {name} | {' | '.join(cells)} |"

    yield row(f"equally weighted members, of {one.members}", [f"{each.effective:.0f}" for each in columns])
    yield row(
        "response to temozolomide: mean (95 %)",
        [f"{rate(each.mean)} ({rate(each.low)} to {rate(each.high)})" for each in columns],
    )
    yield row(
        "the same by the members' weights, without the class's offset",
        [rate(each.mechanism) for each in columns],
    )
    yield row("response (any) to the whole sequence, likewise", [rate(each.whole) for each in columns])
    yield row(
        f"chance of {one.successes} or more of {one.n} in one fair series",
        [rate(each.chance) for each in columns],
    )
    yield ""
    yield f"- {series_words(one)}"
    yield f"- {weight_words(one)}"
    yield f"- {moved_words('With selection modelled', one.modelled)}"
    yield f"- {moved_words('At face value', one.naive)}"
    yield f"- {strict_words(one)}"
    yield f"- {number_words(one)}"
    yield ""
    yield "| series looked at, taken as known | mean response to temozolomide (95 %) | members |"
    yield "|---|---|---|"
    for k, each in one.fixed.items():
        spread = f"{rate(each.mean)} ({rate(each.low)} to {rate(each.high)})"
        yield f"| {k:,} | {spread} | {each.effective:.0f} |"


def heading(one: Nine) -> str:
    """What counts as a response."""
    if "nearly" not in one.name:
        return f"{one.name}, by the criteria of the trial file"
    return f"{one.name}: measured lesions smaller by {PER_CENT * one.fall:.0f} % or more"


def series_words(one: Nine) -> str:
    """Whether a fair series would have shown as much."""
    low, high = one.intervals[0.8]
    where = place(one.successes, one.intervals, one.median)
    return (
        f"Of {one.n} patients of one fair series the ensemble without the nine expects {one.median:.0f} to "
        f"respond in the median (80 % interval {low:.0f} to {high:.0f}); {one.successes} lies "
        f"{in_words(where)}."
    )


def weight_words(one: Nine) -> str:
    """How much the nine tell, and what selection takes away of it."""
    fair, best, naive = one.without, one.modelled, one.naive
    by, left, of_members = (
        PER_CENT * (now - fair_now)
        for now, fair_now in (
            (naive.mean, fair.mean), (best.mean, fair.mean), (naive.mechanism, fair.mechanism),
        )
    )  # fmt: skip
    few = [
        name
        for name, each in (("with selection modelled", best), ("at face value", naive))
        if each.effective < MANY_KEPT * one.members
    ]
    if few:
        trust = f"Fewer than half of the members are left {' and '.join(few)}, which makes that rough."
    else:
        trust = "More than half of the members are left either way."
    return (
        f"At face value the nine move the mean rate by {by:+.1f} points, {of_members:+.1f} of them by the "
        "weights of the members and the rest within members, which is the class's offset and the luck of "
        f"simulated patients. With selection modelled they move it by {left:+.1f}. {trust}"
    )


def moved_words(when: str, each: Weighted) -> str:
    """Which numbers of the ensemble moved beyond what chance does."""
    noise = each.moved[0][2]
    least = max(BEYOND_NOISE * noise, LEAST_MOVE)
    told = [f"{name} {moved:+.2f}" for name, moved, _ in each.moved if abs(moved) > least]
    if not told:
        name, moved, _ = each.moved[0]
        return (
            f"{when} none of {len(each.moved)} numbers of the ensemble moves by more than {least:.2f} of its "
            f"posterior standard deviations; the farthest is {name}, by {moved:+.2f}."
        )
    shown = ", ".join(told[:MOST_MOVED])
    more = f", and {len(told) - MOST_MOVED} more" if len(told) > MOST_MOVED else ""
    move = "moves" if len(told) == 1 else "move"
    return (
        f"{when} {len(told)} of {len(each.moved)} numbers {move} by more than {least:.2f} posterior standard "
        f"deviations (chance alone: {noise:.2f}): {shown}{more}."
    )


def strict_words(one: Nine) -> str:
    """What the series would do to the members if nothing else could give way."""
    strict = one.strict
    moved = moved_words("Then", strict)
    return (
        "Were the class of agents known to have no offset, the nine at face value would leave "
        f"{strict.effective:.0f} equally weighted members and a mean rate of {rate(strict.mean)}. {moved}"
    )


def number_words(one: Nine) -> str:
    """What the series says of how many were looked at."""
    middle, low, high = one.series
    most, of_most = max(one.fixed.items())
    far = of_most.mean - one.without.mean
    lower = (
        f" As the best of {most:,} known series {one.successes} of {one.n} would be few, and lower the rate."
        if far < 0.0
        else ""
    )
    return (
        f"How many such series were looked at, given this one as the best: {middle:.0f} in the median (95 % "
        f"interval {low:.0f} to {high:.0f}), of 1 to {one.most_series}.{lower}"
    )


def rate(value: float) -> str:
    """A share as per cent."""
    return f"{PER_CENT * value:.1f} %"


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
