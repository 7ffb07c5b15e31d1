"""`trialkine export`: what is written, for whom, and what is said when it cannot be."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import pytest

from trialkine.cli.main import main
from trialkine.study import patients_of_arm
from trialkine.trial.protocol import Protocol

libsbml = pytest.importorskip("libsbml")

EXAMPLES = Path(__file__).parents[2] / "examples"
SEQUENCE = str(EXAMPLES / "il2-then-temozolomide-delay.yaml")
CELLS = str(EXAMPLES / "til-with-and-without-lymphodepletion.yaml")
KIRSCHNER = "kirschner_panetta_1998"
SBML = str(EXAMPLES / "own-model" / "growth-inhibition.xml")
MAPPING = str(EXAMPLES / "own-model" / "growth-inhibition.mapping.yaml")


def read(path: Path):
    return libsbml.readSBMLFromString(path.read_text("utf-8")).getModel()


def test_the_first_arm_and_the_typical_patient_are_exported_unless_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.xml"
    assert main(["export", SEQUENCE, "--out", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "Arm 'At once'" in said.err
    assert "The typical patient: every parameter has its median" in said.err
    assert "Left out: temozolomide" in said.err
    assert "rules of the trial that hold, postpone, reduce or stop doses are not applied" in said.err
    model = read(file)
    assert model.getId() == "At_once"
    assert "must not be used for treating patients" in model.getNotesString()


def test_a_patient_is_the_one_whom_a_run_with_that_seed_enrols(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.xml"
    assert (
        main(["export", CELLS, "--arm", "Cells, IL-2", "--patient", "3", "--seed", "7", "--out", str(file)])
        == 0
    )
    protocol = Protocol.read(CELLS)
    number = [arm.name for arm in protocol.arms].index("Cells, IL-2")
    group = patients_of_arm(protocol, number, 7)
    found = read(file).getParameter("tumour_growth_rate").getValue()
    assert found == pytest.approx(
        group.parameters["tumour_growth_rate"][2], rel=1e-14
    )  # as printed in the file
    assert f"weight {group.covariates['weight_kg'][2]:.4g} kg" in capsys.readouterr().err


def test_antimony_goes_to_standard_output_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("antimony")
    assert main(["export", SEQUENCE, "--to", "antimony"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("// This is a model of simulated patients.")
    assert "model *At_once()" in lines


def test_a_published_model_is_exported_whole_with_its_own_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.xml"
    assert main(["export", KIRSCHNER, "--out", str(file)]) == 0
    assert "3 states, 18 parameters, 0 doses\nKirschner and Panetta 1998" in capsys.readouterr().err
    model = read(file)
    assert model.getId() == KIRSCHNER
    assert model.getParameter("antigenicity").getValue() == 0.035  # as in docs/published-models.md


def test_a_case_chooses_another_set_of_numbers(tmp_path: Path) -> None:
    values = []
    for case in ([], ["--case", "patient_10"]):
        file = tmp_path / "model.xml"
        assert main(["export", "de_pillis_2006", *case, "--out", str(file)]) == 0
        values.append(read(file).getParameter("cd8_death_rate").getValue())
    assert values == [0.204, 9.12]  # as in docs/published-models.md: forty times that of patient 9


def test_a_native_model_file_is_exported_as_the_package_s_own(tmp_path: Path) -> None:
    own, published = tmp_path / "own.xml", tmp_path / "published.xml"
    file = files("trialkine.published_models") / f"{KIRSCHNER}.toml"
    assert main(["export", str(file), "--out", str(own)]) == 0
    assert main(["export", KIRSCHNER, "--out", str(published)]) == 0
    assert own.read_text("utf-8") == published.read_text("utf-8")


def test_an_sbml_file_becomes_antimony(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("antimony")
    assert main(["export", SBML, "--to", "antimony"]) == 0
    said = capsys.readouterr().out
    assert "D' = growth_rate*D - kill_rate*concentration*sensitivity*D;" in said
    assert "clearance = 50;" in said


def test_a_protocol_with_a_model_of_one_s_own_is_exported_too(tmp_path: Path) -> None:
    file = tmp_path / "model.xml"
    protocol = str(EXAMPLES / "own-model" / "trial.yaml")
    assert main(["export", protocol, "--arm", "200 mg daily", "--out", str(file)]) == 0
    assert read(file).getParameter("growth_rate").getValue() == 0.004  # growth-inhibition.xml


@pytest.mark.parametrize(
    ("missing", "arguments", "package"),
    [
        ("libsbml", [KIRSCHNER], "python-libsbml"),
        ("libsbml", [SEQUENCE], "python-libsbml"),
        ("antimony", [KIRSCHNER, "--to", "antimony"], "antimony"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_the_line_that_installs_it(
    missing: str,
    arguments: list[str],
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert main(["export", *arguments]) == 2
    captured = capsys.readouterr()
    assert f"needs the package '{package}', which is not installed." in captured.err
    assert "Install it with: pip install 'trialkine[sbml]', or in a clone: pip install" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([CELLS, "--arm", "Cells IL-2"], "No arm is named 'Cells IL-2'. Did you mean 'Cells, IL-2'?"),
        ([SEQUENCE, "--to", "antimonium"], "'--to antimonium' is no format. Did you mean 'antimony'?"),
        ([SEQUENCE, "--patient", "0"], "'--patient 0' is out of range"),
        ([SEQUENCE, "--patient", "999999"], "Arm 'At once' has no patient 999999. Write a whole"),
        ([str(EXAMPLES / "imp321-ex-vivo.yaml")], "describes an assay, which cannot be exported"),
        (["no-such.yaml"], "no-such.yaml: there is no such file"),
        (["no-such.xml"], "'no-such.xml' cannot be read"),
        (["no-such.toml"], "Cannot read the model file 'no-such.toml'"),
        ([KIRSCHNER.replace("98", "89")], f"is named 'kirschner_panetta_1989'. Did you mean '{KIRSCHNER}'?"),
        ([KIRSCHNER, "--arm", "IL-2"], f"'--arm IL-2' has no meaning: '{KIRSCHNER}' is one model"),
        ([KIRSCHNER, "--patient", "3"], f"'--patient 3' has no meaning: '{KIRSCHNER}' is one model"),
        ([SBML, "--seed", "7"], "'--seed 7' has no meaning"),
        ([SBML, "--case", "other"], "'--case other' has no meaning"),
        ([SEQUENCE, "--case", "other"], "'--case other' has no meaning for the protocol"),
        (["de_pillis_2006", "--case", "patient_1"], "has no case 'patient_1'. Did you mean 'patient_10'?"),
        ([MAPPING], "is a mapping file, which has no patients. Give the protocol"),
        ([SEQUENCE, "--out", "no-folder/model.xml"], "'--out no-folder/model.xml' lies in a folder"),
    ],
)  # fmt: skip
def test_a_wrong_word_ends_with_two_and_a_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 2
    assert message in capsys.readouterr().err
