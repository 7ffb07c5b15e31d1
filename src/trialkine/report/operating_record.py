"""Operating characteristics as plain data, for `summary.json`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialkine.operating.courses import Characteristics, Measured
    from trialkine.operating.run import OperatingCharacteristics


def operating_record(found: OperatingCharacteristics) -> dict[str, Any]:
    """Everything as plain data: shares in fractions, times in months. Times of computing are left out."""
    return {
        "rule": found.rule_name,
        "rule_words": found.rule_words,
        "trials": found.trials,
        "seed": found.seed,
        "pool": {
            "patients": found.pool_patients,
            "members": found.size.members,
            "patients_per_member_and_arm": found.size.patients,
            "ensemble": found.ensemble,
        },
        "found": [_characteristics_record(one) for one in found.found],
    }


def _characteristics_record(one: Characteristics) -> dict[str, Any]:
    return {
        "name": one.name,
        "success_means": one.success_name,
        "early_stop_means": one.early_name,
        "success": _measured(one.success),
        "early_stop": _measured(one.early),
        "expected_patients": _measured(one.patients),
        "expected_months": _measured(one.months),
        "ends": dict(one.ends),
        "details": {name: _measured(value) for name, value in one.details.items()},
        "success_middle_80_of_members": None if one.spread is None else list(one.spread),
        "members": [
            {one.truth_name.replace(" ", "_"): _finite(member.truth), "success": member.success}
            | {"trials": member.trials}
            for member in one.members
        ],
        "textbook": [
            {
                "assumption": book.assumption,
                "success": book.success,
                "early_stop": book.early,
                "expected_patients": book.patients,
                "expected_months": book.months,
            }
            for book in one.textbook
        ],
        "doses": [
            {
                "dose": dose.name,
                "toxicity_rate": dose.toxicity_rate,
                "share_in_which_it_is_right": dose.right_share,
                "selected": _measured(dose.selected),
                "patients": _measured(dose.patients),
                "textbook_selected": dose.textbook_selected,
                "textbook_patients": dose.textbook_patients,
            }
            for dose in one.doses
        ],
    }


def _measured(found: Measured) -> dict[str, float | None]:
    return {"mean": found.mean, "standard_error": found.standard_error, "bound_95": found.bound}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
