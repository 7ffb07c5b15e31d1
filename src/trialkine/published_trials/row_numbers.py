"""Whether the numbers that a published trial reports are those of its rows of evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from trialkine.trial.reported import ReportedArm, ReportedValue, is_fraction

Row = Mapping[str, str]

COUNT_COLUMNS = {"cr": "cr_n", "pr": "pr_n", "sd": "sd_n", "pd": "pd_n"}
METRIC_COLUMNS = {
    "orr": ("orr_pct", "orr_ci_low", "orr_ci_high"),
    "os_rate_12m": ("surv_1yr_pct", "", ""),
    "os_median_months": ("mos_months", "mos_ci_low", "mos_ci_high"),
    "pfs_median_months": ("mpfs_months", "mpfs_ci_low", "mpfs_ci_high"),
    "ttp_median_months": ("mpfs_months", "mpfs_ci_low", "mpfs_ci_high"),
    "rfs_median_months": ("mpfs_months", "mpfs_ci_low", "mpfs_ci_high"),
}
"""The columns of a metric and of the limits of its interval, where the table has them."""
FREE_OF_PROGRESSION = {
    "pfs_median_months": ("PFS", "EFS"),
    "ttp_median_months": ("TTP",),
    "rfs_median_months": ("RFS", "DFS"),
}
"""What the table's median of progression must be to stand under a metric."""
ROUNDING = 0.0006  # the table prints a tenth of a per cent
ROUND_OFF = 1e-9
PERCENT = 100.0


def number_faults(arm: ReportedArm, rows: Sequence[Row]) -> Iterator[str]:
    """What an arm reports otherwise than its rows, one sentence each.

    A number may come from any of the arm's rows, or be the sum of their counts. Numbers that the table
    holds in words alone are not compared. A metric with an `n` of its own and a `note` is of a part of the
    patients, and is not compared either.
    """
    if arm.n is not None and not _is_count(arm.n, "n_evaluable", rows, is_required=False):
        yield f"n is {arm.n}, and {_printed('n_evaluable', rows)} were evaluable by the table. Correct one."
    for key, column in COUNT_COLUMNS.items():
        count = getattr(arm, key)
        if count is not None and not _is_count(count, column, rows, is_required=True):
            yield f"{key} is {count}, and {column} of the table is {_printed(column, rows)}. Correct one."
    yield from _responder_faults(arm, rows)
    for metric, stated in arm.metrics.items():
        yield from _metric_faults(metric, stated, rows)


def _responder_faults(arm: ReportedArm, rows: Sequence[Row]) -> Iterator[str]:
    """Responders of any kind, against the counts or else against the printed per cent."""
    if arm.responders is None or arm.n is None:
        return
    sums = [int(row["cr_n"]) + int(row["pr_n"]) for row in rows if row["cr_n"] and row["pr_n"]]
    rates = [row["orr_pct"] for row in rows if row["orr_pct"]]
    rate = PERCENT * arm.responders / arm.n
    if sums and arm.responders not in (*sums, sum(sums)):
        yield f"{arm.responders} responders are not cr_n + pr_n of the table ({sums[0]}). Correct one."
    elif not sums and rates and not any(_rounds_to(rate, printed) for printed in rates):
        yield (
            f"{arm.responders} responders of {arm.n} are {rate:.1f} %, "
            f"and orr_pct of the table is {rates[0]}. Give the rate as printed."
        )


def _metric_faults(metric: str, stated: ReportedValue, rows: Sequence[Row]) -> Iterator[str]:
    if metric not in METRIC_COLUMNS or _is_of_a_part(stated, rows):
        return
    scale = PERCENT if is_fraction(metric) else 1.0
    known = [row for row in rows if row[METRIC_COLUMNS[metric][0]]]
    allowed = FREE_OF_PROGRESSION.get(metric)
    for row in known if allowed is not None else ():
        if row["pfs_type"].split()[:1] not in [[word] for word in allowed or ()] or "mean" in row["pfs_type"]:
            yield f"'{metric}' is reported, and the table's is of another kind: {row['pfs_type']}. Rename it."
            return
    for number, column in zip((stated.value, stated.low, stated.high), METRIC_COLUMNS[metric], strict=True):
        printed = [float(row[column]) / scale for row in known if column and row[column]]
        if number is not None and printed and all(abs(number - one) > ROUNDING for one in printed):
            shown = _printed(column, known)
            yield f"'{metric}' has {number:g}, and {column} of the table is {shown}. Correct one."


def _is_of_a_part(stated: ReportedValue, rows: Sequence[Row]) -> bool:
    """Whether a number has a denominator that is known to be another than the row's."""
    whole = [row[column] for row in rows for column in ("n_evaluable", "n_enrolled") if row[column]]
    return bool(whole) and stated.n is not None and stated.note is not None and str(stated.n) not in whole


def _is_count(count: int, column: str, rows: Sequence[Row], *, is_required: bool) -> bool:
    """Whether a count is that of a row, or the sum over the rows."""
    printed = [int(row[column]) for row in rows if row[column]]
    if not printed:
        return not is_required
    return count in (*printed, sum(printed))


def _rounds_to(value: float, printed: str) -> bool:
    """Whether a value, rounded as `printed` is, may be it."""
    half_a_unit = 0.5 * 10.0 ** -len(printed.partition(".")[2])
    return math.isclose(value, float(printed), rel_tol=0.0, abs_tol=half_a_unit + ROUND_OFF)


def _printed(column: str, rows: Sequence[Row]) -> str:
    return " or ".join(row[column] for row in rows if row[column]) or "empty"
