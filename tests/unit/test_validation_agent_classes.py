from collections.abc import Sequence

import pytest

from trialkine.errors import InputError
from trialkine.trial.agent_class import agent_class
from trialkine.trial.protocol import Protocol

HIGH = ("aldesleukin", "600000 IU/kg", "intravenous over 15 min", "every 8 h, up to 14 doses")
TEMOZOLOMIDE = ("temozolomide", "75 mg/m2", "oral", "daily, until progression")
CISPLATIN = ("cisplatin", "20 mg/m2", "intravenous over 30 min", "daily, days 1 to 4 of 21")
DACARBAZINE = ("dacarbazine", "800 mg/m2", "intravenous over 1 h", "once every 21 days")
PLACEBO = ("placebo", "1 mg", "oral", "daily, until progression")


def protocol_of(lines: Sequence[tuple[str, ...]], criteria: str = "who-1979") -> Protocol:
    """A protocol of one arm; each line is agent, dose, route, schedule and, if late, its start."""
    keys = ("agent", "dose", "route", "schedule", "starts")
    treatment = [dict(zip(keys, line, strict=False)) for line in lines]
    for part in treatment[1:]:
        part.setdefault("starts", "at once")
    data = {
        "schema": 1,
        "title": "One arm",
        "disease": "resected_melanoma" if criteria == "relapse" else "melanoma",
        "arms": [{"name": "Arm", "treatment": treatment}],
        "assessments": {"criteria": criteria, "every": "8 weeks"},
        "enrolment": {"patients": 40, "per_month": 3},
        "follow_up": "36 months",
    }
    return Protocol.model_validate(data)


def class_of(*lines: tuple[str, ...], criteria: str = "who-1979", line: str | None = None) -> str:
    protocol = protocol_of(lines, criteria)
    return agent_class(protocol, protocol.arms[0], line)


@pytest.mark.parametrize(
    ("dose", "route", "schedule", "expected"),
    [
        ("300000 IU/kg", "intravenous over 15 min", "every 8 h, up to 14 doses", "high-dose interleukin-2"),
        ("720 kIU/kg", "intravenous bolus", "every 8 h, up to 14 doses", "high-dose interleukin-2"),
        ("18 MIU/m2", "intravenous over 15 min", "every 8 h, up to 14 doses", "high-dose interleukin-2"),
        ("72000 IU/kg", "intravenous over 15 min", "every 8 h", "low-dose intravenous interleukin-2"),
        ("6 MIU/m2", "intravenous over 15 min", "every 8 h", "low-dose intravenous interleukin-2"),
        ("18 MIU/m2", "intravenous over 24 h", "daily, days 1 to 5", "infused interleukin-2"),
        ("9 MIU/m2", "intravenous over 12 h", "daily, days 1 to 5", "infused interleukin-2"),
        ("6 MIU/m2", "intravenous over 8 h", "continuous, days 1 to 5", "infused interleukin-2"),
        ("6 MIU/m2", "intravenous over 8 h", "daily, days 1 to 5", "low-dose intravenous interleukin-2"),
        ("18 MIU", "subcutaneous", "daily, days 1 to 5 of 7", "subcutaneous interleukin-2"),
    ],
)
def test_dose_and_route_divide_interleukin_2(dose, route, schedule, expected):
    assert class_of(("aldesleukin", dose, route, schedule)) == expected


@pytest.mark.parametrize(
    "treatment",
    [
        (),
        (PLACEBO,),
        (("medroxyprogesterone", "300 mg", "oral", "daily, until progression"),),
    ],
)
def test_inactive_treatment_is_none(treatment):
    assert class_of(*treatment) == "untreated"


def test_combinations_are_in_alphabetical_order_and_placebo_does_not_count():
    assert class_of(DACARBAZINE, CISPLATIN, PLACEBO) == "cisplatin + dacarbazine"
    assert class_of(CISPLATIN, HIGH) == class_of(HIGH, CISPLATIN) == "cisplatin + high-dose interleukin-2"


def test_a_line_after_a_failure_makes_a_sequence():
    late = (*TEMOZOLOMIDE, "within 6 weeks after aldesleukin fails")
    assert class_of(HIGH, late) == "high-dose interleukin-2 then temozolomide"
    assert class_of(HIGH, (*PLACEBO, "at once after aldesleukin fails")) == "high-dose interleukin-2"


def test_a_line_after_an_end_belongs_to_the_same_treatment():
    late = (*TEMOZOLOMIDE, "at once after aldesleukin ends")
    assert class_of(HIGH, late) == "high-dose interleukin-2 + temozolomide"


def test_what_follows_within_a_later_line_stays_with_it():
    cells = ("lymphodepletion", "25 mg/m2", "intravenous over 30 min", "daily, days 1 to 5")
    given = (
        DACARBAZINE,
        (*cells, "at once after dacarbazine fails"),
        (*HIGH, "1 day after lymphodepletion ends"),
    )
    assert class_of(*given) == "dacarbazine then high-dose interleukin-2 + lymphodepletion"


def test_a_later_line_is_told_from_the_same_agent_given_first():
    late = (*TEMOZOLOMIDE, "within 6 weeks after aldesleukin fails")
    assert class_of(HIGH, late, line="temozolomide") == "temozolomide after high-dose interleukin-2"
    assert class_of(HIGH, late, line="aldesleukin") == "high-dose interleukin-2"
    assert class_of(TEMOZOLOMIDE, line="temozolomide") == "temozolomide"


def test_doses_of_interferon_are_told_apart_after_resection_alone():
    high = ("interferon_alfa", "20 MIU/m2", "intravenous over 20 min", "daily, days 1 to 5 of 7, for 4 weeks")
    later = ("interferon_alfa", "10 MIU/m2", "subcutaneous", "three times a week, for 48 weeks")
    low = ("interferon_alfa", "3 MIU", "subcutaneous", "three times a week, for 104 weeks")
    after = (*later, "at once after interferon_alfa ends")
    assert class_of(high, after, criteria="relapse") == "high-dose interferon alfa"
    assert class_of(later, criteria="relapse") == "high-dose interferon alfa"
    assert class_of(low, criteria="relapse") == "low-dose interferon alfa"
    assert class_of(low) == class_of(high) == "interferon alfa"


def test_a_line_that_the_arm_does_not_give_is_refused_with_what_it_gives():
    with pytest.raises(InputError, match=r"no line of 'cisplatin'\. It gives 'aldesleukin'"):
        class_of(HIGH, line="cisplatin")
