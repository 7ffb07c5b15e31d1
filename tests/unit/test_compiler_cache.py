"""Compiled kernels are kept, checked and never trusted blindly."""

import numpy as np
import pytest

from engine_samples import evaluate_kernel, numbers
from trialkine.compiler import compiled as room
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Flow, Index, Mechanism, Parameter, State


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("TRIALKINE_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def compilations(monkeypatch):
    """A list that grows with every compilation of a model's steps to machine code."""
    made = []
    original = room.make_object

    def counted(source, target):
        if "@explicit_step" in source:
            made.append(source)
        return original(source, target)

    monkeypatch.setattr(room, "make_object", counted)
    return made


def decay(text="-x", parameters=()):
    return compose(numbers({"x": text}, parameters))


def slope_at_two(compiled):
    (rates,) = evaluate_kernel(compiled, "rates", np.array([[2.0]]), np.ones((1, 2)), 1)
    return float(rates[0, 0])


def entries(cache):
    return sorted((cache / "kernels").iterdir())


def test_the_same_model_is_compiled_once(cache, compilations):
    for _ in range(3):
        assert slope_at_two(compile_model(decay())) == -2.0
    assert len(compilations) == 1
    assert len(entries(cache)) == 1


def test_another_model_has_another_entry(cache, compilations):
    assert slope_at_two(compile_model(decay())) == -2.0
    assert slope_at_two(compile_model(decay("-x**2"))) == -4.0
    assert len(compilations) == len(entries(cache)) == 2


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "text"])
def test_a_damaged_entry_is_compiled_again_and_replaced(cache, compilations, damage):
    compile_model(decay())
    (entry,) = entries(cache)
    good = entry.read_bytes()
    broken = {
        "flipped": good[:-100] + bytes([good[-100] ^ 1]) + good[-99:],
        "cut": good[: len(good) // 2],
        "empty": b"",
        "text": b"not a kernel at all" * 10,
    }
    entry.write_bytes(broken[damage])
    assert slope_at_two(compile_model(decay())) == -2.0
    assert len(compilations) == 2
    assert slope_at_two(compile_model(decay())) == -2.0
    assert len(compilations) == 2  # the entry is whole again


def test_a_cache_that_cannot_be_made_is_no_error(tmp_path, monkeypatch, compilations):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("TRIALKINE_CACHE", str(blocked))
    assert slope_at_two(compile_model(decay())) == -2.0
    assert len(compilations) == 1


def test_a_cache_that_may_not_be_written_is_no_error(cache, compilations, monkeypatch):
    def refuse(**_):
        raise PermissionError("read-only file system")

    monkeypatch.setattr(room.tempfile, "NamedTemporaryFile", refuse)
    for count in (1, 2):
        assert slope_at_two(compile_model(decay())) == -2.0
        assert len(compilations) == count


def test_no_temporary_files_are_left_behind(cache):
    compile_model(decay())
    assert [entry.suffix for entry in entries(cache)] == [".bin"]


def test_models_that_print_alike_but_differ_in_their_lists_do_not_share_an_entry(cache, compilations):
    """Another number of lesions, or parameters in another order, needs other kernels."""

    def lesions(members, order):
        names = {"a": Parameter("1/day", ""), "b": Parameter("", "")}
        return compose(Mechanism(
            "lesions", "", states={"size": State("mg", "", index=(Index("lesion", members),))},
            parameters={name: names[name] for name in order}, flows=(Flow("a * b**2 * size", "size"),),
        ))  # fmt: skip

    for members in (("1", "2"), ("1", "2", "3")):
        compiled = compile_model(lesions(members, "ab"))
        assert compiled.plan.size == len(members)
    states = np.ones((1, 2))
    for order in ("ab", "ba"):
        compiled = compile_model(lesions(("1", "2"), order))
        values = np.array([[{"a": 3.0, "b": 2.0}[name] for name in order]])
        (rates,) = evaluate_kernel(compiled, "rates", states, values, 2)
        assert rates.tolist() == [[-12.0, -12.0]]
    assert len(compilations) == 3
