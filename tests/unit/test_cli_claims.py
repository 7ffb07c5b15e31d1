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
    assert "2 reproduced, 1 not testable." in said
    assert "Not for treating patients" in said
    assert "20 mg by nose" in (folder / "page" / "claims.html").read_text("utf-8")


def test_slow_claims_are_listed_as_not_run(folder, capsys):
    assert main(["claims", "B1", "B3"]) == 0
    assert "2 not run." in capsys.readouterr().out
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
    assert "1 reproduced." in capsys.readouterr().out


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
