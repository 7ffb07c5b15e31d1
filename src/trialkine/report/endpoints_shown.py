"""Which measures a report speaks of: response and progression, or relapse after complete resection."""

from __future__ import annotations

from trialkine.report.protocol_facts import ProtocolFacts

_MAIN = ("orr", "cr_rate", "pfs_median_months", "os_median_months")
_MAIN_ADJUVANT = ("rfs_median_months", "rfs_rate_24m", "os_median_months")
_LABELS = {
    "orr": "Response (CR + PR)",
    "cr_rate": "Complete",
    "pfs_median_months": "Median PFS, months",
    "os_median_months": "Median OS, months",
    "rfs_median_months": "Median RFS, months",
    "rfs_rate_24m": "RFS at 24 months",
}


def main_metrics(facts: ProtocolFacts) -> tuple[str, ...]:
    """The few measures of a short table."""
    return _MAIN_ADJUVANT if facts.is_adjuvant else _MAIN


def short_label(name: str) -> str:
    """A main measure in few words."""
    return _LABELS[name]


def is_about(name: str, facts: ProtocolFacts) -> bool:
    """Whether a measure means something in this setting."""
    return not is_of_tumours(name) if facts.is_adjuvant else not name.startswith("rfs_")


def is_of_tumours(name: str) -> bool:
    """Whether a measure is read off scans of tumours."""
    return name.startswith(("orr", "cr_", "pr_", "sd_", "pd_", "pfs_", "ttp_", "dor_"))


def progression_title(facts: ProtocolFacts, usual: str) -> str:
    """What freedom from progression is called."""
    return "Relapse-free survival" if facts.is_adjuvant else usual
