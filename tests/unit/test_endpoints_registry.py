import pytest

from trialkine.endpoints.criteria import criteria_data
from trialkine.endpoints.registry import CRITERIA, find_criteria
from trialkine.errors import InputError


def test_every_set_of_criteria_in_the_data_file_can_be_found_by_its_name():
    assert set(CRITERIA) == set(criteria_data())
    for name in CRITERIA:
        assert find_criteria(name).name == name


def test_every_threshold_says_where_it_comes_from():
    for name, table in criteria_data().items():
        assert table["source"], name
        assert table["citation"], name
        for key, record in table["thresholds"].items():
            assert {"value", "unit", "kind", "about", "where"} <= set(record), (name, key)


def test_thresholds_are_those_of_the_criteria():
    who, recist = find_criteria("who-1979"), find_criteria("recist-1.1")
    assert (who.partial_response, who.progression) == (0.50, 1.25)
    assert (recist.partial_response, recist.progression) == (0.70, 1.20)
    assert (recist.progression_rise, recist.target_lesions) == (5, 5)
    assert who.confirm_after == recist.confirm_after == 28


@pytest.mark.parametrize(("typed", "near"), [("RECIST 1.1", "recist-1.1"), ("who", "who-1979")])
def test_a_name_nearly_right_is_answered_with_the_right_one(typed, near):
    with pytest.raises(InputError, match=f"Did you mean '{near}'"):
        find_criteria(typed)


def test_a_name_unlike_any_is_answered_with_all():
    with pytest.raises(InputError, match=r"Write one of 'who-1979', 'recist-1\.1'"):
        find_criteria("zzzz")
