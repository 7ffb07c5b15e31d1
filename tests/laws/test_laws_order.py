"""Interleukin-2 before temozolomide does more than the reverse, and what carries that."""

from __future__ import annotations

import pytest

from laws.trials import Arm, extra_gain, gain, has, responded, trial, values
from trialkine.trial.result import TrialResult

EXAMPLE = "il2-then-temozolomide-mechanisms"
FIRST, SECOND = "IL-2 first: as it is", "Temozolomide first: as it is"
PARTS = {
    "banking": "il2_memory_proliferation_rate",
    "memory": "memory_lymphotoxicity",
    "spared": "regulatory_lymphotoxicity",
    "space": "homeostatic_proliferation_rate",
}


def both_orders(*off: str, patients: int = 100) -> TrialResult:
    """Both orders in the same patients: as they are, and with single parts of the explanation off."""
    arms: dict[str, str | Arm] = {"IL-2 first": FIRST, "reverse": SECOND}
    for part in off:
        model = values(**{PARTS[part]: 0.0})
        arms[f"IL-2 first, {part} off"] = Arm(FIRST, model)
        arms[f"reverse, {part} off"] = Arm(SECOND, model)
    return trial(EXAMPLE, arms, patients, "10 months")


def test_interleukin_2_before_temozolomide_gains_more_responses_than_the_reverse() -> None:
    """B3 (nct01124734, row FATEH_POST_IL2_TMZ). Calibrated on; the next tests name what carries it."""
    assert has(gain(both_orders("banking", "memory"), "IL-2 first", "reverse"))[1] > 0.0


def test_most_of_the_effect_of_the_order_goes_with_the_banking_of_memory_by_interleukin_2() -> None:
    """Carried by `memory_cells`: interleukin-2 multiplies memory before temozolomide makes space for it."""
    result = both_orders("banking", "memory")
    usual, off = ("IL-2 first", "reverse"), ("IL-2 first, banking off", "reverse, banking off")
    lost, low, _ = has(extra_gain(result, usual, off))
    assert low > 0.0
    assert lost > 0.5 * has(gain(result, *usual))[0]


def test_the_effect_of_the_order_vanishes_where_temozolomide_spares_memory_cells() -> None:
    """Carried by `memory_cells`: given first, temozolomide burns the memory on which interleukin-2 builds."""
    result = both_orders("banking", "memory")
    assert has(gain(result, "IL-2 first, memory off", "reverse, memory off"))[1] < 0.0
    assert responded(result, "reverse, memory off").sum() > responded(result, "reverse").sum()


@pytest.mark.slow
@pytest.mark.parametrize("part", ["spared", "space"])
def test_the_effect_of_the_order_shrinks_without_each_further_part(part: str) -> None:
    """Regulatory cells that temozolomide removes, and the space into which T cells grow."""
    result = both_orders(part, patients=250)
    off = (f"IL-2 first, {part} off", f"reverse, {part} off")
    assert has(extra_gain(result, ("IL-2 first", "reverse"), off))[1] > 0.0


@pytest.mark.slow
def test_temozolomide_after_interleukin_2_does_more_than_a_placebo_in_its_place() -> None:
    """B4 (nct01124734): selection and delayed responses to interleukin-2 do not explain it alone."""
    arms = ("IL-2 then temozolomide", "IL-2 then placebo")
    result = trial("order-or-selection-melanoma", {name: name for name in arms}, 200, "12 months")
    assert has(gain(result, *arms))[1] > 0.0


@pytest.mark.slow
def test_licensing_by_interleukin_2_carries_the_order_too_and_without_either_there_is_none() -> None:
    """The rival structure (`il2_licensing`) gives the same law; weak lymphotoxicity without it gives none."""
    arms = [f"{why}: {first} first" for why in ("Licensing", "Neither") for first in ("IL-2", "temozolomide")]
    result = trial("two-explanations-of-the-order", {name: name for name in arms}, 150, "10 months")
    assert has(gain(result, arms[0], arms[1]))[1] > 0.0
    assert has(gain(result, arms[2], arms[3]))[1] < 0.0
