"""`trialkine export`: what is written, for whom, and what is said when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.cli.main import main
from trialkine.study import patients_of_arm
from trialkine.trial.protocol import Protocol

libsbml = pytest.importorskip("libsbml")

EXAMPLES = Path(__file__).parents[2] / "examples"
SEQUENCE = str(EXAMPLES / "il2-then-temozolomide-delay.yaml")
CELLS = str(EXAMPLES / "til-with-and-without-lymphodepletion.yaml")


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([CELLS, "--arm", "Cells IL-2"], "No arm is named 'Cells IL-2'. Did you mean 'Cells, IL-2'?"),
        ([SEQUENCE, "--to", "antimonium"], "'--to antimonium' is no format. Did you mean 'antimony'?"),
        ([SEQUENCE, "--patient", "0"], "'--patient 0' is out of range"),
        ([SEQUENCE, "--patient", "999999"], "Arm 'At once' has no patient 999999. Write a whole"),
        ([str(EXAMPLES / "imp321-ex-vivo.yaml")], "describes an assay, which cannot be exported"),
        (["no-such.yaml"], "no-such.yaml: there is no such file"),
        ([SEQUENCE, "--out", "no-folder/model.xml"], "'--out no-folder/model.xml' lies in a folder"),
    ],
)  # fmt: skip
def test_a_wrong_word_ends_with_two_and_a_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 2
    assert message in capsys.readouterr().err
