"""The calibration from beginning to end, on a trial of a few patients: what it uses, and that it repeats."""

import numpy as np
import pytest

from trialkine.calibration import run as room
from trialkine.calibration.ensemble_file import read_ensemble, write_ensemble
from trialkine.calibration.findings import findings_text, open_quantities
from trialkine.calibration.kept_designs import kept_design
from trialkine.calibration.profiles import profiles
from trialkine.calibration.run import Sizes, calibrate
from trialkine.trial.protocol import Protocol

TRIAL = {
    "schema": 1,
    "title": "Interferon in renal cell carcinoma",
    "disease": "renal_cell",
    "arms": [
        {
            "name": "Interferon",
            "treatment": [
                {
                    "agent": "interferon_alfa",
                    "dose": "9 MIU",
                    "route": "subcutaneous",
                    "schedule": "weekly, for 4 weeks",
                }
            ],
        }
    ],
    "assessments": {"criteria": "who-1979", "every": "8 weeks"},
    "enrolment": {"patients": 40, "per_month": 40},
    "follow_up": "4 months",
    "reported": [{"arm": "Interferon", "n": 40, "responders": 4, "metrics": {"pfs_rate_8w": 0.4}}],
    "source": {"citation": "Somebody 1999", "use": "calibration", "family": "Somebody", "year": 1999},
}
SIZES = Sizes(points=32, patients=8, waves=2, steps=60, walkers=16, members=20)


def unknowns_in(calibration):
    return calibration.structures[""].likelihood.unknowns


def trials():
    other = {**TRIAL, "source": {**TRIAL["source"], "use": "prediction", "family": "Unseen"}}
    return {"mine": Protocol.from_dict(TRIAL), "unseen": Protocol.from_dict(other)}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    return folder, calibrate(trials(), folder, SIZES, seed=3, jobs=1)


def test_only_trials_for_calibration_are_used(found):
    _, calibration = found
    assert calibration.ensemble.families == ("Somebody",)
    evidence = [one.likelihood.evidence for one in calibration.structures.values()]
    assert [{target.trial for target in one.targets} for one in evidence] == [{"mine"}, {"mine"}]


def test_members_are_draws_of_the_posterior_within_the_designs(found):
    _, calibration = found
    members = calibration.ensemble.members
    assert members.values.shape == (20, len(unknowns_in(calibration)) + 1)  # and the structure
    assert np.isfinite(members.values).all()
    assert len(np.unique(members.values[:, 0])) > 10
    assert calibration.ensemble.log_likelihood.shape == (20, 1)


def test_every_wave_keeps_its_design_and_one_simulation_of_each_trial(found):
    folder, calibration = found
    designs = [np.load(next(folder.glob(f"design-{wave}-*.npy"))) for wave in (1, 2)]
    # the case mix has a score beside those of the quantities, and the structure is told
    quantities = unknowns_in(calibration).quantities
    assert {one.shape for one in designs} == {(SIZES.points, len(quantities) + 2)}
    assert not np.array_equal(*designs)
    assert len(list(folder.iterdir())) == 4


def test_a_second_run_takes_what_was_simulated_and_gives_the_same_members(found, monkeypatch):
    def not_again(*_):
        pytest.fail("a design was made that is kept already")

    monkeypatch.setattr(room, "first_design", not_again)
    monkeypatch.setattr(room, "design_from_posteriors", not_again)
    folder, calibration = found
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    again = calibrate(trials(), folder, SIZES, seed=3, jobs=1)
    assert np.array_equal(again.ensemble.members.values, calibration.ensemble.members.values)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_a_kept_design_is_read_and_another_made_and_filed(tmp_path):
    kept, new = tmp_path / "design-1-2-0.npy", tmp_path / "folder" / "design-2-2-0.npy"
    np.save(kept, np.array([[0.1, -2.3]]))
    assert kept_design(kept, lambda: pytest.fail("made again")).tolist() == [[0.1, -2.3]]
    made = kept_design(new, lambda: np.array([[1.0 / 3.0]]))
    assert np.array_equal(np.load(new), made)  # to the last bit: the hash of what is simulated depends on it


def test_files_give_the_ensemble_back(found, tmp_path):
    _, calibration = found
    write_ensemble(calibration.ensemble, tmp_path)
    read = read_ensemble(tmp_path)
    np.testing.assert_allclose(read.members.values, calibration.ensemble.members.values, rtol=1e-5)
    assert read.members.hash == read.record["hash"]


def test_findings_name_every_unknown_and_what_the_families_are_worth(found):
    _, calibration = found
    text = findings_text(calibration)
    assert all(name in text for name in unknowns_in(calibration).names)
    assert "- Somebody: " in text
    assert "| usual |" in text
    assert "| il2_licensing |" in text


def test_members_are_shared_between_structures_that_fit_alike(found):
    _, calibration = found
    members = calibration.ensemble.members
    assert members.values[:, members.names.index("structure.il2_licensing")].sum() == 10


def test_profiles_are_told_of_what_the_data_left_open(found):
    _, calibration = found
    left_open = open_quantities(calibration)
    names = unknowns_in(calibration).names
    melanoma = [place for place in left_open if names[place] == "melanoma:initial_burden"]
    (usual, variant) = profiles(calibration.structures, melanoma, 1)
    # a trial in renal cell carcinoma does not tell it
    assert max(abs(one) for one in (usual.low, usual.high, variant.low, variant.high)) < 0.5
    assert "melanoma:initial_burden | usual |" in findings_text(calibration, (usual, variant))


def test_a_refresh_simulates_around_the_members_it_starts_from(found, tmp_path):
    _, calibration = found
    start = calibration.ensemble.members
    sizes = Sizes(points=32, patients=8, waves=1, steps=60, walkers=16, members=20)
    again = calibrate(trials(), tmp_path, sizes, seed=4, jobs=1, start=start)
    assert again.ensemble.members.names == start.names
    (design,) = (np.load(file) for file in tmp_path.glob("design-1-*.npy"))
    quantities = unknowns_in(calibration).quantities
    is_usual = start.values[:, -1] == 0.0
    own = np.log(start.values[is_usual, 0] / quantities[0].centre) / quantities[0].sd
    centre = own.mean()
    here = design[design[:, -1] < 0.0, 0]
    possible = np.clip(centre + 1.5 * (own - centre), -2.3, 2.3)
    assert np.abs(here[:, None] - possible).min(axis=1).max() < 1e-9
