"""Which forest plots a ledger has: one for each outcome that shares an axis, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialkine.trial.reported import CHANGE
from trialkine.validation.coverage import LANDMARK_SURVIVAL, outcome_group
from trialkine.validation.forest_layout import ForestBlock, forest_blocks, split_blocks
from trialkine.validation.ledger import LedgerRow

_ORDER = (
    "Response rate",
    "Complete response",
    "Median survival",
    "Alive at a landmark",
    "Free of progression at a scan",
    "Median time to progression",
    "Free of relapse",
    "Median time to relapse",
    "Best response: partial, stable, progressive",
    "Median duration of response",
    "Severe toxicity and death from treatment",
)
_FIXED: Mapping[str, str] = {
    "orr": _ORDER[0],
    "cr_rate": _ORDER[1],
    "os_median_months": _ORDER[2],
    "pfs_median_months": _ORDER[5],
    "ttp_median_months": _ORDER[5],
    "rfs_median_months": _ORDER[7],
    "pr_rate": _ORDER[8],
    "sd_rate": _ORDER[8],
    "pd_rate": _ORDER[8],
    "dor_median_months": _ORDER[9],
    "grade34_rate": _ORDER[10],
    "toxic_death_rate": _ORDER[10],
}
_SAYS_ALL = frozenset({_ORDER[0], _ORDER[1], _ORDER[2], _ORDER[7], _ORDER[9]})
_BIOMARKERS, _DOSES, _OTHERS = "Biomarkers, relative to baseline", "Doses given", "Other outcomes"


@dataclass(frozen=True)
class Forest:
    """The rows of one outcome, split into figures; `names_metric` where the title leaves open which it is."""

    title: str
    pages: tuple[tuple[ForestBlock, ...], ...]
    names_metric: bool

    @property
    def rows(self) -> tuple[LedgerRow, ...]:
        """All rows, in the order in which they are drawn."""
        return tuple(row for page in self.pages for block in page for row in block.rows)


def forests(rows: Sequence[LedgerRow]) -> list[Forest]:
    """One forest for each outcome that was predicted in some arm."""
    groups: dict[str, list[LedgerRow]] = {}
    for row in rows:
        if row.predicted is None:
            continue
        groups.setdefault(forest_title(row.metric), []).append(row)
    order = [*_ORDER, _BIOMARKERS, _DOSES, _OTHERS]
    found = []
    for title in sorted(groups, key=order.index):
        pages = split_blocks(forest_blocks(groups[title]))
        found.append(Forest(title, tuple(map(tuple, pages)), title not in _SAYS_ALL))
    return found


def forest_title(metric: str) -> str:
    """The forest in which an outcome is drawn."""
    if metric in _FIXED:
        return _FIXED[metric]
    if outcome_group(metric) == LANDMARK_SURVIVAL:
        return _ORDER[3]
    if metric.startswith(("pfs_rate_", "ttp_rate_")):
        return _ORDER[4]
    if metric.startswith("rfs_rate_"):
        return _ORDER[6]
    if CHANGE.fullmatch(metric):
        return _BIOMARKERS
    return _DOSES if metric.startswith("doses_given_") else _OTHERS
