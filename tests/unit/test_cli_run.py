"""`trialkine run`, with the simulation itself replaced by a finished sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import trialkine.study
from report_sample_protocols import two_arm_text
from report_samples import sample_result
from trialkine.cli.main import main
from trialkine.errors import SimulationError


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command asks of the simulation, which answers with a sample."""
    asked: list[dict[str, Any]] = []

    def run_protocol(protocol: Any, *, progress: Any, **options: Any) -> Any:
        asked.append({"title": protocol.title, **options})
        progress(0.5, "half way")
        return sample_result(patients=4, failed=1)

    monkeypatch.setattr(trialkine.study, "run_protocol", run_protocol)
    return asked


@pytest.fixture
def protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.yaml").write_text(two_arm_text())
    return "trial.yaml"


def test_the_results_go_to_a_folder_named_after_the_file(
    calls: list[dict[str, Any]], protocol: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", protocol]) == 0
    captured = capsys.readouterr()
    assert (tmp_path / "trial-run" / "report.html").exists()
    assert (tmp_path / "trial-run" / "protocol.yaml").read_text("utf-8") == two_arm_text()
    assert captured.out.endswith("Report: trial-run/report.html\n")
    assert "HD IL-2 then" in captured.out
    assert "Simulated data. Not for treating patients." in captured.out
    assert "2 of 8 simulated patients failed" in captured.out
    assert "Median PFS*, months" in captured.out
    assert "* to progression on the last line." in captured.out
    assert "\x1b" not in captured.out + captured.err
    assert captured.err.splitlines()[0] == "Simulating trial.yaml ..."
    assert calls == [
        {
            "title": "High-dose interleukin-2, then low-dose temozolomide, in metastatic melanoma",
            "patients": None,
            "trials": 1,
            "seed": 0,
            "jobs": None,
            "ensemble": None,
        }
    ]


def test_options_reach_the_simulation(calls: list[dict[str, Any]], protocol: str) -> None:
    options = ["--patients", "9", "--trials", "3", "--seed", "5", "--jobs", "2", "--out", "there"]
    assert main(["run", protocol, *options]) == 0
    asked = {name: calls[0][name] for name in ("patients", "trials", "seed", "jobs")}
    assert asked == {"patients": 9, "trials": 3, "seed": 5, "jobs": 2}
    assert Path("there/summary.json").exists()


def test_json_on_standard_output_is_json_and_nothing_else(
    calls: list[dict[str, Any]], protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", protocol, "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == json.loads(Path("trial-run/summary.json").read_text("utf-8"))
    assert "Report: trial-run/report.html" in captured.err


def test_json_may_go_to_a_file(calls: list[dict[str, Any]], protocol: str) -> None:
    assert main(["run", protocol, "--json", "numbers.json"]) == 0
    assert Path("numbers.json").read_text("utf-8") == Path("trial-run/summary.json").read_text("utf-8")


def test_an_existing_folder_is_refused_before_anything_is_simulated(
    calls: list[dict[str, Any]], protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("trial-run").mkdir()
    Path("trial-run/notes.txt").write_text("mine")
    assert main(["run", protocol]) == 2
    assert "already holds files. Remove it, or choose another with '--out'." in capsys.readouterr().err
    assert calls == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--patients", "0"], "'--patients 0' is out of range. Write a whole number from 1 to 1,000,000."),
        (["--patients", "-3"], "'--patients -3' is out of range"),
        (["--trials", "0"], "'--trials 0' is out of range"),
        (["--jobs", "0"], "'--jobs 0' is out of range"),
        (["--seed", "-1"], "'--seed -1' is out of range"),
        (["--json", "missing/numbers.json"], "lies in a folder that does not exist"),
        (["--json", "."], "is a folder"),
        (["--out", "trial.yaml"], "is a file"),
    ],
)
def test_bad_options_are_answered_in_a_sentence_before_anything_is_simulated(
    options: list[str],
    said: str,
    calls: list[dict[str, Any]],
    protocol: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", protocol, *options]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert calls == []
    assert not Path("trial-run").exists()


def test_a_file_for_the_other_command_is_answered_with_that_command(
    calls: list[dict[str, Any]], protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wells.yaml").write_text("schema: 1\nassay: whole blood\n")
    assert main(["run", "wells.yaml"]) == 2
    assert capsys.readouterr().err.endswith("Use: trialkine assay wells.yaml\n")
    assert main(["assay", protocol]) == 2
    assert capsys.readouterr().err.endswith(f"Use: trialkine run {protocol}\n")
    assert calls == []


def test_a_faulty_protocol_is_bad_input(
    calls: list[dict[str, Any]], protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(protocol).write_text(two_arm_text().replace("600000 IU/kg", "600000 IU/kgg"))
    assert main(["run", protocol]) == 2
    assert "trial.yaml:" in capsys.readouterr().err
    assert main(["run", "nowhere.yaml"]) == 2
    assert calls == []


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (SimulationError("12 % of patients failed."), 1)]
)
def test_a_run_that_stops_half_way_leaves_no_folder(
    error: BaseException, code: int, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_protocol(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(trialkine.study, "run_protocol", run_protocol)
    assert main(["run", protocol]) == code
    assert [path.name for path in Path.cwd().iterdir()] == [protocol]


def test_the_recorded_command_gives_the_result_again_and_names_no_folder(
    calls: list[dict[str, Any]], protocol: str, tmp_path: Path
) -> None:
    typed = [
        "run",
        str(tmp_path / protocol),
        "--out",
        str(tmp_path / "there"),
        "--patients",
        "4",
        "--jobs",
        "2",
    ]
    assert main(typed) == 0
    manifest = json.loads((tmp_path / "there" / "manifest.json").read_text("utf-8"))
    # The sample's own seed is 7.
    assert manifest["command"] == "trialkine run trial.yaml --patients 4 --seed 7"


def test_a_terminal_gets_a_bar_and_a_pipe_two_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trialkine.cli.progress import shown_progress

    with shown_progress("Counting") as progress:
        progress(0.5, "half way")
    first, last = capsys.readouterr().err.splitlines()
    assert first == "Counting ..."
    assert last.startswith("Counting: done in ")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress("Counting [1]") as progress:
        progress(0.5, "half way")
    assert "Counting [1]: half way" in capsys.readouterr().err
