"""Who responds, judged by the wells of the same assay that held no stimulus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from trialkine.assay.protocol import AssayProtocol, ResponderRule, hours
from trialkine.assay.wells import Well, background_names
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cut:
    """The level that a read-out must exceed; of the paired rule, by how much it must exceed the donor's own.

    Units: level, mean and sd as the read-out is printed.
    """

    read_out: str
    level: float
    mean: float
    sd: float


@dataclass(frozen=True)
class Responders:
    """How many of a group respond in one kind of well; `label` is that of the well."""

    group: str
    label: str
    number: int
    donors: int
    share: Estimate


def responder_cuts(
    protocol: AssayProtocol, rule: ResponderRule, readings: pl.DataFrame, sample: str
) -> tuple[Cut, ...]:
    """The cut of each read-out that was made on a sample, from the wells without a stimulus of all donors.

    Read-outs that the sample has no cells for are left out.
    """
    first, second = background_names(sample, protocol.assay)
    cuts = []
    for name in rule.read_outs:
        one, two = (_values(readings, rule, name, label) for label in (first, second))
        if one.height == 0:
            continue
        own, again = one["measured"].to_numpy(), two["measured"].to_numpy()
        if rule.cut == "pooled":
            mean, sd = float(own.mean()), _sd(own)
        else:
            mean, sd = 0.0, _sd(again - own)
        cuts.append(Cut(name, mean + rule.standard_deviations * sd, mean, sd))
    return tuple(cuts)


def responder_flags(
    protocol: AssayProtocol, rule: ResponderRule, readings: pl.DataFrame, well: Well
) -> pl.DataFrame:
    """For every donor whether one of the rule's read-outs of a well exceeds its cut.

    Columns: group, donor, responds.
    """
    first, _ = background_names(well.sample, protocol.assay)
    flags = None
    for cut in responder_cuts(protocol, rule, readings, well.sample):
        here = _values(readings, rule, cut.read_out, well.label)
        level = here["measured"].to_numpy()
        if rule.cut == "paired":
            level = level - _values(readings, rule, cut.read_out, first)["measured"].to_numpy()
        flags = level > cut.level if flags is None else flags | (level > cut.level)
        keys = here.select("group", "donor")
    if flags is None:
        return pl.DataFrame(schema={"group": pl.String, "donor": pl.Int64, "responds": pl.Boolean})
    return keys.with_columns(pl.Series("responds", flags))


def count_responders(
    protocol: AssayProtocol, rule: ResponderRule, readings: pl.DataFrame, wells: tuple[Well, ...]
) -> tuple[Responders, ...]:
    """Responders of every group in every well; the second well without a stimulus shows false positives.

    With more than one group, a row `all` gives everybody together.
    """
    rows = []
    for well in wells:
        if well.label in {background_names(sample, protocol.assay)[0] for sample in protocol.samples}:
            continue  # the cut was made on it
        flags = responder_flags(protocol, rule, readings, well)
        groups = [(group, flags.filter(pl.col("group") == group)) for group in protocol.donors.groups]
        for group, part in [*groups, ("all", flags)] if len(groups) > 1 else groups:
            if part.height:
                count = int(part["responds"].sum())
                share = exact_interval(count, part.height)
                rows.append(Responders(group, well.label, count, part.height, share))
    return tuple(rows)


def _values(readings: pl.DataFrame, rule: ResponderRule, read_out: str, label: str) -> pl.DataFrame:
    """One read-out of one kind of well at the time of the rule, donors in a fixed order."""
    return readings.filter(
        (pl.col("read_out") == read_out) & (pl.col("well") == label) & (pl.col("hour") == hours(rule.at.days))
    ).sort("group", "donor")


def _sd(values: Array) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else 0.0
