"""`trialkine confirm`: what is printed and written, with the simulation replaced by a function."""

import json

import pytest

from confirmation_samples import BACKGROUND, kill_rates, single_arm
from trialkine.cli.main import main

DRAWS = ("--draws", "128", "--patients", "100")


@pytest.fixture
def instead(monkeypatch, tmp_path):
    monkeypatch.setattr("trialkine.calibration.confirm.simulated_rates", kill_rates)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _file(folder, **more):
    file = folder / "arm.yaml"
    file.write_text(single_arm(**more).to_yaml(), "utf-8")
    return str(file)


def test_a_trap_is_warned_of_and_told_in_words(instead, capsys):
    assert main(["confirm", _file(instead, background=BACKGROUND), *DRAWS, "--out", "answer"]) == 0
    said = capsys.readouterr().out
    assert "WARNING: The single arm misleads." in said
    assert "Why it is low:" in said
    assert "Not for treating patients" in said
    page = (instead / "answer" / "confirm.html").read_text("utf-8")
    assert "Not for treating patients" in page
    assert "The single arm misleads." in page
    assert "found later" not in page
    record = json.loads((instead / "answer" / "confirm.json").read_text("utf-8"))
    assert record["after"]["success"] < 0.5 <= record["naive"]["success"]
    assert record["warning"]
    names = {path.name for path in (instead / "answer" / "figures").iterdir()}
    assert names == {"drug-v-background.svg", "predicted-difference.svg"}


def test_a_later_trial_is_shown_and_changes_nothing(instead, capsys):
    file = _file(instead, background=BACKGROUND)
    assert main(["confirm", file, *DRAWS, "--out", "one"]) == 0
    assert main(["confirm", file, *DRAWS, "--out", "two", "--later", "24/104,21/98"]) == 0
    assert "A later controlled trial found 24 of 104 (23 %) v 21 of 98 (21 %)." in capsys.readouterr().out
    one, two = (json.loads((instead / name / "confirm.json").read_text("utf-8")) for name in ("one", "two"))
    assert two.pop("found_later") == [{"responders": 24, "patients": 104}, {"responders": 21, "patients": 98}]
    assert one.pop("found_later") is None
    assert one == two


def test_a_drug_that_works_is_not_warned_of(instead, capsys):
    file = _file(instead, agent="antiretrovirals")
    assert main(["confirm", file, *DRAWS, "--json", "-"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["warning"] is None
    assert "WARNING" not in err
    assert "Why it is high:" in err
    assert (instead / "arm-confirm" / "confirm.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--share", "0.9"], "is no range of fractions"),
        (["--later", "24,21"], "is no result of two arms"),
        (["--later", "24/10,1/9"], "is no result of two arms"),
        (["--prior-active", "1"], "leaves nothing to learn"),
        (["--draws", "3"], "'--draws 3' is out of range"),
        (["--arm", "Onli"], "Write 'Only'|Did you mean 'Only'"),
    ],
)
def test_wrong_options_end_with_a_sentence(instead, capsys, arguments, words):
    import re

    assert main(["confirm", _file(instead, background=BACKGROUND), *arguments]) == 2
    assert re.search(words, capsys.readouterr().err)


def test_a_packaged_trial_is_known_by_name(instead, capsys):
    assert main(["confirm", "im862-kaposi-tulpule-2000", *DRAWS, "--out", "kaposi"]) == 0
    assert "16 of 44 responded (36 %)" in capsys.readouterr().out
    assert main(["confirm", "im862-kaposi-tulpule-200", *DRAWS]) == 2
    assert "Did you mean 'im862-kaposi-tulpule-2000'?" in capsys.readouterr().err
