"""The name under which what was simulated is kept: it changes with everything that it depends on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from study_samples import TEMOZOLOMIDE, study_protocol
from trialkine.calibration.quantities import Quantity
from trialkine.calibration.simulations import Shard, simulated

PROTOCOL = study_protocol(
    {"Temozolomide": [TEMOZOLOMIDE]},
    reported=[{"arm": "Temozolomide", "n": 12, "responders": 2}],
    source={"citation": "Somebody 2004", "use": "calibration"},
)
RATE = Quantity("recall_rate", 2.0, "log", 0.5)
SHARD = Shard("mine", PROTOCOL, np.zeros((2, 3)), 6, 3, (RATE,))


def test_the_same_shard_has_the_same_name() -> None:
    assert replace(SHARD, scores=np.zeros((2, 3))).name == SHARD.name
    assert SHARD.name.startswith("mine-")


def test_whatever_changes_the_simulation_or_its_targets_changes_the_name() -> None:
    longer = study_protocol(
        {"Temozolomide": [TEMOZOLOMIDE]},
        reported=[{"arm": "Temozolomide", "n": 12, "responders": 2, "metrics": {"os_rate_12m": 0.5}}],
        source={"citation": "Somebody 2004", "use": "calibration"},
    )
    others = [
        replace(SHARD, protocol=longer),
        replace(SHARD, scores=np.ones((2, 3))),
        replace(SHARD, patients=7),
        replace(SHARD, seed=4),
        replace(SHARD, quantities=(replace(RATE, centre=2.1),)),
        replace(SHARD, quantities=(replace(RATE, sd=0.4),)),
        replace(SHARD, quantities=(Quantity("extinction_volume", 2.0, "log", 0.5),)),
    ]
    assert len({SHARD.name, *(one.name for one in others)}) == 1 + len(others)


def test_what_is_kept_is_not_simulated_again(tmp_path: Path) -> None:
    kept = np.array([[1.0, 2.0]]), np.array([[6.0, 6.0]])
    np.savez_compressed(tmp_path / f"{SHARD.name}.npz", counts=kept[0], totals=kept[1])
    found = simulated(SHARD, tmp_path)
    assert (found.trial, found.counts.tolist(), found.totals.tolist()) == ("mine", [[1, 2]], [[6, 6]])
