"""An ensemble as files: what is written is read again, and a family can be taken out of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trialkine.calibration import ensemble_file
from trialkine.calibration.ensemble_file import (
    CalibratedEnsemble,
    has_shipped_ensemble,
    read_ensemble,
    write_ensemble,
)
from trialkine.calibration.ensemble_names import name_fault
from trialkine.calibration.quantities import calibrated_quantities
from trialkine.calibration.unknowns import unknowns_of
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials
from trialkine.trial.agent_class import agent_class
from trialkine.trial.facts import FACTS

FILES = ("members.csv", "evidence.csv", "left_out.csv", "record.json")
TABLES = ("members.csv", "evidence.csv", "record.json")
MEMBERS = ParameterEnsemble(
    ("recall_rate", "melanoma:initial_burden"),
    np.array([[1.99, 54.0], [1e-6 / 3.0, 1234567.0], [0.0, -2.5e10]]),
    np.full(3, 1.0 / 3.0),
)
FOUND = CalibratedEnsemble(
    MEMBERS, ("Atkins1999", "Fyfe1995"), np.array([[-3.5, -1.25], [-2.0, -1e3], [-3.0, -1.0]]),
    {"title": "three members", "seed": 1, "trials": ["a", "ü"]},
)  # fmt: skip
UNSEEN = np.array([[0.5, 7.0], [0.25, 9.0]])
WITH_LEFT_OUT = replace(FOUND, left_out={"Fyfe1995": UNSEEN})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which an ensemble was written."""
    write_ensemble(FOUND, tmp_path / "new" / "ensemble")
    return tmp_path / "new" / "ensemble"


def test_what_was_written_is_read_again(folder: Path) -> None:
    found = read_ensemble(folder)
    assert (found.members.names, found.families) == (MEMBERS.names, FOUND.families)
    np.testing.assert_allclose(found.members.values, MEMBERS.values, rtol=5e-6)  # six digits are written
    np.testing.assert_allclose(found.log_likelihood, FOUND.log_likelihood, rtol=5e-6)
    np.testing.assert_allclose(found.members.weights, np.full(3, 1.0 / 3.0))
    assert found.members.title == "three members"
    assert {key: found.record[key] for key in FOUND.record} == FOUND.record


def test_writing_again_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    write_ensemble(read_ensemble(folder), tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_an_ensemble_has_the_hash_of_its_numbers(folder: Path, tmp_path: Path) -> None:
    found = read_ensemble(folder)
    assert found.record["hash"] == found.members.hash
    assert len(found.members.hash) == 16
    other = CalibratedEnsemble(MEMBERS, FOUND.families, FOUND.log_likelihood + 1.0, FOUND.record)
    write_ensemble(other, tmp_path / "other")
    assert read_ensemble(tmp_path / "other").members.hash != found.members.hash


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError) as fault:
        read_ensemble(folder)
    assert str(fault.value) == (
        f"'{folder}' holds no '{name}', so it is no ensemble. Give a folder that "
        "`trialkine calibrate --out` wrote."
    )


def test_tables_of_different_length_do_not_belong_together(folder: Path) -> None:
    rows = (folder / "members.csv").read_text("utf-8").splitlines()
    (folder / "members.csv").write_text("\n".join(rows[:-1]), "utf-8")
    with pytest.raises(InputError, match=r"members.csv has 2 rows and evidence.csv 3. Copy all files"):
        read_ensemble(folder)


@pytest.mark.parametrize("name", TABLES)
def test_files_of_two_ensembles_do_not_belong_together(folder: Path, tmp_path: Path, name: str) -> None:
    values = MEMBERS.values + 1.0
    members = ParameterEnsemble(MEMBERS.names, values, MEMBERS.weights)
    write_ensemble(
        CalibratedEnsemble(members, FOUND.families, FOUND.log_likelihood - 1.0, {}), tmp_path / "other"
    )
    shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(InputError, match=r"are not those that record\.json was written with\. Copy all"):
        read_ensemble(folder)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("members.csv", "", "members.csv is no table with a row of names above."),
        ("members.csv", "a,b\n", "members.csv is no table with a row of names above."),
        ("members.csv", "a,b\n1,2\n3\n4,5\n", "members.csv:3: 1 values stand under 2 names."),
        ("evidence.csv", "a,b\n1\n2\n3\n", "evidence.csv:2: 1 values stand under 2 names."),
        ("evidence.csv", "a\n1\nx\n3\n", "evidence.csv:3: 'x' under 'a' is no finite number."),
        (
            "evidence.csv",
            "a,b,a\n1,2,3\n1,2,3\n1,2,3\n",
            "evidence.csv, column 3: 'a' stands twice, first in column 1.",
        ),
        ("left_out.csv", "", "left_out.csv is no table with a row of names above."),
        (
            "left_out.csv",
            "family,recall_rate,melanoma:initial_burden\nA,1\n",
            "left_out.csv:2: 2 values stand under 3 names.",
        ),
        (
            "left_out.csv",
            "family,recall_rate,melanoma:initial_burden\nA,1,x\n",
            "left_out.csv:2: 'x' under 'melanoma:initial_burden' is no finite number.",
        ),
        ("record.json", "{}", "record.json: 'hash' is missing, so nothing says which tables"),
        ("record.json", "{", "record.json: Expecting property name"),
        ("record.json", "[1]", "record.json holds no keys."),
    ],
)
def test_a_damaged_file_is_named(folder: Path, name: str, text: str, sentence: str) -> None:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(InputError) as fault:
        read_ensemble(folder)
    assert sentence in str(fault.value)
    assert str(fault.value).endswith("Restore the file as it was written.")


def rewritten(folder: Path, **more: object) -> None:
    """The record with the hash of the tables as they are now: only what they hold is at fault."""
    record = {"title": "by hand", "hash": ensemble_file._hash(folder), **more}
    (folder / "record.json").write_text(json.dumps(record), "utf-8")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("recal_rate", "nothing in a trial reads 'recal_rate'. Did you mean 'recall_rate'?"),
        ("melanoma:dacarbazine_kill_rat", "Did you mean 'dacarbazine_kill_rate'?"),
        ("melanomas:recall_rate", "no disease is named 'melanomas' in 'melanomas:recall_rate'. Did you"),
        ("recall_rate.sd", "'recall_rate.sd' sets the spread of a number that does not vary."),
        ("trial.hazard.decade", "nothing in a trial reads 'trial.hazard.decade'. Did you mean 'trial.haz"),
        ("trial.response.interferon alpha", "nothing in a trial reads 'trial.response.interferon alpha'."),
        ("structure.il2_licencing", "Did you mean 'structure.il2_licensing'?"),
        ("melanoma:initial_burden", "'melanoma:initial_burden' stands twice, first in column 2."),
    ],
)
def test_a_column_that_nothing_reads_or_that_stands_twice_is_told(
    folder: Path, name: str, sentence: str
) -> None:
    for table in ("members.csv", "left_out.csv"):
        first, *rows = (folder / table).read_text("utf-8").splitlines()
        text = [f"{first},{name}", *(f"{row},0.5" for row in rows)]
        (folder / table).write_text("\n".join(text) + "\n", "utf-8")
    rewritten(folder)
    with pytest.raises(InputError) as fault:
        read_ensemble(folder)
    assert str(fault.value).startswith(f"{folder / 'members.csv'}, column 3: ")
    assert sentence in str(fault.value)


def test_every_name_that_the_package_sets_or_reads_of_trials_is_known() -> None:
    quantities = [one.name for one in calibrated_quantities()]
    facts = [f"trial.{of}.{name}" for of in ("case_mix", "hazard") for name in FACTS]
    read = ["trial.discrepancy.toxicity", "trial.excluded_fraction", "trial.hazard.intercept"]
    classes = {agent_class(trial, arm) for trial in published_trials().values() for arm in trial.arms}
    others = unknowns_of((), ("melanoma",), sorted(classes)).names
    assert {name: name_fault(name) for name in (*quantities, *facts, *read, *others)} == dict.fromkeys(
        (*quantities, *facts, *read, *others), ""
    )
    assert len(classes) > 20


@pytest.mark.parametrize("table", ["members.csv", "left_out.csv"])
def test_a_structure_is_on_or_off(tmp_path: Path, table: str) -> None:
    names = ("recall_rate", "structure.il2_licensing")
    members = ParameterEnsemble(names, np.array([[1.0, 0.0], [2.0, 1.0]]), np.full(2, 0.5))
    left_out = {"Fyfe1995": np.array([[3.0, 1.0], [4.0, 0.0]])}
    found = CalibratedEnsemble(members, ("Fyfe1995",), np.zeros((2, 1)), {}, left_out)
    write_ensemble(found, tmp_path)
    np.testing.assert_array_equal(read_ensemble(tmp_path).members.values, members.values)
    text = (tmp_path / table).read_text("utf-8")
    (tmp_path / table).write_text(text.replace("2,1\n", "2,0.5\n").replace("3,1\n", "3,0.5\n"), "utf-8")
    rewritten(tmp_path)
    line = 3 if table == "members.csv" else 2
    with pytest.raises(InputError, match=rf"{table}:{line}: 'structure\.il2_licensing' is 0\.5\. Write 1"):
        read_ensemble(tmp_path)


def test_a_family_left_out_must_have_been_seen(tmp_path: Path) -> None:
    write_ensemble(WITH_LEFT_OUT, tmp_path)
    text = (tmp_path / "left_out.csv").read_text("utf-8")
    (tmp_path / "left_out.csv").write_text(text.replace("Fyfe1995", "Fife1995"), "utf-8")
    rewritten(tmp_path)
    with pytest.raises(InputError) as fault:
        read_ensemble(tmp_path)
    assert str(fault.value) == (
        f"{tmp_path / 'left_out.csv'}:2: no column of the evidence is named 'Fife1995', so it was never "
        "seen. Did you mean 'Fyfe1995'?"
    )


def test_the_trials_of_a_record_are_names(folder: Path) -> None:
    rewritten(folder, trials="all")
    with pytest.raises(InputError, match=r"record\.json: 'trials' is no list of names"):
        read_ensemble(folder)


def test_an_ensemble_has_no_name_twice() -> None:
    with pytest.raises(InputError, match="An ensemble has 'a' twice among its names"):
        ParameterEnsemble(("a", "b", "a"), np.zeros((2, 3)), np.full(2, 0.5))


def test_without_a_folder_the_ensemble_of_the_package_is_read() -> None:
    if has_shipped_ensemble():
        assert len(read_ensemble().members) > 0
    else:
        with pytest.raises(InputError, match=r"holds no 'members.csv', so it is no ensemble"):
            read_ensemble()


def test_a_family_is_taken_out_by_the_inverse_of_its_likelihood() -> None:
    found = FOUND.without("Atkins1999")
    by_hand = np.exp([3.5, 2.0, 3.0])
    np.testing.assert_allclose(found.weights, by_hand / by_hand.sum(), rtol=1e-12)
    assert found.weights.sum() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_array_equal(found.values, MEMBERS.values)
    assert found.names == MEMBERS.names


def test_a_family_that_one_member_contradicts_leaves_that_one_alone() -> None:
    found = FOUND.without("Fyfe1995")  # members as likely as exp(-1.25), exp(-1000) and exp(-1)
    np.testing.assert_allclose(found.weights, [0.0, 1.0, 0.0], atol=1e-12)
    assert FOUND.effective(found) == pytest.approx(1.0)


def test_weights_that_the_members_have_already_count_too() -> None:
    weighted = ParameterEnsemble(MEMBERS.names, MEMBERS.values, np.array([0.2, 0.3, 0.5]))
    found = CalibratedEnsemble(weighted, FOUND.families, FOUND.log_likelihood, {}).without("Atkins1999")
    by_hand = np.array([0.2, 0.3, 0.5]) * np.exp([3.5, 2.0, 3.0])
    np.testing.assert_allclose(found.weights, by_hand / by_hand.sum(), rtol=1e-12)


def one_that_fits_badly(members: int, log_likelihood: float) -> CalibratedEnsemble:
    """Members that are alike, but for the first, under which a family is as likely as told; else it is 1."""
    equal = ParameterEnsemble(("recall_rate",), np.ones((members, 1)), np.full(members, 1.0 / members))
    own = np.zeros((members, 1))
    own[0] = log_likelihood
    return CalibratedEnsemble(equal, ("Atkins1999",), own, {})


def test_no_weight_exceeds_the_root_of_their_number_times_the_mean_weight() -> None:
    found = one_that_fits_badly(16, -5.0).without("Atkins1999")
    # e**5 = 148.4 beside fifteen of 1: a mean of 10.2, of which four are allowed.
    highest = 4.0 * (np.exp(5.0) + 15.0) / 16.0
    np.testing.assert_allclose(found.weights, np.r_[highest, np.ones(15)] / (highest + 15.0), rtol=1e-12)
    assert found.weights[0] < np.exp(5.0) / (np.exp(5.0) + 15.0) - 0.15


def test_weights_below_the_bound_are_left_alone() -> None:
    found = one_that_fits_badly(16, -1.5).without("Atkins1999")  # e**1.5 = 4.48, below 4 * 1.22
    by_hand = np.r_[np.exp(1.5), np.ones(15)]
    np.testing.assert_allclose(found.weights, by_hand / by_hand.sum(), rtol=1e-12)


def test_a_bounded_ensemble_is_worth_more_members() -> None:
    ensemble = one_that_fits_badly(400, -6.0)
    plain = np.r_[np.exp(6.0), np.ones(399)]
    # e**6 = 403.4 beside 399 of 1: half of all weight, worth 4 members; bounded to 20 times the mean of 2.
    assert plain.sum() ** 2 / (plain**2).sum() == pytest.approx(4.0, abs=0.1)
    assert ensemble.effective(ensemble.without("Atkins1999")) > 50.0


def test_a_family_that_was_not_seen_changes_nothing() -> None:
    assert FOUND.without("Nobody2000") is MEMBERS


def test_title_and_hash_stay_with_the_members(folder: Path) -> None:
    found = read_ensemble(folder)
    left = found.without("Atkins1999")
    assert (left.title, left.hash) == (found.members.title, found.members.hash)


def test_members_of_equal_weight_are_worth_their_number() -> None:
    assert FOUND.effective(MEMBERS) == pytest.approx(3.0)
    uneven = ParameterEnsemble(("a",), np.zeros((2, 1)), np.array([0.9, 0.1]))
    assert FOUND.effective(uneven) == pytest.approx(1.0 / 0.82)


def test_members_that_never_saw_a_family_are_written_and_read(tmp_path: Path) -> None:
    write_ensemble(WITH_LEFT_OUT, tmp_path)
    read = read_ensemble(tmp_path)
    assert list(read.left_out) == ["Fyfe1995"]
    np.testing.assert_allclose(read.left_out["Fyfe1995"], UNSEEN)
    write_ensemble(FOUND, tmp_path / "none")
    assert read_ensemble(tmp_path / "none").left_out == {}
    assert read_ensemble(tmp_path / "none").members.hash != read.members.hash


def test_where_there_are_such_members_they_take_the_place_of_weights() -> None:
    found = WITH_LEFT_OUT.without("Fyfe1995")
    np.testing.assert_array_equal(found.values, UNSEEN)
    np.testing.assert_allclose(found.weights, [0.5, 0.5])
    assert found.hash != MEMBERS.hash
    other = WITH_LEFT_OUT.without("Atkins1999")
    np.testing.assert_array_equal(other.weights, FOUND.without("Atkins1999").weights)
    np.testing.assert_array_equal(
        WITH_LEFT_OUT.reweighted_without("Fyfe1995").weights, FOUND.without("Fyfe1995").weights
    )


def test_members_of_another_ensemble_are_not_taken(tmp_path: Path) -> None:
    write_ensemble(WITH_LEFT_OUT, tmp_path)
    text = (tmp_path / "left_out.csv").read_text("utf-8")
    (tmp_path / "left_out.csv").write_text(text.replace("recall_rate", "priming_rate"), "utf-8")
    with pytest.raises(InputError, match=r"left_out\.csv names other numbers than members\.csv"):
        read_ensemble(tmp_path)


def test_what_each_structure_has_of_the_members_stays_when_a_family_is_taken_out() -> None:
    values = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 1.0]])
    members = ParameterEnsemble(
        ("recall_rate", "structure.il2_licensing"), values, np.array([0.2, 0.2, 0.2, 0.4])
    )
    # The family is far likelier with the variant, which would lose nearly all its weight without it.
    told = np.array([[-2.0], [-3.0], [-2.5], [9.0]])
    found = CalibratedEnsemble(members, ("Atkins1999",), told, {}).without("Atkins1999")
    by_hand = np.exp([2.0, 3.0, 2.5])
    np.testing.assert_allclose(found.weights[:3], 0.6 * by_hand / by_hand.sum(), rtol=1e-12)
    assert found.weights[3] == pytest.approx(0.4, rel=1e-12)


@pytest.mark.parametrize("name", ["members.csv", "evidence.csv", "left_out.csv"])
def test_a_number_that_is_none_names_its_file_and_line(tmp_path: Path, name: str) -> None:
    write_ensemble(WITH_LEFT_OUT, tmp_path)
    rows = (tmp_path / name).read_text("utf-8").splitlines()
    rows[1] = ",".join([*rows[1].split(",")[:-1], "nan"])
    (tmp_path / name).write_text("\n".join(rows) + "\n", "utf-8")
    rewritten(tmp_path)
    with pytest.raises(InputError, match=rf"{name}:2: 'nan' under '.+' is no finite number"):
        read_ensemble(tmp_path)
