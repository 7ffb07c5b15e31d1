"""Small assays for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.assay.checking import assay_from_data
from trialkine.assay.protocol import AssayProtocol
from trialkine.assay.run import AssayResult, GroupCourses, run_assay, solve_group
from trialkine.assay.wells import plate

EXAMPLES = Path(__file__).parents[1] / "examples"
ASSAY_FILES = [EXAMPLES / "imp321-ex-vivo.yaml", EXAMPLES / "imp321-ex-vivo-tlr.yaml"]
USUAL = "10 ug/mL"

PLAIN: dict[str, Any] = {
    "schema": 1,
    "title": "A small assay",
    "assay": "pbmc",
    "donors": {"healthy": 24, "metastatic": 12},
    "wells": [
        {"name": "IMP321", "stimuli": {"imp321": USUAL}},
        {"name": "series", "stimuli": {"imp321": ["0.01 ug/mL", "0.3 ug/mL", "3 ug/mL", "30 ug/mL"]}},
        {"name": "CD4Ig", "stimuli": {"cd4ig": "62.5 nM"}},
        {"name": "agonist", "stimuli": {"tlr_agonist": "100 ng/mL"}},
        {
            "name": "agonist, blocked",
            "stimuli": {"tlr_agonist": "100 ng/mL"},
            "blockers": {"anti_il10": "10 ug/mL"},
        },
        {"name": "sorted", "stimuli": {"imp321": USUAL}, "sample": "purified-cd8"},
    ],
    "times": ["4 h", "18 h"],
    "responder": {"at": "18 h"},
}


def changed(**keys: Any) -> AssayProtocol:
    """The small assay with some keys replaced."""
    return assay_from_data({**PLAIN, **keys})


@cache
def small_assay() -> AssayResult:
    """The small assay, run once."""
    return run_assay(changed(), jobs=1)


@cache
def many_donors() -> GroupCourses:
    """True courses of 300 healthy donors in the wells of the small assay."""
    return solve_group(plate(changed()), "healthy", 300, 0, np.array([0.0, 4.0, 7.0, 18.0, 24.0, 48.0]), 1)


def mean_of(course: GroupCourses, label: str, read_out: str, hour: float) -> float:
    """The mean true value of one kind of well."""
    number = [well.label for well in course.wells].index(label)
    return float(course.at(read_out, number, hour).mean())
