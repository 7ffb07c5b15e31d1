"""The run folder: whole or absent, reproducible, and telling nothing of the machine it was made on."""

from __future__ import annotations

import errno
import hashlib
import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from report_samples import as_text, sample_result
from trialkine.errors import InputError
from trialkine.report import adam, figure_set
from trialkine.report.run_folder import check_output_folder, write_run_folder
from trialkine.trial.result import TrialResult

PROTOCOL = "schema: 1\n# a comment that must survive\n"


@pytest.fixture(scope="module")
def result() -> TrialResult:
    return sample_result(patients=8)


@pytest.fixture(scope="module")
def folder(result: TrialResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("runs") / "first"
    return write_run_folder(result, target, protocol_text=PROTOCOL, command="trialkine run trial.yaml")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_holds_exactly_what_is_promised(folder: Path) -> None:
    assert names(folder) == [
        *(f"adam/{name}.parquet" for name in ("ADAE", "ADEX", "ADLB", "ADRS", "ADSL", "ADTR", "ADTTE")),
        "figures/biomarker_plasma_vegf.svg",
        "figures/dose_delivery.svg",
        "figures/kaplan_meier_os.svg",
        "figures/kaplan_meier_pfs.svg",
        "figures/spider.svg",
        "figures/swimmer.svg",
        "figures/waterfall.svg",
        "manifest.json",
        "protocol.yaml",
        "report.html",
        "summary.json",
    ]


def test_the_protocol_is_kept_as_it_was_read(folder: Path) -> None:
    assert (folder / "protocol.yaml").read_text(encoding="utf-8") == PROTOCOL


def test_the_data_sets_read_back(folder: Path) -> None:
    assert pl.read_parquet(folder / "adam" / "ADSL.parquet").height == 16


def test_two_runs_differ_in_nothing_but_the_time_of_the_manifest(
    folder: Path, result: TrialResult, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    write_run_folder(result, second, protocol_text=PROTOCOL, command="trialkine run trial.yaml")
    for name in names(folder):
        if name != "manifest.json":
            assert (folder / name).read_bytes() == (second / name).read_bytes(), name
    manifests = [json.loads((place / "manifest.json").read_text("utf-8")) for place in (folder, second)]
    for manifest in manifests:
        datetime.fromisoformat(manifest.pop("created"))
    assert manifests[0] == manifests[1]


def test_the_manifest_hashes_every_other_file_and_the_data_behind_the_model(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert sorted(manifest["files"]) == [name for name in names(folder) if name != "manifest.json"]
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert manifest["protocol_hash"] == hashlib.sha256(PROTOCOL.encode()).hexdigest()
    assert manifest["patients"]["failed"] == {"too many steps": 4}
    assert manifest["seed"] == 7
    assert "diseases/melanoma.toml" in manifest["data_files"]
    assert all(version != "not installed" for version in manifest["versions"].values())


def test_no_file_names_a_folder_of_this_machine(folder: Path) -> None:
    text = as_text(folder, "*.html") + as_text(folder, "*.json") + as_text(folder, "*.svg")
    for place in (str(folder), str(Path.cwd()), str(Path.home())):
        assert f"{place}/" not in text


def test_an_empty_folder_may_be_filled(result: TrialResult, tmp_path: Path) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    write_run_folder(result, target, protocol_text=PROTOCOL)
    assert (target / "report.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_missing_parents_are_made(result: TrialResult, tmp_path: Path) -> None:
    assert (write_run_folder(result, tmp_path / "a" / "b", protocol_text=PROTOCOL) / "report.html").exists()


def test_a_folder_that_holds_anything_is_refused_and_left_alone(result: TrialResult, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"already holds files. Remove it, or choose another with '--out'"):
        write_run_folder(result, tmp_path, protocol_text=PROTOCOL)
    assert names(tmp_path) == ["notes.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("")
    with pytest.raises(InputError, match="is a file"):
        check_output_folder(file)
    with pytest.raises(InputError, match="would lie inside the file"):
        check_output_folder(file / "deeper")


def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(InputError, match="link to nowhere"):
        check_output_folder(link)


def test_a_folder_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(InputError, match=r"is not writable \(Read-only file system\)"):
        check_output_folder(tmp_path / "new")


def test_looking_whether_a_folder_can_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    check_output_folder(tmp_path / "new" / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no such file system here")
def test_a_file_system_that_makes_no_folders_is_refused_whatever_its_permissions_say() -> None:
    with pytest.raises(InputError, match="is not writable"):
        check_output_folder(Path("/proc/results"))


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(
    result: TrialResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(adam, "adam_tables", full)
    with pytest.raises(
        InputError, match=r"cannot be written: No space left on device. Nothing was left behind"
    ):
        write_run_folder(result, tmp_path / "deep" / "run", protocol_text=PROTOCOL)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(
    result: TrialResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(figure_set, "draw_figures", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_run_folder(result, tmp_path / "run", protocol_text=PROTOCOL)
    assert list(tmp_path.iterdir()) == []
