"""Every shipped example runs, writes its folder, counts everybody and answers for every arm."""

import html
import json
import re
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import trialkine as tk
from protocol_samples import EXAMPLES, TRIAL_FILES
from trialkine.assay.checking import read_assay
from trialkine.assay.run import run_assay
from trialkine.report.assay.folder import write_assay_folder

PATIENTS = 6
FOLLOW_UP = "5 months"
ASSAY_FILES = tuple(path for path in sorted(EXAMPLES.glob("*.yaml")) if path not in TRIAL_FILES)
EMPTY_DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"></svg>'

# Six patients may all survive, or none respond: then a measure has a reason in place of a number.
ALWAYS_KNOWN = {"metastatic": "orr", "adjuvant": "rfs_rate_12m"}


@cache
def size(path: Path) -> int:
    """Patients per arm: a few, or as many as the design judges first."""
    design = tk.Protocol.read(path).design
    return PATIENTS if design is None or not design.two_stage else max(PATIENTS, design.two_stage.first_stage)


@cache
def short(path: Path) -> tk.Protocol:
    """The example as shipped, but for its size and its length."""
    plain = tk.Protocol.read(path).to_dict()
    plain.pop("data_cut_off", None)
    plain.pop("optimise", None)  # a run leaves it alone, and its landmarks ask for a longer trial
    plain["enrolment"] |= {"patients": size(path), "per_month": 30}
    if "events" in plain.get("design", {}).get("randomised", {}):
        plain["design"]["randomised"]["events"] = size(path)
    return tk.Protocol.from_dict({**plain, "follow_up": FOLLOW_UP}, folder=EXAMPLES)


@pytest.fixture(scope="module", params=TRIAL_FILES, ids=lambda path: path.stem)
def example(request, tmp_path_factory):
    """An example's protocol and run folder. Figures are composed but not written out."""
    protocol = short(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trialkine.report.figure_set.svg_document", lambda figure, name: EMPTY_DRAWING)
        folder = tk.run(protocol, seed=1, jobs=1).save(tmp_path_factory.mktemp("run") / request.param.stem)
    return protocol, folder


def text_of(text: str) -> str:
    """Words as a reader sees them, with single spaces."""
    return " ".join(text.split())


def page_of(folder: Path) -> str:
    page = (folder / "report.html").read_text("utf-8")
    return text_of(html.unescape(re.sub(r"</?span[^>]*>", "", page)))


def test_an_example_runs_and_accounts_for_everybody_and_everything_it_says(example):
    protocol, folder = example
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == written - {"manifest.json"}
    assert {"report.html", "protocol.yaml", "adam/ADSL.parquet", "adam/ADTTE.parquet"} <= written

    arms = {arm.name: round(protocol.enrolment.patients * (arm.ratio or 1)) for arm in protocol.arms}
    assert {arm["name"]: arm["simulated"] for arm in summary["arms"]} == arms
    for arm in summary["arms"]:
        assert arm["failed"] == 0
        assert arm["n"] + arm["failed"] == arm["simulated"]
        assert sum(arm["best_responses"].values()) == arm["n"]
        assert arm["lines"], arm["name"]
        setting = "adjuvant" if protocol.assessments.criteria == "relapse" else "metastatic"
        known = arm["metrics"][ALWAYS_KNOWN[setting]]
        assert known["estimate"] is not None or known["why"].startswith("follow-up ends")
    enrolled = pl.read_parquet(folder / "adam" / "ADSL.parquet")
    assert enrolled.height == sum(arms.values())

    page = page_of(folder)
    assert protocol.question, "an example asks a question"
    assert text_of(protocol.question) in page
    for name in arms:
        assert f"{name}: " in summary["answer"]
    assert len(summary["contrasts"]) == len(arms) * (len(arms) - 1) // 2
    for source in protocol.sources:
        assert text_of(source.citation) in page


@pytest.mark.parametrize("path", TRIAL_FILES, ids=lambda path: path.stem)
def test_an_example_says_what_was_published_and_where(path):
    protocol = short(path)
    if protocol.agent_files:  # an invented agent has no record
        return
    assert protocol.record
    assert protocol.sources


@pytest.mark.parametrize("path", ASSAY_FILES, ids=lambda path: path.stem)
def test_an_assay_runs_and_summarises_every_well_in_every_group(path, tmp_path):
    protocol = read_assay(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trialkine.report.assay.figure_set.svg_document", lambda figure, name: EMPTY_DRAWING)
        result = run_assay(protocol, donors=6, seed=1, jobs=1)
        text = path.read_text("utf-8")
        folder = write_assay_folder(result, tmp_path / "run", file_text=text, command="")
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert summary["donors"] == dict.fromkeys(protocol.donors.groups, 6)
    levels = {(row["group"], row["well"]) for row in summary["levels"]}
    assert {group for group, _ in levels} == set(protocol.donors.groups)
    assert {well.label for well in result.wells if well.amounts} <= {well for _, well in levels}
    for row in summary["responders"]:
        groups = len(protocol.donors.groups) if row["group"] == "all" else 1
        assert 0 <= row["responders"] <= row["donors"] == 6 * groups
    assert len(summary["published"]) == len(protocol.published) > 0
    page = page_of(folder)
    assert text_of(protocol.question) in page
    for source in protocol.sources:
        assert text_of(source.citation) in page


def test_both_kinds_of_example_are_there():
    assert len(TRIAL_FILES) > 30
    assert {path.stem for path in ASSAY_FILES} == {"imp321-ex-vivo", "imp321-ex-vivo-tlr"}
