"""Runs of one seed compared: the same patients under another dose, and not the same in another disease."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import trialkine as tk

EXAMPLE = Path(__file__).parents[2] / "examples" / "im862-renal.yaml"


@cache
def trial(dose: str, seed: int = 7) -> tk.Trial:
    plain = tk.Protocol.read(EXAMPLE).to_dict()
    plain["arms"][0]["name"] = dose
    plain["arms"][0]["treatment"][0]["dose"] = dose
    return tk.run(tk.Protocol.from_dict(plain), patients=12, seed=seed)


def test_runs_that_differ_in_a_dose_hold_the_same_patients() -> None:
    found = tk.compare([trial("5 mg"), trial("40 mg")])
    pairs = found.pairs
    assert pairs.height == 12
    assert found.summary()["contrasts"][0]["kind"] == "paired"
    assert set(pairs["fate"]) <= {"better", "worse", "same", "unknown"}


def test_the_same_dose_twice_changes_nobodys_outcome() -> None:
    contrast = tk.compare([trial("5 mg"), trial("5.0 mg")]).summary()["contrasts"][0]
    assert contrast["fates"]["better"] == contrast["fates"]["worse"] == 0
    assert contrast["measures"]["hazard_ratio"]["estimate"] == 1.0


def test_another_seed_brings_other_patients() -> None:
    contrast = tk.compare([trial("5 mg"), trial("40 mg", seed=8)]).summary()["contrasts"][0]
    assert contrast["kind"] == "independent"
    assert "different seeds" in contrast["why_not_paired"]
