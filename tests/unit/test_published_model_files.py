"""Reading model files: a good one whole, a bad one with every fault and its line; models by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.errors import InputError, ProblemsError
from trialkine.published_models import published_model, published_model_names, read_model_file
from trialkine.published_models.model_file import parse_model_file

MODEL = """\
name = "decay"
title = "A decaying pool"
about = "One pool that empties, and doses into it."

[states.pool]
unit = "mg"
about = "what is left"
initial = "start"
scale = "start"

[[flows]]
source = "pool"
rate = "loss_rate * pool"

[parameters.loss_rate]
about = "loss"
value = 0.5
unit = "1/day"
kind = "assumed"
source = "assumption"
where = "for the test"
low = 0.1
high = 1.0

[parameters.loss_rate.cases.slow]
value = 2.4
kind = "assumed"
source = "assumption"
where = "for the test"
low = 0.1
high = 3.0

[parameters.start]
about = "what is there at first"
value = 2000
unit = "ug"
model_unit = "mg"
kind = "assumed"
source = "assumption"
where = "for the test"
low = 0.0
high = 9000.0

[cases.slow]
about = "slow loss"

[agents.medicine]
title = "A medicine"
about = "Goes into the pool."
dose_unit = "g"

[agents.medicine.routes.oral]
into = "pool"
amount = "1 * dose * mg_per_g"
about = "by mouth"

[parameters.mg_per_g]
about = "milligrams in a gram"
value = 1000
unit = "mg/g"
kind = "derived"
source = "definition"
where = "by definition"

[[doses]]
agent = "medicine"
route = "oral"
time = 2
amount = 1.5

[[doses]]
agent = "medicine"
route = "oral"
time = 1
amount = 0.5
duration = 0.25
"""


def faults(text: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        parse_model_file(text, "decay.toml")
    return str(caught.value)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_good_file_gives_a_model_with_its_numbers_in_the_models_units_and_doses_in_order() -> None:
    model = parse_model_file(MODEL, "decay.toml").standalone()
    assert (model.name, model.title) == ("decay", "A decaying pool")
    assert list(model.model.states) == ["pool"]
    assert {name: record.value for name, record in model.records.items()} == {
        "loss_rate": 0.5,
        "start": 2.0,
        "mg_per_g": 1000.0,
    }
    assert [(dose.time, dose.amount, dose.duration) for dose in model.doses] == [
        (1.0, 0.5, 0.25),
        (2.0, 1.5, 0.0),
    ]


def test_a_case_replaces_its_own_numbers_and_says_what_it_is() -> None:
    model = parse_model_file(MODEL, "decay.toml").standalone("slow")
    assert model.title == "A decaying pool: slow loss"
    assert model.records["loss_rate"].value == 2.4
    assert model.records["start"].value == 2.0


def test_an_unknown_case_or_model_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "decay.toml"
    path.write_text(MODEL, "utf-8")
    with pytest.raises(InputError, match=r"no case 'slwo'\. Did you mean 'slow'\?"):
        read_model_file(path, "slwo")
    with pytest.raises(InputError, match=r"'kuznetsow_1994'\. Did you mean 'kuznetsov_1994'\?"):
        published_model("kuznetsow_1994")
    with pytest.raises(InputError, match=r"has no case 'second'\. The model has one case: name none\."):
        published_model("kuznetsov_1994", "second")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read the model file"):
        read_model_file(tmp_path / "none.toml")


def test_all_faults_of_a_file_are_told_at_once_with_their_lines() -> None:
    bad = (
        MODEL.replace('title = "A decaying pool"', "")
        .replace('unit = "1/day"', 'unit = "1/dya"')
        .replace("time = 2", "time = -2")
        .replace('route = "oral"\ntime = 1', 'route = "orall"\ntime = 1')
        .replace("[parameters.loss_rate.cases.slow]", "[parameters.loss_rate.cases.slwo]")
    )
    told = faults(bad)
    assert "The text 'title' is missing" in told
    assert f"decay.toml:{line_of(bad, '1/dya')}: Parameter 'loss_rate'" in told
    assert f"decay.toml:{line_of(bad, 'time = -2')}: The time of dose 1 is -2" in told
    assert f"decay.toml:{line_of(bad, 'orall')}: Dose 2 names the unknown route 'orall'. Did you mean" in told


def test_a_number_of_a_case_that_nothing_describes_is_a_fault() -> None:
    bad = MODEL.replace("[parameters.loss_rate.cases.slow]", "[parameters.loss_rate.cases.slwo]")
    line = line_of(bad, "slwo")
    assert f"decay.toml:{line}: Parameter 'loss_rate' names the unknown case 'slwo'. Did you mean" in faults(
        bad
    )


@pytest.mark.parametrize(
    ("right", "wrong", "line", "told"),
    [
        ("loss_rate * pool", "loss_rte * pool", "loss_rte * pool", "Did you mean 'loss_rate'?"),
        ("loss_rate * pool", "loss_rate + pool", "loss_rate + pool", "Expected '1/day', found 'mg'"),
        ('into = "pool"', 'into = "pol"', 'into = "pol"', "No state named 'pol'"),
        ('scale = "start"', 'scale = "3 * start"', "3 * start", "The number 3 has no name"),
    ],
)
def test_what_does_not_compose_is_told_with_a_line(right: str, wrong: str, line: str, told: str) -> None:
    bad = MODEL.replace(right, wrong)
    message = faults(bad)
    assert told in message
    assert f"decay.toml:{line_of(bad, line)}:" in message


def test_every_model_of_the_package_composes_and_says_what_it_is() -> None:
    assert published_model_names() == ("de_pillis_2006", "kirschner_panetta_1998", "kuznetsov_1994")
    for name in published_model_names():
        model = published_model(name)
        assert model.name == name
        assert set(model.records) == set(model.model.parameters)
        assert model.notes
        assert model.doses == ()
