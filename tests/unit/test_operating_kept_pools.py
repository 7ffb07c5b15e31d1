"""Pools in a folder: found again by what they depend on, and by nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from operating_samples import bernoulli_pool, protocol, toxic_pools
from protocol_samples import EXAMPLES
from trialkine.errors import InputError
from trialkine.operating.kept_pools import SimulatedPool, pool_key, read_pool, write_pool
from trialkine.operating.pool import PoolSize
from trialkine.operating.run import operating_characteristics
from trialkine.trial.protocol import Protocol

SIZE = PoolSize(3, 10)
DESIGN = {"two_stage": {"first_stage": 20, "stop_at_or_below": 0}}


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    arms = (bernoulli_pool(np.full(2, 0.3), 5, 1), *toxic_pools((0.1, 0.3), 2, 4, 1))
    pool = SimulatedPool(arms, 26, "2 members")
    assert read_pool(tmp_path / "new", "k") is None
    write_pool(tmp_path / "new", "k", pool)
    again = read_pool(tmp_path / "new", "k")
    assert again is not None
    assert (again.patients, again.ensemble) == (26, "2 members")
    for one, other in zip(again.arms, arms, strict=True):
        assert type(one) is type(other)
        for column in fields(other):
            assert np.array_equal(getattr(one, column.name), getattr(other, column.name))


def test_the_key_knows_what_is_simulated_and_not_by_which_rule_it_is_judged() -> None:
    file = protocol(DESIGN)
    key = pool_key(file, SIZE, 1, None, "outcomes")
    other_rule = protocol({"two_stage": {"first_stage": 20, "stop_at_or_below": 2}}, title="Another title")
    assert pool_key(other_rule, SIZE, 1, None, "outcomes") == key
    changed = [
        pool_key(protocol(DESIGN, follow_up="13 months"), SIZE, 1, None, "outcomes"),
        pool_key(protocol(DESIGN, arms=("A", "C")), SIZE, 1, None, "outcomes"),
        pool_key(file, replace(SIZE, patients=11), 1, None, "outcomes"),
        pool_key(file, SIZE, 2, None, "outcomes"),
        pool_key(file, SIZE, 1, None, "toxicity"),
    ]
    assert len({key, *changed}) == 1 + len(changed)


def test_a_file_that_is_no_pool_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "k.npz").write_text("not a pool")
    with pytest.raises(InputError, match="Remove it, to simulate it anew"):
        read_pool(tmp_path, "k")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be kept in"):
        write_pool(tmp_path / "file", "k", SimulatedPool((), 0, ""))


def test_a_second_design_finds_the_pool_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = Protocol.read(EXAMPLES / "im862-renal.yaml")
    first = operating_characteristics(example, trials=100, pool=60, seed=1, keep=tmp_path)
    data = example.to_dict()
    data["design"] = {"two_stage": {"first_stage": 25, "stop_at_or_below": 1}}
    stricter = Protocol.from_dict(data)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the pool is there")

    monkeypatch.setattr("trialkine.operating.run.simulated_pool", refuse)
    second = operating_characteristics(stricter, trials=100, pool=60, seed=1, keep=tmp_path)
    assert second.pool_patients == first.pool_patients
    assert second.found[0].early.mean >= first.found[0].early.mean
