"""Small real trials, run once and shared by the tests of the study."""

from __future__ import annotations

from functools import cache
from typing import Any

from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

IL2 = {
    "agent": "aldesleukin", "dose": "600000 IU/kg", "route": "intravenous over 15 min",
    "schedule": "every 8 h, up to 14 doses, on days 1 and 15; repeat every 12 weeks, at most 3 courses, "
    "while not progressing",
}  # fmt: skip
TEMOZOLOMIDE = {
    "agent": "temozolomide", "dose": "75 mg/m2", "route": "oral",
    "schedule": "daily, days 1 to 21 of 28, until progression",
}  # fmt: skip
SEQUENCE = [IL2, {**TEMOZOLOMIDE, "starts": "within 6 weeks after aldesleukin fails"}]
REVERSED = [TEMOZOLOMIDE, {**IL2, "starts": "within 6 weeks after temozolomide fails"}]


def study_protocol(arms: dict[str, list[dict[str, Any]]], **keys: Any) -> Protocol:
    """A trial in melanoma whose calendar does not depend on how many are enrolled."""
    shared = {"arms_are": "counterfactual"} if len(arms) > 1 else {}
    eligibility = {"performance_status": [0, 1], "excluded_fraction": 0.5}
    return Protocol.from_dict(
        {
            "schema": 1,
            "title": "A small trial",
            "disease": "melanoma",
            **shared,
            "eligibility": eligibility,
            "arms": [{"name": name, "treatment": lines} for name, lines in arms.items()],
            "assessments": {"criteria": "who-1979", "every": "8 weeks", "biomarkers": ["lymphocyte_count"]},
            "enrolment": {"patients": 12, "per_month": 60, "dropout_per_year": 0.1},
            "data_cut_off": "10 months",
            **keys,
        }
    )


@cache
def small_trial(patients: int = 12, trials: int = 1, seed: int = 4, jobs: int = 1) -> TrialResult:
    """Both orders in the same patients."""
    protocol = study_protocol({"forward": SEQUENCE, "reversed": REVERSED})
    return run_protocol(protocol, patients=patients, trials=trials, seed=seed, jobs=jobs)


@cache
def randomised_trial(patients: int = 6, ratio: float | None = None) -> TrialResult:
    """Temozolomide in two arms of different patients."""
    protocol = study_protocol({"first": [TEMOZOLOMIDE], "second": [TEMOZOLOMIDE]}, arms_are="randomised")
    if ratio is not None:
        data = protocol.to_dict()
        data["arms"][1]["ratio"] = ratio
        protocol = Protocol.from_dict(data)
    return run_protocol(protocol, patients=patients, seed=4, jobs=1)
