"""Observation arms, background treatment, cells and products in a protocol file."""

import pytest

from protocol_samples import KNOWN, PROTOCOL, changed, only_problem, problems_of
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.quantities import parse_dose
from trialkine.trial.start_words import parse_start, parse_window
from trialkine.trial.words import WordError

LINES = PROTOCOL[PROTOCOL.index("    treatment:\n") : PROTOCOL.index("assessments:\n")]
OBSERVED = changed(LINES, "    treatment: []\n")
GIVEN = "agent: im862, dose: 20 mg, route: intranasal, schedule: three times daily"
PRODUCT = """\
    treatment:
      - agent: lymphocyte_product
        dose: 5e10 cells
        route: intravenous over 1 h
        schedule: once
        starts: when lymphocyte_product is ready
"""


def read(text):
    return protocol_from_text(text, KNOWN)


def with_background(*entries):
    listed = "".join(f"  - {{{entry}}}\n" for entry in entries)
    return changed("assessments:\n", f"background:\n{listed}assessments:\n")


def test_an_empty_treatment_is_an_observation_arm():
    (arm,) = read(OBSERVED).arms
    assert arm.treatment == ()
    assert [line.agent for line in arm.lines] == ["observation"]
    assert read(OBSERVED).agents == ()


def test_a_treated_arm_has_no_observation_line():
    (arm,) = read(PROTOCOL).arms
    assert arm.lines == arm.treatment


def test_a_forgotten_treatment_is_no_observation_arm():
    line, said = only_problem(changed(LINES, ""))
    assert (line, said.split(".")[0]) == (5, "'treatment' is missing")


def test_what_comes_before_a_product_is_observation():
    (arm,) = read(changed(LINES, PRODUCT)).arms
    assert [line.agent for line in arm.lines] == ["observation", "lymphocyte_product"]
    assert arm.treatment[0].start.on == "ready"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "when lymphocyte_product is ready",
            "when im862 is ready",
            "no line gives 'im862', so it is not ordered. Write 'lymphocyte_product'.",
        ),
        ("is ready", "is redy", None),
        ("when lymphocyte_product is ready", "when lymphocyte_product fails", None),
    ],
)
def test_a_wait_for_what_is_not_ordered_is_refused(old, new, said):
    text = changed(LINES, PRODUCT).replace(old, new)
    (problem,) = problems_of(text)
    assert problem.line == 11
    assert said is None or problem.message == said


def test_only_products_are_waited_for():
    waits = changed("within 6 weeks after aldesleukin fails", "when aldesleukin is ready")
    said = "aldesleukin is not made to order, so there is no waiting for it. Write 'at once'."
    assert only_problem(waits) == (15, said)


def test_a_product_that_is_waited_for_is_not_given_before_it_is_ready():
    early = PRODUCT.replace("        starts: when lymphocyte_product is ready\n", "")
    conditioning = """\
      - agent: im862
        dose: 20 mg
        route: intranasal
        schedule: daily, days 1 to 7
        starts: when lymphocyte_product is ready
"""
    line, said = only_problem(changed(LINES, early + conditioning))
    assert line == 15
    assert said.startswith(
        "lymphocyte_product is waited for here, but its own line gives it without waiting."
    )


def test_background_treatment_has_a_share_and_a_window():
    (given,) = read(with_background(f"{GIVEN}, share: 0.6, starts: within 8 weeks")).background
    assert (given.share, given.start.earliest_days, given.start.within_days) == (0.6, 0.0, 56.0)


def test_background_treatment_is_by_default_for_everybody_at_once():
    protocol = read(with_background(GIVEN))
    (given,) = protocol.background
    assert (given.share, given.start.within_days) == (1.0, 0.0)
    assert protocol.agents == ("aldesleukin", "temozolomide", "im862")
    assert read(protocol.to_yaml()) == protocol


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (GIVEN.replace("im862", "im863"), "no agent is named 'im863'. Did you mean 'im862'?"),
        (GIVEN.replace("intranasal", "oral"), "'oral' is not a route of im862. Write 'intranasal'."),
        (f"{GIVEN}, share: -0.1", "'share' is '-0.1'. Write a number from 0 to 1."),
        (
            f"{GIVEN}, starts: within 8 weeks after aldesleukin fails",
            "background treatment waits for no agent in start of background treatment 'within 8 weeks after "
            "aldesleukin fails'. Write it as in 'within 8 weeks'.",
        ),
    ],
)
def test_a_fault_of_background_treatment_says_what_to_write(entry, said):
    assert only_problem(with_background(entry)) == (17, said)


def test_one_agent_is_given_in_the_background_once():
    said = "im862 is given as background treatment twice. Keep one."
    assert only_problem(with_background(GIVEN, GIVEN)) == (18, said)


@pytest.mark.parametrize(
    ("written", "amount", "unit", "basis", "text"),
    [
        ("5e10 cells", 5e10, "cells", "flat", "5e10 cells"),
        ("50,000,000,000 cells", 5e10, "cells", "flat", "5e10 cells"),
        ("1.25e9 cells/kg", 1.25e9, "cells", "kg", "1.25e9 cells/kg"),
    ],
)
def test_cells_are_counted(written, amount, unit, basis, text):
    dose = parse_dose(written)
    assert (dose.amount, dose.unit, dose.basis) == (amount, unit, basis)
    assert str(dose) == text
    assert parse_dose(text) == dose


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("50 billion cells", "Write it as in '5e9 cells'."),
        ("50 million cells/kg", "Write it as in '5e6 cells'."),
        ("5e10 cell", "Write 'cells'."),
        ("5e10 Cells", "Write 'cells'."),
    ],
)
def test_cells_have_one_spelling(written, hint):
    with pytest.raises(WordError, match=hint.replace(".", r"\.")):
        parse_dose(written)


def test_a_product_is_not_dosed_by_weight_of_substance():
    said = "dose '5 mg' is in mg, lymphocyte_product is dosed in cells."
    assert only_problem(changed(LINES, PRODUCT).replace("5e10 cells", "5 mg")) == (8, said)


@pytest.mark.parametrize("text", ["at once", "within 8 weeks", "after 4 weeks", "on day 15"])
def test_a_window_is_read_and_written_back(text):
    assert parse_window(str(parse_window(text))) == parse_window(text)


def test_a_line_may_start_some_time_after_its_product_is_ready():
    rule = parse_start("within 2 weeks after lymphocyte_product is ready")
    assert (rule.trigger, rule.on, rule.within_days) == ("lymphocyte_product", "ready", 14.0)
