"""docs/own-model.md knows every key of a mapping file and every number of its processes, and shows one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trialkine.trial.measurement import measurement_records
from trialkine.trial.own_model import processes
from trialkine.trial.own_model.mapping import Hazard, ModelMapping
from trialkine.trial.reading import read_document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own-model.md").read_text("utf-8")
EXAMPLES = ROOT / "examples" / "own-model"


def test_every_key_is_in_the_page():
    schema = ModelMapping.model_json_schema(by_alias=True)
    keys = {key for group in (schema, *schema["$defs"].values()) for key in group.get("properties", {})}
    assert sorted(key for key in keys if f"`{key}`" not in PAGE and f"`{key}: " not in PAGE) == []


def test_every_number_of_the_packages_processes_and_of_the_measurement_is_in_the_page():
    named = {
        *processes.death(Hazard(), "").parameters,
        *processes.symptoms().parameters,
        *processes.treatment_death().parameters,
        *measurement_records(),
    }
    assert sorted(name for name in named if f"`{name}`" not in PAGE) == []


def test_the_mapping_in_the_page_is_a_mapping():
    (text,) = re.findall(r"```\n(schema: 1\nmodel: .*?)```", PAGE, flags=re.DOTALL)
    document = read_document(text, "docs/own-model.md")
    assert not document.problems
    assert ModelMapping.model_validate(document.data).tumour.quantity == "D"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.mapping.yaml")), ids=lambda file: file.stem)
def test_every_shipped_mapping_is_one_and_names_a_file_that_is_there(file):
    document = read_document(file.read_text("utf-8"), str(file))
    assert not document.problems
    mapping = ModelMapping.model_validate(document.data)
    assert (file.parent / mapping.model).is_file()
