"""The numbers of a finished assay, computed once for report, summary and terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from trialkine.assay.dose_response import half_effective
from trialkine.assay.protocol import Published, hours
from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.responders import Cut, Responders, count_responders, responder_cuts
from trialkine.assay.run import AssayResult
from trialkine.assay.substances import SUBSTANCES
from trialkine.assay.wells import Well, background_names
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, undefined
from trialkine.statistics.summary import mean_interval

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Level:
    """One read-out of one kind of well at one time: mean above the donor's own background, and quartiles.

    Units: as the read-out is printed.
    """

    group: str
    label: str
    read_out: str
    hour: float
    mean: Estimate
    quartiles: tuple[float, float, float]


@dataclass(frozen=True)
class DoseResponse:
    """A series of one group and read-out at one time.

    Units: concentrations [`unit`], ec50 [`unit`], means as the read-out is printed.
    """

    group: str
    plan: str
    substance: str
    unit: str
    read_out: str
    hour: float
    concentrations: tuple[float, ...]
    means: tuple[Estimate, ...]
    ec50: Estimate


@dataclass(frozen=True)
class GroupRatio:
    """Mean of the patients over mean of the healthy donors."""

    label: str
    read_out: str
    hour: float
    ratio: Estimate


@dataclass(frozen=True)
class BesidePublished:
    """A published number and the simulated one in the same units."""

    published: Published
    simulated: Estimate


@dataclass(frozen=True)
class AssaySummary:
    """Everything that is printed about an assay."""

    levels: tuple[Level, ...]
    cuts: tuple[Cut, ...]
    responders: tuple[Responders, ...]
    dose_responses: tuple[DoseResponse, ...]
    ratios: tuple[GroupRatio, ...]
    beside: tuple[BesidePublished, ...]

    def level(self, group: str, label: str, read_out: str, hour: float) -> Level | None:
        """One entry of `levels`, if it was read."""
        wanted = (group, label, read_out, hour)
        found = (one for one in self.levels if (one.group, one.label, one.read_out, one.hour) == wanted)
        return next(found, None)


def summarise_assay(result: AssayResult) -> AssaySummary:
    """The numbers of a finished assay."""
    protocol, rule = result.protocol, result.protocol.responder
    above = above_background(result)
    levels = tuple(_levels(result, above))
    cuts = () if rule is None else responder_cuts(protocol, rule, result.readings, protocol.assay)
    responders = () if rule is None else count_responders(protocol, rule, result.readings, result.wells)
    summary = AssaySummary(
        levels, cuts, responders, tuple(_dose_responses(result, above)), tuple(_ratios(result, above)), ()
    )
    beside = tuple(BesidePublished(one, _simulated(one, summary, above)) for one in protocol.published)
    return AssaySummary(levels, cuts, responders, summary.dose_responses, summary.ratios, beside)


def above_background(result: AssayResult) -> pl.DataFrame:
    """The readings of stimulated wells less those of the donor's own well without a stimulus.

    A level in the medium has no such background and stays as it is.
    """
    names = {sample: background_names(sample, result.protocol.assay) for sample in result.protocol.samples}
    firsts = [pair[0] for pair in names.values()]
    keys = ["group", "donor", "sample", "read_out", "hour"]
    own = result.readings.filter(pl.col("well").is_in(firsts)).select(
        *keys, pl.col("measured").alias("background")
    )
    joined = result.readings.filter(~pl.col("well").is_in(firsts)).join(own, on=keys, maintain_order="left")
    return joined.with_columns(
        above=pl.when(pl.col("unit") == "%")
        .then(pl.col("measured") - pl.col("background"))
        .otherwise(pl.col("measured"))
    )


def _levels(result: AssayResult, above: pl.DataFrame) -> list[Level]:
    levels = []
    keys = ["group", "well", "read_out", "hour"]
    for (group, label, read_out, hour), part in above.group_by(keys, maintain_order=True):
        values = part["above"].to_numpy()
        low, middle, high = (float(quartile) for quartile in np.percentile(values, [25, 50, 75]))
        levels.append(
            Level(str(group), str(label), str(read_out), _number(hour), mean_interval(values),
                  (low, middle, high))
        )  # fmt: skip
    return levels


def _dose_responses(result: AssayResult, above: pl.DataFrame) -> list[DoseResponse]:
    found = []
    plans = dict.fromkeys(well.plan for well in result.wells if well.varied)
    for plan in plans:
        wells = sorted((well for well in result.wells if well.plan == plan), key=_amount)
        concentrations = np.asarray([_amount(well) for well in wells])
        labels = [well.label for well in wells]
        substance = SUBSTANCES[wells[0].varied]
        part = above.filter(pl.col("plan") == plan)
        for (group, read_out, hour), rows in part.group_by(
            ["group", "read_out", "hour"], maintain_order=True
        ):
            responses = np.stack(
                [rows.filter(pl.col("well") == label)["above"].to_numpy() for label in labels], axis=1
            )
            ec50 = half_effective(concentrations, responses, result.seed)
            found.append(
                DoseResponse(
                    str(group), plan, substance.name, substance.unit, str(read_out), _number(hour),
                    tuple(float(value) for value in concentrations),
                    tuple(mean_interval(responses[:, place]) for place in range(len(wells))),
                    ec50,
                )
            )  # fmt: skip
    return found


def _ratios(result: AssayResult, above: pl.DataFrame) -> list[GroupRatio]:
    if len(result.groups) < 2:
        return []
    ratios = []
    for (label, read_out, hour), part in above.group_by(["well", "read_out", "hour"], maintain_order=True):
        if READ_OUTS[str(read_out)].is_counted and not _is_background(result, str(label)):
            one, two = (
                part.filter(pl.col("group") == group)["above"].to_numpy()
                for group in ("healthy", "metastatic")
            )
            ratios.append(GroupRatio(str(label), str(read_out), _number(hour), ratio_of_means(two, one)))
    return ratios


def ratio_of_means(first: Array, second: Array, level: float = DEFAULT_LEVEL) -> Estimate:
    """Mean of `first` over mean of `second`, independent samples, with limits on the logarithm."""
    from scipy.special import ndtri

    method = "ratio of means, delta method"
    means = [float(sample.mean()) for sample in (first, second)]
    if min(means) <= 0.0 or min(first.size, second.size) < 2:
        return undefined("needs two donors in each group, and a response", method, level)
    errors = [float(sample.std(ddof=1)) / math.sqrt(sample.size) for sample in (first, second)]
    spread = math.hypot(errors[0] / means[0], errors[1] / means[1])
    if spread > 1.0:
        return undefined("too little response to compare", method, level)
    reach = math.exp(float(ndtri(0.5 + level / 2.0)) * spread)
    ratio = means[0] / means[1]
    return Estimate(ratio, ratio / reach, ratio * reach, level, method)


def _simulated(entry: Published, summary: AssaySummary, above: pl.DataFrame) -> Estimate:
    """The simulated number that belongs beside a published one, in percent."""
    if entry.what == "responders":
        for row in summary.responders:
            only = len({one.group for one in summary.responders}) == 1
            if row.label == entry.well and (row.group == entry.group or (only and entry.group == "all")):
                return _percent(row.share)
        return undefined("no such well was judged", "Clopper-Pearson")
    rows = above.filter(
        (pl.col("well") == entry.well)
        & (pl.col("read_out") == entry.what)
        & (pl.col("hour") == hours(entry.at.days))
    )
    if entry.group != "all":
        rows = rows.filter(pl.col("group") == entry.group)
    return mean_interval(rows["above"].to_numpy())


def _percent(share: Estimate) -> Estimate:
    middle, low, high = (
        None if value is None else 100.0 * value for value in (share.estimate, share.low, share.high)
    )
    return Estimate(middle, low, high, share.level, share.method, why=share.why)


def _amount(well: Well) -> float:
    assert well.varied_amount is not None  # wells of a series have one
    return well.varied_amount


def _is_background(result: AssayResult, label: str) -> bool:
    return any(well.label == label and well.is_background for well in result.wells)


def _number(value: object) -> float:
    assert isinstance(value, (int, float))
    return float(value)
