"""`trialkine compare` on small finished runs: what it prints, writes and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from comparison_samples import other_patients, same_patients, write_run
from report_samples import TWO_ARMS
from trialkine.cli.main import main

REFERENCE, ARM = (sketch.name for sketch in TWO_ARMS)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_run(same_patients(patients=24), folder / "same")
    write_run(other_patients(same_patients(patients=24), ARM), folder / "other")
    write_run(same_patients(TWO_ARMS[:1], patients=24), folder / "single")
    return folder


@pytest.fixture(autouse=True)
def _there(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs)


def test_the_same_patients_are_told_of_with_the_caveat(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "same"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"Overall survival: differences from {REFERENCE}, with 95 % confidence intervals" in said
    assert "The same virtual patient under both arms can exist only in a model." in said
    assert "no randomised trial measures who fares better" in said
    assert "There is no log-rank test" in said
    assert "Number needed to treat" in said
    assert said.endswith("Simulated data. Not for treating patients.")


def test_different_patients_are_told_of_with_a_logrank_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "other", "--endpoint", "pfs", "--level", "0.9", "--landmark", "8 weeks"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Log-rank test" in said
    assert "with 90 % confidence intervals" in said
    assert "For one more patient free of progression at 8 weeks" in said
    assert "only in a model" not in said


def test_the_folder_holds_page_numbers_figures_and_pairs_and_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["compare", "same", "--out", str(out), "--reference", ARM, "--tau", "12 months"]) == 0
    assert capsys.readouterr().out.endswith(f"Page: {out / 'compare.html'}\n")
    assert sorted(path.name for path in out.iterdir()) == [
        "compare.html", "compare.json", "figures", "pairs.parquet",
    ]  # fmt: skip
    record = json.loads((out / "compare.json").read_text("utf-8"))
    assert (record["reference"], record["until_months"], record["until_is"]) == (ARM, 12.0, "as asked for")
    page = (out / "compare.html").read_text("utf-8")
    assert f"trialkine compare same --reference &#39;{ARM}&#39; --tau &#39;12 months&#39;" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare"], "RUN"),
        (
            ["compare", "nowhere"],
            "There is no folder 'nowhere'. Name a folder that 'trialkine run FILE --out DIR'",
        ),
        (["compare", "same/summary.json"], "is a file, not the folder of a run"),
        (["compare", "same/adam"], "is not the folder of a run: it has no 'manifest.json'"),
        (["compare", "single"], "One arm only"),
        (["compare", "same", "same"], "The run 'same' is given twice"),
        (
            ["compare", "same", "--reference", "HD"],
            f"There is no arm 'HD' to compare with. Did you mean '{REFERENCE}",
        ),
        (["compare", "same", "--endpoint", "dor"], "Write 'os' or 'pfs'"),
        (["compare", "same", "--tau", "90 months"], "beyond the follow-up"),
        (["compare", "same", "--tau", "12"], "no unit of time"),
        (["compare", "same", "--landmark", "0 weeks"], "0 week"),
        (["compare", "same", "--level", "95"], "Write 0.95 for 95 %"),
        (["compare", "same", "--out", "other"], "already holds files"),
    ],
)
def test_bad_input_ends_with_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_folder_that_was_changed_after_the_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree("same", tmp_path / "changed")
    shutil.copy("other/adam/ADTTE.parquet", folder / "adam")
    assert main(["compare", str(folder)]) == 2
    assert "is not as the run wrote it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("manifest.json", "{", "cannot be read"),
        ("manifest.json", "[]", "holds no record"),
        ("summary.json", '{"schema": 99}', "has layout 99, and this version reads 1"),
        ("summary.json", '{"schema": 1}', "lacks something that a run folder holds"),
    ],
)
def test_a_damaged_folder_is_refused(
    file: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree("same", tmp_path / "damaged")
    (folder / file).write_text(text, "utf-8")
    assert main(["compare", str(folder)]) == 2
    assert said in capsys.readouterr().err


def test_an_assay_has_no_arms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "assay.yaml").write_text("", "utf-8")
    assert main(["compare", str(tmp_path)]) == 2
    assert "holds an assay, which has no arms" in capsys.readouterr().err
