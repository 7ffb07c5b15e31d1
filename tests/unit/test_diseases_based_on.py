"""Diseases that say only how they differ from another."""

import pytest

from trialkine.diseases import disease as room
from trialkine.diseases import disease_names, load_disease
from trialkine.errors import ProblemsError

MELANOMA = load_disease("melanoma")


@pytest.mark.parametrize("name", ["resected_melanoma", "kaposi_sarcoma", "breast_cancer"])
def test_a_disease_based_on_another_has_all_its_numbers_and_its_own_on_top(name):
    own = load_disease(name)
    assert own.lineage == (name, "melanoma")
    assert set(MELANOMA.records) <= set(own.records)
    changed = {key for key, record in MELANOMA.records.items() if own.records[key] != record}
    assert "initial_burden" in changed
    assert own.records["recall_rate"] == MELANOMA.records["recall_rate"]


def test_a_file_without_correlations_keeps_those_of_the_other():
    assert load_disease("kaposi_sarcoma").correlations == MELANOMA.correlations


def test_own_plausibility_rules_replace_all_of_the_others():
    rules = {bound.quantity for bound in load_disease("resected_melanoma").plausibility}
    assert rules == {"burden", "doubling_time"}
    assert "immune_control" in {bound.quantity for bound in MELANOMA.plausibility}


def test_only_the_resected_disease_is_adjuvant():
    assert [name for name in disease_names() if load_disease(name).is_adjuvant] == ["resected_melanoma"]


@pytest.mark.parametrize(
    ("based_on", "sentence"),
    [
        ("melanom", "'based_on' names no other disease. Did you mean 'melanoma'?"),
        ("kaposi_sarcoma", "'kaposi_sarcoma' is itself based on another disease."),
    ],
)
def test_a_wrong_base_is_named(based_on, sentence):
    with pytest.raises(ProblemsError, match=r"resected_melanoma\.toml") as fault:
        room._base(based_on, "resected_melanoma")
    assert sentence in str(fault.value)


def test_there_are_two_settings():
    with pytest.raises(ProblemsError, match="Write 'metastatic' or 'adjuvant'"):
        room._setting("neoadjuvant", "melanoma")
