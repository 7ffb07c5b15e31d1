"""Every structural variant says how it does nothing, so that members of an ensemble can differ in it."""

from __future__ import annotations

import pytest

from trialkine.errors import ModelError
from trialkine.mechanisms.core import variant, variant_mechanisms
from trialkine.model.declarations import Mechanism


@pytest.mark.parametrize("name", variant_mechanisms())
def test_every_variant_has_neutral_values_of_its_own_parameters(name: str) -> None:
    one = variant(name)
    assert one.neutral
    assert set(one.neutral) <= set(one.parameters)


def test_a_neutral_value_of_another_mechanisms_parameter_is_refused() -> None:
    with pytest.raises(ModelError, match=r"neutral value of 'elsewhere', which is not one of its parameters"):
        Mechanism(name="mine", about="", neutral={"elsewhere": 1.0})
