"""Limits of blood values, criteria and subgroups as a protocol file writes them."""

import math
from dataclasses import replace

import pytest

from protocol_samples import KNOWN, PROTOCOL, changed
from trialkine.errors import ProblemsError
from trialkine.population.packaged import packaged_records
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.eligible import entry_criteria
from trialkine.trial.limits import Limit, parse_limit
from trialkine.trial.words import WordError

NAMES = replace(
    KNOWN,
    diseases=(*KNOWN.diseases, "resected_melanoma"),
    adjuvant_diseases=("resected_melanoma",),
    biomarkers=(*KNOWN.biomarkers, "burden"),
)


def read(text):
    return protocol_from_text(text, NAMES, "trial.yaml")


def only_fault(text):
    with pytest.raises(ProblemsError) as fault:
        read(text)
    (problem,) = fault.value.problems
    return problem.message


def with_eligibility(words):
    return read(changed("arms:", f"eligibility: {{{words}}}\narms:"))


def admitted(words):
    return entry_criteria(with_eligibility(words).eligibility, 0.2, packaged_records())


def test_limits_become_bounds_in_the_unit_of_the_population():
    found = admitted(
        "creatinine: at most 1.5 times normal, bilirubin: at most 20 mg/L, neutrophils: at least 1500 /uL, "
        "platelets: at least 100 /nL"
    )
    normal = packaged_records()["upper_normal"].value["creatinine"]
    wanted = {
        "creatinine": (-math.inf, 1.5 * normal),
        "bilirubin": (-math.inf, 2.0),
        "neutrophils": (1.5, math.inf),
        "platelets": (100.0, math.inf),
    }
    assert set(found.blood) == set(wanted)
    for name, bounds in wanted.items():
        assert found.blood[name] == pytest.approx(bounds, rel=1e-12)


def test_lines_sites_and_expected_survival_are_passed_on():
    found = admitted(
        "prior_lines: [1, 0], metastatic_sites: {exclude: [bone], at_most: 2}, expected_survival: 12 weeks"
    )
    assert found.prior_lines == (0, 1)
    assert (found.excluded_sites, found.most_sites) == (("bone",), 2)
    assert found.expected_survival == 84.0
    assert found.excluded_fraction == 0.2


def test_a_protocol_that_says_nothing_of_the_clinic_excludes_nobody():
    assert admitted("age: [18, 75]").clinic_reasons == ()


def test_what_is_read_is_written_back_alike():
    protocol = with_eligibility("creatinine: at most 1.5 times normal, platelets: at least 100000 /uL")
    again = read(protocol.to_yaml())
    assert again == protocol
    assert str(again.eligibility.platelets) == "at least 100000 /uL"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.5", "stands where 'at' should"),
        ("at most 1.5", "the limit has no unit"),
        ("at most mg/dL", "stands where the limit should be"),
        ("at most 1.5 mmol", "is not a unit of this value"),
        ("above 100 /nL", "stands where 'at' should"),
    ],
)
def test_a_limit_that_cannot_be_read_is_told_why(text, words):
    with pytest.raises(WordError, match=words):
        parse_limit(text, "mg/dL", has_normal=True)


def test_counts_have_no_upper_limit_of_normal():
    with pytest.raises(WordError, match="no upper limit of normal"):
        parse_limit("at most 2 times normal", "1/nL", has_normal=False)
    assert parse_limit("at least 1.5 /nL", "1/nL", has_normal=False) == Limit(False, 1.5, "1/nL")


def test_relapse_needs_a_disease_without_measurable_lesions():
    assert "'melanoma' has some" in only_fault(changed("who-1979", "relapse"))


def test_a_resected_disease_cannot_be_judged_by_response():
    text = changed("disease: melanoma", "disease: resected_melanoma")
    assert "Write 'criteria: relapse'." in only_fault(text)
    assert read(changed("who-1979", "relapse", text)).assessments.criteria == "relapse"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("also_score: [who-1979]", "also_score repeats a criterion"),
        ("also_score: [relapse]", "also_score cannot go with 'relapse'"),
        ("scans_until: progression by every criterion", "scans_until needs other criteria"),
        ("subgroups: [burdn]", "no quantity of the model is named 'burdn'. Did you mean 'burden'?"),
    ],
)
def test_assessments_that_contradict_themselves_are_refused(line, words):
    assert words in only_fault(changed("  every: 8 weeks", f"  every: 8 weeks\n  {line}"))


def test_the_criteria_that_score_are_listed_with_the_deciding_one_first():
    line = "also_score: [irecist, recist-1.1]"
    text = changed("  every: 8 weeks", f"  every: 8 weeks\n  {line}", PROTOCOL)
    assert read(text).assessments.scored == ("who-1979", "irecist", "recist-1.1")
