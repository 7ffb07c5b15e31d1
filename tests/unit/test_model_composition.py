from dataclasses import replace

import numpy as np
import pytest

from trialkine.errors import CompositionError, ExpressionError, InputError, ModelError, UnitsError
from trialkine.model.compose import compose
from trialkine.model.declarations import (
    Add,
    Agent,
    Define,
    Event,
    Flow,
    Index,
    Mechanism,
    Milestone,
    Parameter,
    Route,
    Scale,
    State,
    Total,
)
from trialkine.model.evaluate import derivative, initial_states, observe

LESION = Index("lesion", ("1", "2"))
RATE = Parameter("1/day", "a rate")


def decay(**changes):
    """One state that decays."""
    mechanism = Mechanism(
        name="decay",
        about="Amount is lost.",
        states={"amount": State("mg", "what is left", initial="dose_size")},
        parameters={"loss_rate": RATE, "dose_size": Parameter("mg", "start")},
        flows=(Flow("loss_rate * amount", "amount"),),
        nulls={"amount": "0"},
    )
    return replace(mechanism, **changes)


def level(expression="amount / volume", **changes):
    """A concentration that reads the decaying amount."""
    mechanism = Mechanism(
        name="level",
        about="Concentration.",
        parameters={"volume": Parameter("L", "volume")},
        defines=(Define("concentration", "mg/L", expression, "concentration", null="0"),),
    )
    return replace(mechanism, **changes)


def complaint(error, *parts):
    with pytest.raises(error) as caught:
        compose(*parts)
    return str(caught.value)


# -- units -----------------------------------------------------------------------------------------


def test_a_unit_clash_in_a_sum_points_at_the_second_term_and_names_both_units():
    message = complaint(UnitsError, decay(), level("amount / volume + loss_rate"))
    lines = message.splitlines()
    assert "found '1/day' in mechanism 'level', definition of 'concentration'." in lines[0]
    assert lines[1:] == ["    amount / volume + loss_rate", " " * 22 + "^" * 9]


def test_a_flow_with_the_wrong_unit_points_at_the_whole_text_and_states_the_expected_unit():
    message = complaint(
        UnitsError, decay(flows=(Flow("dose_size + amount", "amount"), Flow("loss_rate * amount", "amount")))
    )
    first, text, carets = message.splitlines()
    assert first == "Expected '(mg)/day', found 'mg' in mechanism 'decay', flow amount -> outside."
    assert (text, carets) == ("    dose_size + amount", "    " + "^" * 18)


@pytest.mark.parametrize(
    "text", ["exp(amount)", "log(amount)", "2**amount", "hill(amount, dose_size, amount)"]
)
def test_a_function_of_pure_numbers_refuses_an_amount(text):
    message = complaint(UnitsError, decay(), level(f"{text} * amount / volume"))
    assert message.startswith("Expected a pure number, found 'mg' in mechanism 'level'")
    assert message.splitlines()[2].index("^") == 4 + text.rindex("amount")


@pytest.mark.parametrize(
    ("unit", "wanted"), [("1/h", "hour instead of day"), ("mL/day", "a flow"), ("", "no unit")]
)
def test_no_unit_is_converted_silently(unit, wanted):
    with pytest.raises(UnitsError, match="Expected"):
        compose(
            decay(parameters={"loss_rate": Parameter(unit, wanted), "dose_size": Parameter("mg", "start")})
        )


@pytest.mark.parametrize(
    "text",
    [
        "min(amount, dose_size) / volume", "sqrt(amount * dose_size) / volume",
        "amount**2 / dose_size / volume",
        "hill(amount, dose_size, 2) * amount / volume", "positive(amount - dose_size) / volume", "0",
        "exp(-amount / dose_size) * amount / volume", "amount * 1 / volume", "amount / (0 + volume)",
    ],
)  # fmt: skip
def test_texts_whose_units_agree_compose(text):
    unused = {} if "volume" in text else {"parameters": {}}
    assert compose(decay(), level(text, **unused)).quantities["concentration"].unit == "mg/L"


def test_a_condition_compares_like_with_like():
    event = Event("gone", "amount < loss_rate", {"amount": "0"}, "")
    message = complaint(UnitsError, decay(events=(event,)))
    assert message == (
        "Expected '1/day', found 'mg' in mechanism 'decay', event 'gone'.\n    amount < loss_rate\n    ^^^^^^"
    )


def test_a_text_that_is_no_unit_is_refused():
    with pytest.raises(InputError, match=r"'mgg' is not a unit\. Write it as in 'mg/L'"):
        compose(decay(states={"amount": State("mgg", "x", initial="dose_size")}))


# -- names -----------------------------------------------------------------------------------------


def test_every_fault_of_the_names_is_told_at_once_with_the_nearest_name():
    message = complaint(CompositionError, decay(flows=(Flow("loss_rat * amount", "amont"),)))
    assert message.splitlines() == [
        "No state named 'amont'. Did you mean 'amount'? (mechanism 'decay', flow)",
        "Parameter 'loss_rate' of 'decay' is used by nothing.",
    ]


def test_a_missing_name_is_told_with_the_place_that_reads_it():
    message = complaint(CompositionError, decay(), level("amout / volume"))
    assert message == (
        "No quantity named 'amout'. Did you mean 'amount'? "
        "(read in mechanism 'level', definition of 'concentration')"
    )


def test_a_name_with_two_owners_names_both():
    other = Mechanism("rival", "again", defines=(Define("amount", "mg", "dose_size", "again"),))
    assert complaint(CompositionError, decay(), other) == (
        "'amount' is declared by 'decay' and again by 'rival'. Let one own it and the other read it."
    )


def test_the_same_mechanism_twice_is_refused():
    assert complaint(CompositionError, decay(), decay()) == (
        "Mechanism 'decay' is given twice. Give each mechanism once."
    )


def test_quantities_that_need_each_other_are_named_in_a_circle():
    circle = (Define("a", "", "b", ""), Define("b", "", "c", ""), Define("c", "", "a", ""))
    message = complaint(CompositionError, Mechanism("circle", "", defines=circle))
    assert message.startswith("These quantities need each other: ")
    assert message.endswith(". Break the circle.")
    assert {"a", "b", "c"} <= set(message.replace(".", "").split())


def test_initial_values_that_need_each_other_are_a_circle_too():
    states = {"x": State("", "", initial="y"), "y": State("", "", initial="x")}
    assert "need each other" in complaint(CompositionError, Mechanism("circle", "", states=states))


def test_something_that_is_no_mechanism_is_refused():
    assert complaint(CompositionError, decay(), 3) == "3 is neither a mechanism nor an agent."


def test_a_term_for_a_definition_and_a_factor_for_a_total_are_refused():
    adds = Mechanism("a", "", adds=(Add("concentration", "1"),))
    total = Mechanism("t", "", totals=(Total("sum_of_all", "", ""),), scales=(Scale("sum_of_all", "2"),))
    assert complaint(CompositionError, decay(), level(), adds, total).splitlines() == [
        "mechanism 'a' adds to 'concentration', which is not a total.",
        "mechanism 't' scales 'sum_of_all', which is not a defined quantity.",
    ]


def test_an_event_that_resets_what_is_no_state_is_refused():
    event = Event("gone", "amount < dose_size", {"dose_size": "0"}, "")
    assert complaint(CompositionError, decay(events=(event,))) == (
        "Event 'gone' resets 'dose_size', which is not a state."
    )


def test_a_route_into_an_unknown_state_is_refused():
    agent = Agent(decay(), "mg", {"oral": Route("amout", "dose", "by mouth")})
    assert complaint(CompositionError, agent) == (
        "agent 'decay', route 'oral': No state named 'amout'. Did you mean 'amount'?"
    )


def by_mouth(amount, **timing):
    return Agent(decay(), "mg", {"oral": Route("amount", amount, "by mouth", **timing)})


def test_only_the_amount_of_a_route_may_read_the_dose():
    assert "No quantity named 'dose'" in complaint(CompositionError, decay(), level("dose / volume"))
    for timing in ("delay", "duration"):
        agent = by_mouth("dose", **{timing: "dose / dose_size / loss_rate"})
        message = complaint(CompositionError, agent)
        assert message.startswith("No quantity named 'dose'.")
        assert message.endswith(f"(read in agent 'decay', {timing} of 'oral')")


@pytest.mark.parametrize(
    "amount", ["dose", "dose * 2", "2 * (dose / 2)", "exp(-1) * dose * loss_rate / loss_rate"]
)
def test_an_amount_is_the_dose_times_something(amount):
    assert compose(by_mouth(amount)).routes["decay", "oral"].amount.text == amount


@pytest.mark.parametrize(
    "amount",
    ["dose_size", "min(dose, dose_size)", "dose + dose_size", "dose**2 / dose_size",
     "dose * dose / dose_size", "dose_size * dose_size / dose", "-dose"],
)  # fmt: skip
def test_an_amount_that_is_not_proportional_to_the_dose_is_refused(amount):
    message = complaint(ExpressionError, by_mouth(amount))
    assert message == (
        "An amount that is not proportional to the dose; write it as 'share * dose' in agent 'decay', "
        f"route 'oral'.\n    {amount}\n    {'^' * len(amount)}"
    )


def test_a_null_for_something_that_is_no_state_is_refused():
    with pytest.raises(ModelError, match="declares a null for 'amout', which is not one of its states"):
        decay(nulls={"amout": "0"})


# -- indices ---------------------------------------------------------------------------------------


def by_lesion(**changes):
    return decay(
        states={"amount": State("mg", "per lesion", initial="dose_size", index=(LESION,))}, **changes
    )


def test_a_rate_with_an_index_that_its_state_lacks_is_refused():
    wide = {"loss_rate": Parameter("1/day", "per lesion", (LESION,)), "dose_size": Parameter("mg", "")}
    message = complaint(ExpressionError, decay(parameters=wide))
    assert message == (
        "Runs over 'lesion', which its state does not have; sum over it in mechanism 'decay', "
        "flow amount -> outside.\n    loss_rate * amount\n    ^^^^^^^^^^^^^^^^^^"
    )


def test_a_sum_over_an_unknown_index_is_refused():
    message = complaint(ExpressionError, by_lesion(), level("sum(amount, clone) / volume"))
    assert message.startswith("'clone' is not an index of this model in mechanism 'level'")
    assert message.splitlines()[2] == "    " + "^" * len("sum(amount, clone)")


def test_a_sum_over_an_index_that_its_argument_lacks_is_refused():
    message = complaint(ExpressionError, by_lesion(), level("sum(volume, lesion) * amount / volume / volume"))
    assert message.startswith("Nothing in this sum runs over 'lesion'")


def test_an_index_with_two_lists_of_members_is_refused():
    other = Mechanism("other", "", states={"z": State("", "", index=(Index("lesion", ("1", "2", "3")),))})
    assert complaint(CompositionError, by_lesion(), other) == (
        "Index 'lesion' is declared with two lists of members."
    )


@pytest.mark.parametrize("kind", ["milestone", "route"])
def test_a_milestone_or_a_dose_for_each_member_of_an_index_is_refused(kind):
    if kind == "milestone":
        part = by_lesion(milestones=(Milestone("small", "amount < dose_size", ""),))
    else:
        part = Agent(
            by_lesion(),
            "mg",
            {"oral": Route("amount", "dose", "by mouth", delay="1 / loss_rate * amount / dose_size")},
        )
    assert "Runs over 'lesion'" in complaint(ExpressionError, part)


# -- switching off ---------------------------------------------------------------------------------


def test_without_a_mechanism_others_read_its_null():
    whole = compose(decay(), level())
    rest = whole.without("decay")
    assert rest.state_names == ()
    assert rest.parameter_names == ("volume",)  # nothing else is read any more
    seen = observe(rest, ["concentration"], np.zeros((1, 0)), np.array([[2.0]]))
    assert seen["concentration"] == [0.0]


def test_without_a_mechanism_that_has_no_null_names_reader_and_owner():
    whole = compose(decay(nulls={}), level())
    with pytest.raises(CompositionError) as caught:
        whole.without("decay")
    assert str(caught.value) == (
        "'amount' is read in mechanism 'level', definition of 'concentration', but its mechanism 'decay' "
        "is off and declares no null for it."
    )


def test_without_an_unknown_mechanism_suggests_the_nearest():
    with pytest.raises(CompositionError, match=r"No mechanism named 'decai'\. Did you mean 'decay'\?"):
        compose(decay()).without("decai")


def test_without_the_reader_nothing_else_changes():
    rest = compose(decay(), level()).without("level")
    states, parameters = np.array([[3.0]]), np.array([[0.5, 7.0]])
    assert rest.parameter_names == ("loss_rate", "dose_size")
    assert derivative(rest, states, parameters) == [[-1.5]]
    assert initial_states(rest, parameters) == [[7.0]]


# -- hash and print --------------------------------------------------------------------------------


def test_the_hash_does_not_depend_on_the_order_of_the_parts():
    parts = [decay(), level(), Mechanism("zero", "", totals=(Total("t", "", ""),))]
    assert compose(parts).hash == compose(parts[::-1]).hash == compose(parts[1:], parts[0]).hash


DIFFERENT = {
    "an equation": decay(flows=(Flow("loss_rate * amount * 2", "amount"),)),
    "a start": decay(states={"amount": State("mg", "what is left", initial="2 * dose_size")}),
    "a scale": decay(states={"amount": State("mg", "", initial="dose_size", scale="dose_size")}),
    "a sign": decay(
        states={"amount": State("mg", "what is left", initial="dose_size", is_nonnegative=False)}
    ),
    "the order of parameters": decay(parameters=dict(reversed(decay().parameters.items()))),
    "an index": by_lesion(),
    "an event": decay(events=(Event("gone", "amount < dose_size", {"amount": "0"}, ""),)),
    "a milestone": decay(milestones=(Milestone("gone", "amount < dose_size", ""),)),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_the_hash_changes_with_anything_that_changes_the_kernels(what):
    assert compose(DIFFERENT[what]).hash != compose(decay()).hash


def test_the_hash_changes_with_the_members_of_an_index():
    three = Index("lesion", ("1", "2", "3"))
    more = decay(states={"amount": State("mg", "per lesion", initial="dose_size", index=(three,))})
    assert compose(more).hash != compose(by_lesion()).hash


def test_a_model_prints_every_equation_it_consists_of():
    printed = str(compose(decay(events=(Event("gone", "amount < dose_size", {"amount": "0"}, ""),)), level()))
    assert printed.splitlines() == [
        "# decay: Amount is lost.",
        "d amount/dt -= loss_rate * amount  [mg/day]",
        "amount(0) = dose_size  [mg, scale 1]",
        "event gone when amount < dose_size: amount := 0",
        "# level: Concentration.",
        "concentration = amount / volume  [mg/L]",
    ]


def test_what_a_model_prints_composes_again_to_the_same_derivative():
    """Flows and definitions read back from the print give the same numbers."""
    model = compose(decay(), level())
    lines = str(model).splitlines()
    rate = next(line for line in lines if line.startswith("d amount")).split("-= ")[1].split("  [")[0]
    text = next(line for line in lines if line.startswith("concentration")).split(" = ")[1].split("  [")[0]
    again = compose(decay(flows=(Flow(rate, "amount"),)), level(text))
    assert again.hash == model.hash
