"""Every fact that a number cites exists, and the number agrees with it or is known to be derived from it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest

from number_tables import Number, numbers
from trialkine.errors import InputError
from trialkine.evidence.pharmacology import Fact, facts
from trialkine.published_trials.catalogue import evidence_rows
from trialkine.units import conversion

ROUNDING = 5e-3  # relative; numbers of parameter files have three digits
AS_PRINTED = ("measured", "fitted_in_source")
FITTED_TO = "calibrated"  # such a number was found so that the model meets the fact, whatever its unit

# In a unit that can be compared, and another number: how it follows from the fact. Its `where` says more.
DERIVED = {
    ("aldesleukin_distribution_rate", "PK_IL2_T12A"): "one of three rates behind both half-lives",
    ("aldesleukin_distribution_rate", "PK_IL2_T12B"): "one of three rates behind both half-lives",
    ("aldesleukin_return_rate", "PK_IL2_T12A"): "one of three rates behind both half-lives",
    ("aldesleukin_return_rate", "PK_IL2_T12B"): "one of three rates behind both half-lives",
    (
        "aldesleukin_release_rate",
        "DER_IL2_SC_RATES",
    ): "faster, since distribution into tissue delays the peak too",
    ("imp321_monocyte_gain", "PD_IMP321_MONO"): "gives 3 fold two weeks after the dose",
    ("interferon_alfa_half_effect", "PK_IFN_SC_CMAX"): "of the order of the peak",
    ("interleukin_12_half_effect", "PK_IL12_CMAX"): "just above the peak",
    ("tumour_necrosis_factor_alfa_half_effect", "PK_TNF_CIV"): "between these levels and a tolerated peak",
    ("vegf_baseline", "VEGF_RCC_SERUM_1"): "between the two groups, or above the patients' median",
    ("largest_natural_killer_pool", "PD_LDIL2_NK"): "530 % above the start are 6.3 fold",
    ("largest_regulatory_expansion", "PD_LDIL2_TREG8"): "below what was seen in another disease; a conflict",
    ("weight_gain_per_leak", "TOX_IL2_WT10"): "its spread leads half-way to this share of courses",
    ("largest_albumin_fall", "TOX_IL2_ALB"): "the limit of a fall from the one to the other",
    ("soluble_receptor_baseline", "PD_IL2_SIL2R"): "a quarter of the level under treatment",
    ("high_affinity_shedding", "PD_SIL2R_LD"): "gives this rise over a low-dose cycle",
    ("performance_status_share", "MIX_RCC_PS"): "of all patients; the trial's are the fittest 57 % of them",
}
# A number as printed whose fact gives it, or its unit, in words.
IN_WORDS = {
    ("bevacizumab_central_volume", "PK_BEV_V1"): "2.88 L",
    ("male_fraction", "MIX_RCC_HDIL2_AGE"): "73.9 % men",
    ("imp321_molar_mass", "MW_IMP321"): "160",
    ("cd4_affinity_loss", "KD_LAG3_CD4"): "100",
}
ID = re.compile(r"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b")


def citing() -> Iterator[tuple[Number, Fact]]:
    """Every number that is some parameter's value or bound, with each fact that its table cites."""
    for number in numbers():
        if number.is_the_value:
            for key in number.beside.get("facts", ()):
                yield number, facts()[key]


def printed(fact: Fact) -> list[float]:
    """The numbers in a fact's value, without the spread after +/-."""
    plain = re.sub(r"\+/-[\d.]+", "", fact.value)
    return [float(text) for text in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e\d+)?", plain)]


def factor_to(unit: str, fact: Fact) -> float | None:
    """How a fact's numbers become the parameter's unit; None where they measure different things.

    A dose per kg is no share, and a unit that says two things is none.
    """
    if not fact.unit or ";" in fact.unit or (unit == "" and "/kg" in fact.unit):
        return None
    try:
        return conversion(fact.unit, unit)
    except InputError:
        return None


def is_half_life_of_a_rate(unit: str, fact: Fact) -> bool:
    if "half-life" not in fact.quantity and "half-lives" not in fact.quantity:
        return False
    try:
        conversion(fact.unit, "day")
        conversion(f"1/{fact.unit}", unit)
    except InputError:
        return False
    return True


def agreement(value: float, unit: str, fact: Fact) -> bool | None:
    """Whether a number is one that the fact prints, or lies in its range; None where nothing is comparable.

    A half-life is compared with the rate that it means.
    """
    if is_half_life_of_a_rate(unit, fact):
        value, factor = math.log(2.0) / value, 1.0 / conversion(f"1/{fact.unit}", unit)
    else:
        found = factor_to(unit, fact)
        if found is None:
            return None
        factor = found
    low, high = fact.low, fact.high
    if fact.value.startswith("<"):
        low, high = -math.inf, printed(fact)[0]
    if low is not None or high is not None:
        low = -math.inf if low is None else low * factor
        high = math.inf if high is None else high * factor
        if low <= value <= high:
            return True
    return any(math.isclose(value, one * factor, rel_tol=ROUNDING) for one in printed(fact))


# -- what is cited ----------------------------------------------------------------------------------


def test_every_cited_fact_is_in_the_table() -> None:
    cited = {key for number in numbers() for key in number.beside.get("facts", ())}
    assert cited - set(facts()) == set()
    assert len(cited) > 50


def test_every_row_that_any_place_names_is_a_fact_or_a_row_of_the_table_of_evidence() -> None:
    named = {key for number in numbers() for key in ID.findall(str(number.beside.get("where", "")))}
    assert named
    assert named - set(facts()) - set(evidence_rows()) == set()


@pytest.mark.parametrize(
    ("number", "fact"),
    [pytest.param(*pair, id=f"{pair[0].file}:{pair[0].parameter}-{pair[1].id}") for pair in citing()],
)
def test_a_number_agrees_with_its_fact_or_is_derived_from_it(number: Number, fact: Fact) -> None:
    if number.beside["kind"] == FITTED_TO:
        return
    pair = (number.path[1], fact.id)
    agrees = agreement(number.value, number.beside["unit"], fact)
    assert agrees in (True, None) or pair in DERIVED, (number.value, fact.summary)


def test_no_derivation_is_listed_for_a_number_that_agrees() -> None:
    disagreeing = {
        (number.path[1], fact.id)
        for number, fact in citing()
        if agreement(number.value, number.beside["unit"], fact) is False
    }
    assert set(DERIVED) - disagreeing == set()


def test_a_number_as_printed_is_printed_in_one_of_its_facts() -> None:
    found: dict[tuple[str, ...], list[bool]] = {}
    for number, fact in citing():
        if number.beside["kind"] in AS_PRINTED and "affinity" not in number.path:
            words = IN_WORDS.get((number.path[1], fact.id))
            said = words is not None and words in f"{fact.value}; {fact.quantity}"
            agrees = said or agreement(number.value, number.beside["unit"], fact) is True
            found.setdefault((number.file, *number.path), []).append(agrees)
    assert len(found) > 15
    assert [place for place, agrees in found.items() if not any(agrees)] == []


# -- the comparison itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "fact", "expected"),
    [
        (7.2, "L/h", "PK_IL2_CL", True),  # 120 mL/min
        (7.3, "L/h", "PK_IL2_CL", False),
        (0.49, "1/h", "PK_IL2_T12B", True),  # ln 2 over 85 min
        (0.50, "1/h", "PK_IL2_T12B", False),
        (0.2, "", "PK_PEPNAS_F", True),  # 10 to 30 %
        (0.31, "", "PK_PEPNAS_F", False),
        (0.09, "", "PD_IMP321_BIND", True),  # < 10 %
        (0.11, "", "PD_IMP321_BIND", False),
        (2.2, "g/dL", "TOX_IL2_ALB", True),  # 3.6 -> 2.2
        (5.0, "1/min", "PK_TNF_T12", False),  # 5.1+/-2.2 ; 49+/-5: a spread is no value
        (1.0, "L", "PK_IL2_CL", None),
        (1.0, "", "PK_IL21_LIN", None),  # words
    ],
)
def test_a_number_is_compared_with_what_is_printed(
    value: float, unit: str, fact: str, expected: bool | None
) -> None:
    assert agreement(value, unit, facts()[fact]) is expected
