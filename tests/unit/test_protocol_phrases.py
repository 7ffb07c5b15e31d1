"""Doses, routes, durations and start rules as people write them."""

import pytest

from trialkine.trial.quantities import Dose, parse_dose, parse_route
from trialkine.trial.start_words import AT_ONCE, StartRule, parse_start
from trialkine.trial.words import WordError, parse_duration


@pytest.mark.parametrize(
    ("text", "amount", "unit", "basis"),
    [
        ("600000 IU/kg", 600_000, "IU", "kg"),
        ("600,000 IU/kg", 600_000, "IU", "kg"),
        ("1,200,000 IU/kg", 1_200_000, "IU", "kg"),
        ("6e5 IU / kg", 600_000, "IU", "kg"),
        ("18 MIU", 18, "MIU", "flat"),
        ("18 miu", 18, "MIU", "flat"),
        ("9 MIU/m2", 9, "MIU", "m2"),
        ("75 mg/m2", 75, "mg", "m2"),
        ("75 mg/m²", 75, "mg", "m2"),
        ("75 mg/m^2", 75, "mg", "m2"),
        ("0.5 mg", 0.5, "mg", "flat"),
        ("20mg", 20, "mg", "flat"),
        ("30 µg/kg", 30, "ug", "kg"),
    ],
)
def test_a_dose_is_amount_unit_and_basis(text, amount, unit, basis):
    assert parse_dose(text) == Dose(amount, unit, basis)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("75", "the amount has no unit"),
        ("0,5 mg", "',' is not a decimal point"),
        ("600 000 IU/kg", "Write thousands as 600000 or 600,000."),
        ("75 mg/m2/day", "'day' is a time in dose"),
        ("75 mg/day", "Leave it out, and say in 'schedule' how often."),
        ("75 mg/sqm", "Write '/kg' or '/m2'."),
        ("-5 mg", "the amount must be above zero"),
        ("0 mg", "the amount must be above zero"),
        ("nan mg", "'nan' stands where the amount should be"),
        ("inf mg", "'inf' stands where the amount should be"),
        ("1e999 mg", "is too large"),
        ("75 mgs", "'mgs' is not a unit of dose in dose '75 mgs'. Did you mean 'mg'?"),
        ("75 mg daily", "'daily' is one word too many"),
        (75, "dose 75 has no unit. Write it as in '75 mg/m2'."),
        ("", "should be text"),
    ],
)
def test_a_dose_fault_says_what_to_write(text, said):
    with pytest.raises(WordError) as caught:
        parse_dose(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "infusion_days"),
    [
        ("intravenous over 15 min", "intravenous", 15 / 1440),
        ("intravenous bolus", "intravenous", 0),
        ("intravenous over 24 h", "intravenous", 1),
        ("intravenous infusion over 2 hours", "intravenous", 2 / 24),
        ("continuous intravenous infusion over 5 days", "intravenous", 5),
        ("Subcutaneous", "subcutaneous", None),
        ("oral", "oral", None),
        ("intranasal", "intranasal", None),
    ],
)
def test_a_route_has_a_name_and_an_infusion_time(text, name, infusion_days):
    route = parse_route(text)
    assert route.name == name
    assert route.infusion_days == pytest.approx(infusion_days)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("intravenous ovr 15 min", "Did you mean 'over'?"),
        ("intravenous over 15", "the infusion time '15' has no unit of time"),
        ("continuous intravenous infusion", "the infusion has no time"),
        ("over 15 min", "'over' stands where the name of the route should"),
        ("SC", "'SC' is an abbreviation in route 'SC'. Write 'subcutaneous'."),
        ("s.c.", "Write 'subcutaneous'."),
        ("IV", "Write 'intravenous over 15 min'."),
        ("i.v. over 15 min", "Write 'intravenous over 15 min'."),
        ("PO", "Write 'oral'."),
        ("intravenous bolus fast", "'fast' is one word too many"),
        (None, "should be text"),
    ],
)
def test_a_route_fault_says_what_to_write(text, said):
    with pytest.raises(WordError) as caught:
        parse_route(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("15 min", 15 / 1440),
        ("8 h", 1 / 3),
        ("1 day", 1),
        ("8 weeks", 56),
        ("36 months", 36 * 365.25 / 12),
        ("2 years", 730.5),
        ("six weeks", 42),
    ],
)
def test_a_duration_in_days(text, days):
    assert parse_duration(text).days == pytest.approx(days)


@pytest.mark.parametrize(
    "text", ["8", 8, 8.0, True, None, "weeks", "8 wekes", "8 weeks long", "-8 weeks", []]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(WordError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "trigger", "on", "earliest", "within"),
    [
        ("at once", None, "start", 0, 0),
        ("after 4 weeks", None, "start", 28, 28),
        ("on day 15", None, "start", 14, 14),
        ("within 6 weeks after aldesleukin fails", "aldesleukin", "fails", 0, 42),
        ("within 6 weeks after aldesleukin ends", "aldesleukin", "ends", 0, 42),
        ("at once after im862 fails", "im862", "fails", 0, 0),
        ("4 weeks after im862 ends", "im862", "ends", 28, 28),
    ],
)
def test_a_start_rule_has_a_trigger_and_a_delay(text, trigger, on, earliest, within):
    assert parse_start(text) == StartRule(trigger, on, earliest, within, text)


def test_the_default_start_is_the_rule_at_once():
    assert parse_start("at once") == AT_ONCE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon' does not begin it in start rule 'soon'"),
        ("within 6 weeks", "the end stands where 'after' should"),
        ("within 6 weeks after", "no agent is named after 'after'"),
        ("within 6 weeks after x progresses", "'progresses' is not something that happens to 'x'"),
        ("within 6 weeks after x fail", "Did you mean 'fails'?"),
        ("within 6 after x fails", "'after' is not a unit of time"),
        ("at once x", "'x' is not a word of a start rule"),
    ],
)
def test_a_start_fault_says_what_to_write(text, said):
    with pytest.raises(WordError) as caught:
        parse_start(text)
    assert said in str(caught.value)
