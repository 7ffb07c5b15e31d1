"""The model of a well: conservation, closed forms, and what each part carries."""

import numpy as np
import pytest

from assay_samples import changed, many_donors
from trialkine.assay.run import donor_parameters, solve_group
from trialkine.assay.substances import SUBSTANCES
from trialkine.assay.well_model import assay_records, donor_records, well_model
from trialkine.assay.wells import Well, plate
from trialkine.compiler.compiled import compile_model
from trialkine.errors import InputError
from trialkine.model.evaluate import observe
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.reference import solve_reference


def rows(count=3, **values):
    own = donor_parameters("healthy", count, 0)
    here = {**own, "presenting_cells_kept": 1.0, **values}
    columns = [np.broadcast_to(here.get(name, 0.0), (count,)) for name in well_model().parameter_names]
    return np.stack(columns, axis=1)


def observed(name, **values):
    model = well_model()
    parameters = rows(**values)
    return observe(model, (name,), np.zeros((len(parameters), len(model.state_names))), parameters)[name]


def test_every_parameter_of_a_well_has_a_record_or_comes_with_the_well():
    of_wells = {substance.parameter for substance in SUBSTANCES.values()}
    of_groups = {"presenting_cells_kept", "natural_killer_fitness"}
    assert set(donor_records()) | of_wells | of_groups == set(well_model().parameters)


def test_no_record_of_the_assay_is_left_over():
    elsewhere = {
        "imp321_molar_mass",
        "events_counted",
        "background_share",
        "background_well_variation",
        "response_well_variation",
        "interleukin_10_detection_limit",
    }
    assert set(assay_records()) - elsewhere <= set(well_model().parameters)


def test_only_two_numbers_are_calibrated():
    calibrated = {name for name, record in assay_records().items() if record.kind == "calibrated"}
    assert calibrated == {"cd8_activation_rate", "natural_killer_activation_rate"}


@pytest.mark.parametrize(
    ("concentration", "expected"), [(60.0, 0.5), (6.0, 6.0 / 66.0), (600.0, 600.0 / 660.0)]
)
def test_occupancy_follows_the_law_of_mass_action(concentration, expected):
    assert observed("class_ii_occupancy", imp321_concentration=concentration) == pytest.approx(expected)


def test_soluble_cd4_and_soluble_lag3_compete_for_the_same_sites():
    # One part of IMP321 at its Kd and CD4Ig at its own, which is a hundred times as much: a third stays free.
    both = observed("class_ii_occupancy", imp321_concentration=60.0, cd4ig_concentration=6000.0)
    assert both == pytest.approx(2.0 / 3.0)


def test_antibody_leaves_the_share_of_il10_that_binding_says():
    half = float(assay_records()["anti_il10_half_effect"].value)
    model, parameters = well_model(), rows(anti_il10_concentration=9.0 * half)
    states = np.zeros((len(parameters), len(model.state_names)))
    states[:, model.state_names.index("interleukin_10")] = 2.0
    found = observe(model, ("free_interleukin_10",), states, parameters)["free_interleukin_10"]
    assert found == pytest.approx(0.2)


def test_shares_stay_between_nothing_and_everything():
    for name, values in many_donors().values.items():
        assert values.min() >= -1e-9
        if name != "interleukin_10":
            assert values.max() <= 1.0


def test_cd8_response_never_exceeds_the_experienced_cells():
    course = many_donors()
    most = course.parameters["experienced_cd8_share"]
    assert (course.values["cd8_type_1"].max(axis=(0, 2)) < most).all()


def test_il10_of_class_ii_would_weaken_the_response_to_imp321():
    well = (Well("a", "a", "pbmc", {"imp321_concentration": 62.5}),)
    ours = solve_group(well, "healthy", 20, 0, np.array([18.0]), 1).values["cd8_type_1"].mean()
    amounts = {"imp321_concentration": 62.5, "class_ii_interleukin_10_yield": 0.2}
    theirs = solve_group((Well("a", "a", "pbmc", amounts),), "healthy", 20, 0, np.array([18.0]), 1)
    assert theirs.values["cd8_type_1"].mean() < 0.9 * ours
    assert theirs.values["interleukin_10"].mean() > 0.0


def test_compiled_wells_equal_the_slow_reference():
    model, parameters = well_model(), rows(1, tlr_agonist_concentration=100.0)
    ensemble = Ensemble(compile_model(model), parameters)
    ensemble.advance(0.75, jobs=1)
    slow, _ = solve_reference(model, parameters[0], [0.75])
    # Step control allows 0.1 % per step; shares of order 1e-3 and IL-10 of order 0.1 ng/mL.
    np.testing.assert_allclose(ensemble.states[0], slow[0], rtol=5e-3, atol=1e-5)


def test_mass_and_amount_of_imp321_agree_through_its_molar_mass():
    # 160 kg/mol: 16 ug/mL is 0.1 umol/L.
    substance = SUBSTANCES["imp321"]
    assert substance.amount(16.0, "ug/mL") == pytest.approx(100.0)
    assert substance.amount(0.1, "umol/L") == pytest.approx(100.0)


def test_a_substance_refuses_units_of_something_else():
    with pytest.raises(InputError, match=r"IMP321 is given in 'nmol/L' or 'ug/mL', not in 'IU/mL'"):
        SUBSTANCES["imp321"].amount(1.0, "IU/mL")
    with pytest.raises(InputError, match="TLR agonist is given in 'ng/mL'"):
        SUBSTANCES["tlr_agonist"].amount(1.0, "nmol/L")


def test_a_series_is_written_out_and_every_sample_gets_its_own_background():
    labels = [well.label for well in plate(changed())]
    assert labels[:4] == [
        "unstimulated",
        "unstimulated, again",
        "unstimulated, purified-cd8",
        "unstimulated, purified-cd8, again",
    ]
    assert "series, 0.3 ug/mL" in labels
    assert len(labels) == 4 + 5 + 4
