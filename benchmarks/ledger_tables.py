"""Writes docs/ledger.md from the ledgers of two validations: each family left out, and all families seen.

    trialkine validate --leave-out --out left-out
    trialkine validate --out seen
    python benchmarks/ledger_tables.py left-out/ledger.json seen/ledger.json

The table of founding figures shows the second, all others the first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "ledger.md"
PER_CENT = 100.0
TEMOZOLOMIDE = "dacarbazine-v-temozolomide-melanoma-middleton-2000"
RESPONSES, SURVIVAL = ("orr", "cr_rate"), "os_median_months"
FOUNDING = (
    ("hd-il2-melanoma-atkins-1999", "HD IL-2", (*RESPONSES, SURVIVAL)),
    ("hd-il2-renal-fyfe-1995", "HD IL-2", (*RESPONSES, SURVIVAL, "dor_median_months")),
    (TEMOZOLOMIDE, "Temozolomide", ("pfs_median_months", SURVIVAL)),
    (TEMOZOLOMIDE, "Dacarbazine", ("pfs_median_months", SURVIVAL)),
    ("temozolomide-extended-melanoma-2008", "Temozolomide", (*RESPONSES, "ttp_median_months", SURVIVAL)),
    ("im862-renal-2004", "IM862", ("orr", "sd_rate", "ttp_median_months", SURVIVAL)),
    ("il2-then-temozolomide-melanoma-fateh", "IL-2 then temozolomide", ("orr",)),
)
GROUPS = (
    "response rate", "complete response", "median survival", "survival at landmark", "progression-free",
    "other", "all",
)  # fmt: skip


def rows_of(ledger: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every reported number with its trial and arm."""
    for trial in ledger["trials"]:
        for arm in trial["arms"]:
            for name, metric in arm["metrics"].items():
                yield {
                    "trial": trial["trial"],
                    "arm": arm["arm"],
                    "class": arm["agent_class"],
                    "metric": name,
                    **metric,
                }


def shown(name: str, value: float | None) -> str:
    """A number as the page shows it: per cent, or months."""
    if value is None:
        return "not reached"
    if "_months" in name:
        return f"{value:.1f}"
    return f"{PER_CENT * value:.1f} %" if value < 1.0 / PER_CENT * 10 else f"{PER_CENT * value:.0f} %"


def interval(name: str, found: dict[str, Any]) -> str:
    """Median and 80 % interval."""
    return (
        f"{shown(name, found['median'])} ({shown(name, found['low_80'])} to {shown(name, found['high_80'])})"
    )


def page(left_out: dict[str, Any], seen: dict[str, Any]) -> str:
    """The page as Markdown."""
    about = ", ".join(f"{key} {value}" for key, value in left_out["about"].items())
    parts = [
        "# The ledger", "",
        "How well published trials are predicted, each family by an ensemble that had not seen it; the "
        "centres of its priors had been set with some of these trials known. How it is done and judged: "
        "[published-trials.md](published-trials.md); how the ensemble was found: "
        "[calibration.md](calibration.md). `trialkine validate --leave-out` repeats it, with figures.", "",
        f"{about}.", "", *coverage(left_out), "", *against_pools(left_out), "", *founding(seen), "",
        *misses(left_out), "", *everything(left_out), "",
    ]  # fmt: skip
    return "\n".join(parts)


def coverage(ledger: dict[str, Any]) -> Iterator[str]:
    """How many numbers lie in the intervals."""
    yield "## Coverage"
    yield ""
    yield "| outcome | numbers | families | in 50 % | in 80 % | in 95 % | in 80 %, by family (95 % limits) |"
    yield "|---|---|---|---|---|---|---|"
    for name, group in groups(ledger):
        shares = {one["level"]: one for one in group["coverage"]}
        cells = " | ".join(f"{PER_CENT * shares[level]['share']:.0f} %" for level in (0.5, 0.8, 0.95))
        family = shares[0.8]
        limits = f"{PER_CENT * family['low']:.0f} to {PER_CENT * family['high']:.0f}"
        yield (
            f"| {name} | {group['rows']} | {group['families']} | {cells} "
            f"| {PER_CENT * family['share_by_family']:.0f} % ({limits}) |"
        )


def against_pools(ledger: dict[str, Any]) -> Iterator[str]:
    """Mean CRPS beside that of the pools."""
    yield "## Against pools that know no mechanism"
    yield ""
    yield (
        "Mean CRPS, in points of per cent or months; less is better. Each pair over the numbers that have "
        "such a pool."
    )
    yield ""
    yield "| outcome | unit | pool | numbers | trialkine | pool | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for name, group in groups(ledger):
        for one in group["comparisons"]:
            if one.get("crps") is None or one.get("baseline_crps") is None:
                continue
            scale = PER_CENT if one["unit"] == "fraction" else 1.0
            own, pool = scale * one["crps"], scale * one["baseline_crps"]
            unit = "points" if one["unit"] == "fraction" else "months"
            yield (
                f"| {name} | {unit} | {one['baseline']} | {one['rows']} | {own:.2f} | {pool:.2f} "
                f"| {own / pool:.2f} |"
            )


def founding(ledger: dict[str, Any]) -> Iterator[str]:
    """The figures that the project began with, from the ensemble that has seen them."""
    yield "## The figures the project began with"
    yield ""
    yield "From the ensemble fitted to them (but to no selected patients): this is fit, not prediction."
    yield ""
    yield "| trial | arm | number | reported | simulated, 80 % | inside 80 % |"
    yield "|---|---|---|---|---|---|"
    found = {(row["trial"], row["arm"], row["metric"]): row for row in rows_of(ledger)}
    for trial, arm, metrics in FOUNDING:
        for metric in metrics:
            row = found.get((trial, arm, metric))
            if row is None or row["predicted"] is None:
                continue
            inside = "yes" if row["inside_80"] else "no"
            yield (
                f"| {trial} | {arm} | {metric} | {shown(metric, row['reported'])} "
                f"| {interval(metric, row['predicted'])} | {inside} |"
            )


def misses(ledger: dict[str, Any]) -> Iterator[str]:
    """What lies outside the 95 % interval."""
    yield "## Outside the 95 % interval"
    yield ""
    why = {(one["trial"], one["arm"], one["metric"]): one["why"] for one in ledger["misses"]}
    for row in rows_of(ledger):
        if row["scored"] and row["predicted"] is not None and not row["inside_95"]:
            metric = row["metric"]
            told = (
                f"reported {shown(metric, row['reported'])}, predicted {interval(metric, row['predicted'])}"
            )
            yield f"- {row['trial']}, {row['arm']}, {metric}: {told}. {why[row['trial'], row['arm'], metric]}"


def everything(ledger: dict[str, Any]) -> Iterator[str]:
    """Every number."""
    yield "## Every number"
    yield ""
    yield "| trial | arm | class | number | reported | predicted, 80 % | in 80 % | CRPS | its pool's |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows_of(ledger):
        metric, predicted = row["metric"], row["predicted"]
        told = interval(metric, predicted) if predicted is not None else "–"
        inside = {True: "yes", False: "no"}.get(row.get("inside_80"), "–") if row["scored"] else "not scored"
        pool = (row.get("baseline") or {}).get("crps")
        scores = f"{score(metric, row.get('crps'))} | {score(metric, pool)}"
        reported = shown(metric, row["reported"])
        where = f"{row['trial']} | {row['arm']} | {row['class']}"
        yield f"| {where} | {metric} | {reported} | {told} | {inside} | {scores} |"


def score(metric: str, value: float | None) -> str:
    """A CRPS in points or months."""
    if value is None:
        return "–"
    return f"{value:.2f}" if "_months" in metric else f"{PER_CENT * value:.1f}"


def groups(ledger: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The summaries over all uses, in the order of the page."""
    found = {one["group"]: one for one in ledger["summary"] if one["use"] == "all"}
    return ((name, found[name]) for name in GROUPS if name in found)


if __name__ == "__main__":
    first, second = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:3])
    PAGE.write_text(page(first, second), "utf-8")
