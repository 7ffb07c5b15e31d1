"""`trialkine claims` end to end on claims that need no long simulation."""

import json

import pytest

from trialkine.claims import evaluate as room
from trialkine.cli.main import main
from trialkine.errors import SimulationError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_claims_about_the_protocol_as_written_are_judged_without_simulation(folder, capsys):
    assert main(["claims", "A2", "A3", "A7", "--out", "page"]) == 0
    said = capsys.readouterr().out
    line = " ".join(said.split())
    assert "2 reproduced (of them 0 free of calibration and assumption and not merely stated; " in line
    assert "0 calibrated, 0 assumed, 2 merely stated), 1 not testable." in line
    assert "Not for treating patients" in said
    assert "20 mg by nose" in (folder / "page" / "claims.html").read_text("utf-8")


def test_slow_claims_are_listed_as_not_run(folder, capsys):
    assert main(["claims", "E"]) == 0
    assert "5 not run." in capsys.readouterr().out
    assert (folder / "claims-run" / "claims.html").is_file()


def test_json_goes_to_standard_output_and_markdown_to_its_file(folder, capsys):
    assert main(["claims", "A4", "--json", "-", "--markdown", "claims.md"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [claim["id"] for claim in record["claims"]] == ["A4"]
    assert "### A4: reproduced" in (folder / "claims.md").read_text("utf-8")


def test_an_assay_is_run_at_the_size_of_its_record(folder, capsys, monkeypatch):
    asked = []

    def assay_record(file, donors, seed):
        asked.append((file.name, donors, seed))
        return {"responders": {"IMP321": {"healthy": 0.92}}}

    monkeypatch.setattr("trialkine.claims.assays.assay_record", assay_record)
    assert main(["claims", "D6", "--seed", "5"]) == 0
    assert asked == [("imp321-ex-vivo.yaml", None, 5)]
    said = " ".join(capsys.readouterr().out.split())
    assert "1 reproduced (of them 1 free of calibration" in said


def test_a_failed_run_exits_with_one_and_still_writes_the_page(folder, capsys, monkeypatch):
    def broken(*arguments):
        raise SimulationError("Too many patients failed.")

    monkeypatch.setattr(room, "simulate_run", broken)
    assert main(["claims", "A8"]) == 1
    assert "failed to run" in capsys.readouterr().out
    assert "Too many patients failed." in (folder / "claims-run" / "claims.html").read_text("utf-8")


def test_an_unknown_claim_is_bad_input(folder, capsys):
    assert main(["claims", "Q1"]) == 2
    assert "No claim is called 'Q1'." in capsys.readouterr().err


def test_an_output_that_is_a_file_is_refused_before_anything_runs(folder, capsys):
    (folder / "taken").write_text("x")
    assert main(["claims", "A8", "--out", "taken"]) == 2
    assert "'taken' is no folder" in capsys.readouterr().err


def test_every_figure_of_a_claim_has_a_line_of_its_own(folder, capsys):
    assert main(["claims", "A4"]) == 0
    said = capsys.readouterr().out.splitlines()
    row = next(number for number, line in enumerate(said) if line.startswith("A4"))
    figures = [line.strip() for line in said[row : row + 2]]
    assert figures == ["A4     reproduced  0, 1, 2 [0, 1, 2]", "18 [18]"]


def test_the_page_breaks_no_line_within_a_name_and_counts_one_simulation_as_one(folder, capsys):
    assert main(["claims", "B11"]) == 0
    page = (folder / "claims-run" / "claims.html").read_text("utf-8")
    assert '<span class="unbroken">interleukin-15</span>' in page
    assert "1 claim, 0 simulations" in page


def test_claims_that_were_not_run_say_how_to_run_them_in_plain_words(folder, capsys):
    assert main(["claims", "E"]) == 0
    assert "only run when named by its id, or with --all" in capsys.readouterr().out
    assert "`" not in (folder / "claims-run" / "claims.html").read_text("utf-8").partition("<body")[2]


def test_a_slow_claim_named_by_its_id_is_run_and_said_to_take_long(folder, capsys, monkeypatch):
    asked = []

    def instead(run, *rest):
        asked.append(run.name)
        raise SimulationError("Not simulated in a test.")

    monkeypatch.setattr(room, "simulate_run", instead)
    assert main(["claims", "B6", "E"]) == 1
    said = capsys.readouterr()
    assert asked == ["biochemotherapy"]
    assert "B6: slow simulations, which take minutes each." in said.err
    assert "1 undecided, 1 not testable, 5 not run, 1 failed to run." in said.out
