"""Which processor kernels are made for: the host, a name, or a sentence."""

import numpy as np
import pytest

from engine_samples import evaluate_kernel, numbers
from trialkine.compiler import target as room
from trialkine.compiler.compiled import compile_model
from trialkine.compiler.target import (
    VARIABLE,
    chosen_target,
    host_target,
    missing_features,
    named_target,
    target_of,
)
from trialkine.errors import InputError
from trialkine.model.compose import compose

OLD = {"sse2": True, "avx": False, "fma": False}
IN_2013 = dict.fromkeys(("sse2", "avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"), True)


@pytest.fixture
def old_processor(monkeypatch):
    """A 64-bit x86 processor without AVX."""
    monkeypatch.setattr(room, "_host_features", lambda: OLD)


def test_the_host_is_chosen_where_nothing_is_said(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert chosen_target() == host_target()
    monkeypatch.setenv(VARIABLE, "")
    assert chosen_target() == host_target()


def test_the_environment_chooses_a_target_for_every_model(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIALKINE_CACHE", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "sse2")
    try:
        compiled = compile_model(compose(numbers({"x": "-x"})))
    except InputError:
        pytest.skip("no 64-bit x86 processor")
    assert (compiled.target, compiled.width) == (named_target("sse2"), 2)
    (rates,) = evaluate_kernel(compiled, "rates", np.array([[2.0]]), np.ones((1, 2)), 1)
    assert rates[0, 0] == -2.0


def test_an_unknown_name_is_refused_with_the_names_there_are(monkeypatch):
    monkeypatch.setenv(VARIABLE, "avx-2")
    with pytest.raises(
        InputError, match=rf"{VARIABLE}=avx-2: No target named 'avx-2' .* Did you mean 'avx2'\?"
    ):
        chosen_target()
    with pytest.raises(InputError, match=r"No target named 'gpu' .* Write one of avx512, avx2, sse2\."):
        named_target("gpu")


def test_a_name_may_be_written_in_capitals():
    assert named_target("AVX512") == named_target("avx512")


def test_a_target_that_would_crash_the_process_is_refused(monkeypatch, old_processor):
    monkeypatch.setenv(VARIABLE, "avx2")
    with pytest.raises(InputError, match=r"need avx, avx2, fma, .*this processor lacks.* write 'sse2'"):
        chosen_target()


def test_kernels_for_another_processor_are_never_loaded(old_processor, tmp_path, monkeypatch):
    monkeypatch.setenv("TRIALKINE_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="which this processor lacks"):
        compile_model(compose(numbers({"x": "-x"})), named_target("avx2"))


def test_on_another_family_of_processors_no_x86_target_is_recommended(monkeypatch):
    monkeypatch.setattr(room, "_host_features", lambda: {"neon": True})
    monkeypatch.setenv(VARIABLE, "sse2")
    with pytest.raises(
        InputError, match=rf"need sse2, which this processor lacks\. Leave {VARIABLE} empty\.$"
    ):
        chosen_target()


@pytest.mark.parametrize(
    ("features", "width", "fused"),
    [
        (OLD, 2, False),
        (OLD | {"avx": True}, 4, False),
        (IN_2013, 4, True),
        (IN_2013 | {"avx512f": True}, 8, True),
        ({"neon": True, "fp-armv8": True}, 2, True),  # 64-bit ARM
        ({}, 2, False),  # a system that does not tell
    ],
)
def test_vectors_are_as_wide_as_the_processor_has_them(features, width, fused):
    target = target_of("some", features)
    assert (target.width, target.fused) == (width, fused)
    assert missing_features(target, features) == []


def test_a_system_that_does_not_tell_its_features_gets_the_narrowest_vectors(monkeypatch):
    import llvmlite.binding as llvm

    def refuse():
        raise RuntimeError("not known")

    monkeypatch.setattr(llvm, "get_host_cpu_features", refuse)
    assert room._host_features.__wrapped__() == {}
