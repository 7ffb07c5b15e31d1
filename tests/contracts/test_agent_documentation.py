"""docs/agents.md names every table, field, class and total that agent files have, and no other."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from trialkine.agents.agent_file import DRUG_CLASSES, KEYS, LISTS
from trialkine.evidence.record_reader import OPTIONAL, REQUIRED
from trialkine.mechanisms.core import CORE, on_demand_mechanisms
from trialkine.model.declarations import Product, Route, State
from trialkine.records import TOXICITIES
from trialkine.toxicity.terms import terms

TEXT = (Path(__file__).parents[2] / "docs" / "agents.md").read_text("utf-8")


def rows(heading: str) -> dict[str, set[str]]:
    """The rows of tables under a heading: the words in code of the first cell, and of the second."""
    part = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1:3] for line in part.splitlines() if line.startswith("| `")]
    return {first.strip(): set(re.findall(r"`([a-z0-9_]+)`", second)) for first, second in cells}


def test_every_entry_of_a_file_is_described_and_no_other() -> None:
    named = {re.sub(r"[^a-z_].*", "", entry.strip("`[]")) for entry in rows("The file")}
    assert named == set(KEYS)


def test_every_field_of_every_table_is_described() -> None:
    found = rows("The file")
    leaves = {f"`[[{key}]]`": leaf for key, leaf in LISTS.items()}
    leaves |= {"`[routes.NAME]`": Route, "`[product]`": Product}
    for entry, leaf in leaves.items():
        assert found[entry] == {field.name for field in fields(leaf)}, entry
    assert found["`[states.NAME]`"] == {field.name for field in fields(State)} | {"null"}
    assert found["`[parameters.NAME]`"] == {*REQUIRED, *OPTIONAL, "about", "model_unit", "index"}


def test_drug_classes_and_toxicities_are_listed() -> None:
    assert all(f"`{name}`" in TEXT for name in (*DRUG_CLASSES, *TOXICITIES))


def test_the_toxicities_that_rules_may_name_are_those_that_are_graded() -> None:
    assert set(terms()) == set(TOXICITIES)


def test_what_agents_act_on_exists() -> None:
    mechanisms = (*CORE, *on_demand_mechanisms().values())
    totals = {total.name: total.unit for mechanism in mechanisms for total in mechanism.totals}
    part = TEXT.split("## What agents act on\n")[1].split("\n## ")[0]
    for line in part.splitlines():
        if line.startswith("| `"):
            names, unit = line.split("|")[1:3]
            for name in re.findall(r"`([a-z0-9_]+)`", names):
                assert totals[name] == unit.strip(), name
