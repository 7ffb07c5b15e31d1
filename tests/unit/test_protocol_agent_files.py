"""Agents that a protocol brings along in files of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_samples import DRUG, named
from trialkine.errors import ProblemsError
from trialkine.report.run_folder import agent_copies
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

TRIAL = """\
schema: 1
title: A drug of one's own
disease: melanoma
agent_files: [agents/drug.toml]
arms:
  - name: drug
    treatment:
      - {agent: drug, dose: 200 mg/m2, route: oral, schedule: "daily, days 1 to 5 of 28, until progression"}
assessments: {criteria: who-1979, every: 8 weeks}
enrolment: {patients: 8, per_month: 60}
data_cut_off: 6 months
"""


def place(folder: Path, agent: str = DRUG, trial: str = TRIAL) -> Path:
    (folder / "agents").mkdir()
    (folder / "agents" / "drug.toml").write_text(agent, "utf-8")
    path = folder / "trial.yaml"
    path.write_text(trial, "utf-8")
    return path


def faults(path: Path) -> str:
    with pytest.raises(ProblemsError) as caught:
        Protocol.read(path)
    return str(caught.value)


def test_a_protocol_finds_its_agents_beside_its_own_file_wherever_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place(tmp_path)
    monkeypatch.chdir("/")
    protocol = Protocol.read(path)
    assert protocol.agent_book.find("drug").title == "A drug"
    assert protocol.agent_files == ("agents/drug.toml",)


def test_a_trial_of_ones_own_agent_runs_and_copies_its_file(tmp_path: Path) -> None:
    protocol = Protocol.read(place(tmp_path))
    result: TrialResult = run_protocol(protocol, patients=8, seed=2, jobs=1)
    numbers = {record.name: record for record in result.parameters}
    assert numbers["drug_clearance"].value == pytest.approx(240.0)
    assert result.citations["drug_report"].citation == "A report on the drug"
    assert result.exposure["amount_given"].sum() > 0
    assert agent_copies(result) == [(Path("agents/drug.toml"), DRUG)]


def test_the_content_hash_follows_the_agent_file(tmp_path: Path) -> None:
    path = place(tmp_path)
    before = Protocol.read(path).content_hash
    assert Protocol.read(path).content_hash == before
    (tmp_path / "agents" / "drug.toml").write_text(DRUG.replace("value = 30.0", "value = 31.0"), "utf-8")
    assert Protocol.read(path).content_hash != before


def test_faults_of_the_agent_come_first_because_the_rest_hangs_on_it(tmp_path: Path) -> None:
    trial = TRIAL.replace("200 mg/m2", "200 mg/kg")
    path = place(tmp_path, DRUG.replace('["m2"', '["acre", "m2"'), trial)
    assert "drug.toml:7: dose_bases is" in faults(path)
    assert "trial.yaml" not in faults(path)
    (tmp_path / "agents" / "drug.toml").write_text(DRUG, "utf-8")
    assert f"{path}:8: " in faults(path)
    assert "200 mg/kg" in faults(path)


def test_plain_data_may_say_where_their_agents_are(tmp_path: Path) -> None:
    protocol = Protocol.read(place(tmp_path))
    again = Protocol.from_dict(protocol.to_dict(), tmp_path)
    assert again == protocol
    assert again.content_hash == protocol.content_hash
    with pytest.raises(ProblemsError, match="there is no agent file"):
        Protocol.from_dict(protocol.to_dict(), tmp_path / "elsewhere")


def test_an_equation_that_does_not_fit_the_model_is_found_before_anything_runs(tmp_path: Path) -> None:
    said = faults(place(tmp_path, DRUG.replace('"cytotoxic_kill"', '"cytotoxic_kil"')))
    line = DRUG.splitlines().index('to = "cytotoxic_kill"') + 1
    assert f"drug.toml:{line}: " in said
    assert "'cytotoxic_kil'. Did you mean 'cytotoxic_kill'?" in said


def test_an_equation_that_mixes_units_is_found_before_anything_runs(tmp_path: Path) -> None:
    text = DRUG.replace('"drug_level / drug_reference_level"', '"drug_level"')
    said = faults(place(tmp_path, text))
    line = DRUG.splitlines().index('term = "drug_level / drug_reference_level"') + 1
    assert f"drug.toml:{line}: " in said
    assert "mg/L" in said


def test_faults_of_the_numbers_the_names_and_the_units_come_at_once_with_their_lines(tmp_path: Path) -> None:
    wrong = {
        'to = "neutrophil_suppression"': 'to = "neutrophil_supression"',
        'rate = "drug_clearance / drug_volume * drug_plasma"': 'rate = "drug_clearence * drug_plasma"',
        'unit = "mg/L"\nexpression': 'unit = "mg"\nexpression',
        "high = 0.1": "",
    }
    text = DRUG
    for right, fault in wrong.items():
        text = text.replace(right, fault)
    said = faults(place(tmp_path, text))
    lines = text.splitlines()

    def told(start: str) -> str:
        number = lines.index(start) + 1
        return next(line for line in said.splitlines() if f"drug.toml:{number}: " in line)

    assert "Did you mean 'neutrophil_suppression'?" in told('to = "neutrophil_supression"')
    assert "Did you mean 'drug_clearance'?" in told('rate = "drug_clearence * drug_plasma"')
    assert "Expected 'mg', found 'mg/L'" in told('expression = "drug_plasma / drug_volume"')
    assert "needs a range" in told("[parameters.drug_kill_rate.diseases.melanoma]")
    assert "'drug_clearance' is used by nothing" not in said


def test_a_parameter_that_nothing_uses_is_told_at_its_own_line(tmp_path: Path) -> None:
    text = DRUG.replace(
        'rate = "drug_clearance / drug_volume * drug_plasma"', 'rate = "drug_plasma / drug_longest_delay"'
    )
    number = text.splitlines().index("[parameters.drug_clearance]") + 1
    assert f"drug.toml:{number}: Parameter 'drug_clearance' is used by nothing." in faults(
        place(tmp_path, text)
    )


def test_a_file_that_is_not_there_is_named_at_its_line(tmp_path: Path) -> None:
    path = place(tmp_path, trial=TRIAL.replace("agents/drug.toml", "agents/drugs.toml"))
    said = faults(path).splitlines()
    assert any(line.startswith(f"{path}:4: there is no agent file") for line in said)


def test_a_file_that_takes_the_name_of_a_packaged_agent_is_refused(tmp_path: Path) -> None:
    said = faults(place(tmp_path, named("temozolomide"), TRIAL.replace("agent: drug", "agent: temozolomide")))
    assert "The agent 'temozolomide' is in temozolomide.toml too." in said
    assert str(tmp_path / "agents" / "drug.toml") in said


def test_an_agent_that_is_not_described_in_the_disease_is_refused_at_its_line(tmp_path: Path) -> None:
    said = faults(place(tmp_path, trial=TRIAL.replace("melanoma", "renal_cell")))
    assert "trial.yaml:8: drug is not described in renal_cell: its 'drug_kill_rate' is not known" in said
    assert "melanoma" in said.split("It is described in ")[1]
