"""The report of an assay, its folder and its command."""

import json

import polars as pl
import pytest

from assay_samples import changed, small_assay
from trialkine.assay.run import run_assay
from trialkine.assay.summary import summarise_assay
from trialkine.cli.main import main
from trialkine.report.assay.answer import findings, remarks
from trialkine.report.assay.folder import write_assay_folder
from trialkine.report.assay.summary_json import assay_summary_data, assay_summary_text
from trialkine.report.assay.tables import published_table, ratio_table, responder_table

FILE = """\
schema: 1
title: A small assay
assay: whole-blood
donors: 6
wells:
  - name: IMP321
    stimuli: {imp321: 10 ug/mL}
times: [4 h, 18 h]
responder: {at: 18 h}
published:
  - {well: IMP321, what: responders, at: 18 h, percent: 92}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("assay") / "run"
    return write_assay_folder(small_assay(), place, file_text=FILE, command="trialkine assay x.yaml --seed 0")


def test_the_folder_holds_report_summary_data_figures_and_a_true_manifest(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found >= {
        "report.html",
        "summary.json",
        "assay.yaml",
        "manifest.json",
        "data/readings.parquet",
        "data/donors.parquet",
        "figures/time_course_healthy.svg",
        "figures/time_course_metastatic.svg",
        "figures/dose_response_1.svg",
        "figures/donors.svg",
    }
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == found - {"manifest.json"}


def test_the_report_loads_nothing_and_has_every_section(folder):
    page = (folder / "report.html").read_text("utf-8")
    for section in ("answer", "courses", "responders", "concentrations", "patients", "assumptions"):
        assert f'<section id="{section}"' in page
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "Simulated data. Not for treating patients." in page


def test_readings_have_one_row_per_donor_well_time_and_read_out(folder):
    table = pl.read_parquet(folder / "data" / "readings.parquet")
    keys = ["group", "donor", "well", "hour", "read_out"]
    assert table.select(keys).n_unique() == table.height
    of_pbmc, of_sorted = 10 * 5, 3 * 2  # kinds of wells, read-outs
    donors, times = 36, 2
    assert table.height == donors * times * (of_pbmc + of_sorted)


def test_every_donor_has_a_row_of_parameters(folder):
    donors = pl.read_parquet(folder / "data" / "donors.parquet")
    assert donors.group_by("group").len().sort("group")["len"].to_list() == [24, 12]


def test_the_answer_says_where_nothing_answers_and_where_il10_appears():
    result = small_assay()
    said = {finding.well: finding.words for finding in findings(result, summarise_assay(result))}
    assert "CD8 T cells stay within noise" in said["sorted"]
    assert "IL-10 is not detected" in said["IMP321"]
    assert "IL-10 reaches" in said["agonist"]


def test_remarks_compare_a_blocker_with_its_stimulus_alone_and_patients_with_donors():
    result = small_assay()
    said = remarks(result, summarise_assay(result))
    assert any(words.startswith("Against agonist, agonist, blocked brings CD8") for words in said)
    assert any("the mean of patients is that of donors times" in words for words in said)
    assert any("wells without any stimulus respond" in words for words in said)


def test_tables_are_left_out_where_there_is_nothing_to_say():
    result = run_assay(changed(donors=3, responder=None), jobs=1)
    summary = summarise_assay(result)
    assert responder_table(result, summary) is None
    assert ratio_table(result, summary) is None
    assert published_table(summary) is None


def test_summary_json_is_the_same_for_the_same_assay_and_holds_no_nan():
    result = small_assay()
    text = assay_summary_text(result, summarise_assay(result))
    assert text == assay_summary_text(result, summarise_assay(result))
    assert "NaN" not in text
    data = assay_summary_data(result, summarise_assay(result))
    assert data["donors"] == {"healthy": 24, "metastatic": 12}


def test_the_command_writes_the_folder_and_the_summary(tmp_path, capsys):
    file, out, target = tmp_path / "a.yaml", tmp_path / "out", tmp_path / "a.json"
    file.write_text(FILE)
    assert main(["assay", str(file), "--out", str(out), "--donors", "4", "--json", str(target)]) == 0
    said = capsys.readouterr().out
    assert "of 4 respond" in said
    assert (out / "report.html").is_file()
    data = json.loads(target.read_text("utf-8"))
    assert data["published"][0]["percent"] == 92
    assert data["donors"] == {"healthy": 4}


def test_the_command_reports_faults_with_their_lines(tmp_path, capsys):
    file = tmp_path / "a.yaml"
    file.write_text(FILE.replace("imp321", "imp312"))
    assert main(["assay", str(file)]) == 2
    assert "a.yaml:7: no stimulus is named 'imp312'" in capsys.readouterr().err


def test_the_schema_of_assay_files_is_printed_on_request(capsys):
    assert main(["schema", "--assay"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "trialkine assay file"


def test_check_says_what_an_assay_file_means(tmp_path, capsys):
    file = tmp_path / "a.yaml"
    file.write_text(FILE)
    assert main(["check", str(file)]) == 0
    said = capsys.readouterr().out
    assert "Well IMP321: IMP321 10 ug/mL." in said
    assert "6 healthy donors" in said


def test_check_lists_the_faults_of_an_assay_file(tmp_path, capsys):
    file = tmp_path / "a.yaml"
    file.write_text(FILE.replace("10 ug/mL", "10"))
    assert main(["check", str(file)]) == 2
    assert "a.yaml:7: concentration '10' is no number with a unit" in capsys.readouterr().err
