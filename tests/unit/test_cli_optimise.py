"""`trialkine optimise`: a small search from end to end, and what it refuses."""

import json

import numpy as np
import pytest

from optimise_samples import ENSEMBLE, RATES, TEXT, with_known_rates
from trialkine.calibration.ensemble_file import CalibratedEnsemble, write_ensemble
from trialkine.cli.main import main

SMALL = TEXT.replace("[100000, 300000, 720000]", "[100000, 720000]").replace("12 months", "2 months")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "search.yaml").write_text(TEXT, "utf-8")
    write_ensemble(CalibratedEnsemble(ENSEMBLE, ("other",), np.zeros((40, 1)), {}), tmp_path / "ensemble")
    return tmp_path


def run(*options, file="search.yaml"):
    return main(["optimise", file, "--ensemble", "ensemble", *options])


def test_a_search_writes_its_folder_and_says_the_answer(here, monkeypatch, capsys):
    with_known_rates(monkeypatch, RATES, 0.03)
    assert run("--members", "40", "--seed", "2", "--json", "found.json") == 0
    said = capsys.readouterr().out
    assert "'Dose 300000' has the highest response within the limits" in said
    assert "Report: search-search/optimisation.html" in said
    assert (here / "search-search" / "protocol.yaml").read_text("utf-8") == TEXT
    found = json.loads((here / "found.json").read_text("utf-8"))
    assert found == json.loads((here / "search-search" / "optimisation.json").read_text("utf-8"))
    assert found["command"] == "trialkine optimise search.yaml --patients 40 --members 40 --seed 2"


def test_json_on_standard_output_stands_alone(here, monkeypatch, capsys):
    with_known_rates(monkeypatch, RATES, 0.03)
    assert run("--members", "8", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["members"] == 8


def test_the_defaults_are_those_of_the_python_interface():
    from trialkine.cli import optimise as command
    from trialkine.optimisation import search

    assert (command.PATIENTS, command.MEMBERS) == (search.PATIENTS, search.MEMBERS)
    assert command.FEWEST_MEMBERS == search.ROUNDS * search.FEWEST_PER_ROUND


def test_check_says_how_many_candidates_there_are(here, capsys):
    assert main(["check", "search.yaml"]) == 0
    assert "Search: 3 candidates beside the arms, for the most response with" in capsys.readouterr().out


def test_real_patients_are_simulated(here, capsys):
    (here / "small.yaml").write_text(SMALL, "utf-8")
    assert run("--patients", "2", "--members", "8", "--jobs", "1", "--json", "-", file="small.yaml") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["simulated"] == 3 * 8 * 2
    assert all(0.0 <= one["objective"]["mean"] <= 1.0 for one in found["candidates"])


def test_limits_that_nobody_keeps_end_with_code_2_and_leave_nothing(here, monkeypatch, capsys):
    with_known_rates(monkeypatch, dict.fromkeys(RATES, (0.3, 0.9, 0.0)))
    assert run("--members", "40") == 2
    said = capsys.readouterr().err
    assert "No candidate keeps 'grade 3 hypotension at most 40 %': the lowest is 9" in said
    assert not (here / "search-search").exists()


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (TEXT[: TEXT.index("optimise:")] + TEXT[TEXT.index("assessments:") :], (),
         "has no section 'optimise', so there is nothing to search"),
        (TEXT.replace("<dose> IU/kg", "<dosis> IU/kg"), (),
         "search.yaml:15: '<dosis>' has no levels under 'vary'. Did you mean 'dose'?"),
        (TEXT, ("--members", "7"), "'--members 7' is out of range. Write a whole number from 8"),
        (TEXT, ("--budget", "10"), "A budget of 10 patients does not last for the first round"),
        (TEXT, ("--ensemble", "nowhere"), "'nowhere' holds no 'members.csv'"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_and_code_2(here, monkeypatch, capsys, text, options, said):
    with_known_rates(monkeypatch, RATES)
    (here / "search.yaml").write_text(text, "utf-8")
    assert run(*options) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_taken_is_refused_before_anything_is_simulated(here, capsys):
    (here / "taken").mkdir()
    (here / "taken" / "file").write_text("", "utf-8")
    assert run("--out", "taken") == 2
    assert "already holds files" in capsys.readouterr().err
