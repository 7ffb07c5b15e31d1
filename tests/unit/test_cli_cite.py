"""`trialkine cite FILE`: the references of a protocol, and what nobody has measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialkine.cli.main import main
from trialkine.report.references import references_of
from trialkine.trial.protocol import Protocol

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_cite_with_a_protocol_lists_each_reference_once_where_it_comes_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cite", str(EXAMPLES / "your-own-agent.yaml")]) == 0
    said = capsys.readouterr().out
    headings = [line for line in said.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings[:3] == ["Agent aldesleukin:", "Agent my_cytokine:", "Mechanisms:"]
    keys = [line.split("]")[0] for line in said.splitlines() if line.startswith("  [")]
    assert "  [my_cytokine_design" in keys
    assert len(keys) == len(set(keys))
    assert "Every output inherits the weakest grade of evidence among them, which here is 'assumed'." in said


def test_cite_lists_the_facts_that_a_number_of_the_protocol_rests_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = EXAMPLES / "bevacizumab-v-im862-renal.yaml"
    assert main(["cite", str(file)]) == 0
    said = capsys.readouterr().out
    cited = {fact.id for fact in references_of(Protocol.read(file)).facts}
    assert f"Its numbers rest on these {len(cited)} facts of pharmacology:" in said
    assert "  [PK_BEV_CL2] bevacizumab, CL: 9.01 mL/h (Han K et al." in said
    assert {"PK_BEV_CL2", "PK_PEPNAS_F", "PD_VEGF_KEL"} <= cited
    assert "PK_TMZ_POP_CLF" not in cited  # of an agent that nobody is given here


def test_cite_counts_and_lists_every_number_that_nobody_measured_the_agents_own_first() -> None:
    references = references_of(Protocol.read(EXAMPLES / "im862-renal.yaml"))
    assert len(references.groups["Protocol"]) == 1
    assert f" {len(references.assumed)} assumed," in references.evidence
    own = [row.name.startswith("im862_") for row in references.assumed]
    assert sum(own) == 8  # everything about it is assumed
    assert own == sorted(own, reverse=True)
