"""The doses that are planned for one patient from the first day."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.trial.planned_doses import LAID_OUT_DAYS, Body, PlannedTreatment, planned_treatment
from trialkine.trial.protocol import Protocol

EXAMPLES = Path(__file__).parents[2] / "examples"
BODY = Body(weight_kg=70.0, body_surface_m2=1.8)
UNITS = {
    "aldesleukin": "IU", "temozolomide": "mg", "tumour_infiltrating_lymphocytes": "Gcell",
    "lymphodepletion": "mg", "im862": "mg", "antiretrovirals": "mg",
}  # fmt: skip


def of(example: str, arm: str, **ready: float) -> PlannedTreatment:
    protocol = Protocol.read(EXAMPLES / f"{example}.yaml")
    chosen = next(one for one in protocol.arms if one.name == arm)
    return planned_treatment(protocol, chosen, BODY, UNITS, ready)


def test_a_dose_per_kilogram_is_multiplied_by_the_weight_and_given_as_long_as_the_protocol_says() -> None:
    first = of("il2-then-temozolomide-delay", "At once").doses[0]
    assert (first.agent, first.route, first.time) == ("aldesleukin", "intravenous", 0.0)
    assert first.amount == pytest.approx(600_000 * 70.0)
    assert first.duration == pytest.approx(15 / (24 * 60))


def test_a_line_that_waits_for_another_to_fail_is_left_out_by_name() -> None:
    found = of("il2-then-temozolomide-delay", "At once")
    assert {dose.agent for dose in found.doses} == {"aldesleukin"}
    assert any(note.startswith("Left out: temozolomide, which starts") for note in found.notes)


def test_lines_wait_for_a_product_and_for_each_other_where_that_is_planned() -> None:
    found = of("til-activation-signals", "Signal 3 alone", tumour_infiltrating_lymphocytes=31.0)
    first = {}
    for dose in found.doses:
        first.setdefault(dose.agent, dose)
    # depletion on five days from readiness, cells a day after the last of them, interleukin-2 at once after
    starts = {agent: dose.time for agent, dose in first.items()}
    assert starts == {"lymphodepletion": 31.0, "tumour_infiltrating_lymphocytes": 36.0, "aldesleukin": 36.0}
    assert first["tumour_infiltrating_lymphocytes"].amount == pytest.approx(50.0)  # 5e10 cells, in Gcell


def test_doses_without_an_end_are_laid_out_for_a_year_and_the_note_says_so() -> None:
    found = of("bevacizumab-v-im862-renal", "IM862")
    assert max(dose.time for dose in found.doses) < LAID_OUT_DAYS
    assert max(dose.time for dose in found.doses) > LAID_OUT_DAYS - 7.0
    assert any("laid out for 365.25 days only" in note for note in found.notes)


def test_doses_come_in_order_of_time() -> None:
    times = [dose.time for dose in of("til-with-and-without-lymphodepletion", "Depletion, cells, IL-2").doses]
    assert times == sorted(times)
