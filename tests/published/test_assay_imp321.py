"""The ex vivo assay against what was published of IMP321 and of agonists of toll-like receptors."""

import numpy as np
import pytest

from assay_samples import many_donors, mean_of
from trialkine.assay.run import donor_parameters, solve_group
from trialkine.assay.well_model import single_value, well_model
from trialkine.assay.wells import Well
from trialkine.model.evaluate import observe


def test_means_of_donors_at_18_hours_are_the_published_ones():
    # brignone_2007: 1.0 % and 3.7 %, what the two activation rates were calibrated on with 4,000 donors.
    # A mean of 300 lognormal donors has a standard error of about 5 %; three of them.
    course = many_donors()
    assert mean_of(course, "IMP321", "cd8_type_1", 18.0) == pytest.approx(0.010, rel=0.15)
    assert mean_of(course, "IMP321", "natural_killer_type_1", 18.0) == pytest.approx(0.037, rel=0.20)


def test_presenting_cells_answer_at_4_hours_and_lymphocytes_do_not_yet():
    course = many_donors()
    assert mean_of(course, "IMP321", "presenting_cell_cytokines", 4.0) > 0.05
    for read_out in ("cd8_type_1", "natural_killer_type_1"):
        early = mean_of(course, "IMP321", read_out, 4.0)
        assert early < 0.02 * mean_of(course, "IMP321", read_out, 18.0)


def test_sorted_cd8_cells_do_not_answer_at_all():
    course = many_donors()
    number = [well.label for well in course.wells].index("sorted")
    assert np.abs(course.values["cd8_type_1"][number]).max() == 0.0


def test_fewer_than_a_tenth_of_the_cells_with_class_ii_bind_in_the_typical_donor():
    model = well_model()
    own = donor_parameters("healthy", 300, 0)
    rows = np.stack(
        [own.get(name, np.zeros(300)) for name in model.parameter_names],
        axis=1,
    )
    states = np.zeros((300, len(model.state_names)))
    share = observe(model, ("binding_share_of_class_ii_cells",), states, rows)
    assert 0.02 < np.median(share["binding_share_of_class_ii_cells"]) < 0.10


def test_il10_under_an_agonist_appears_at_7_hours_and_is_highest_after_a_day():
    # de_waal_malefyt_1991: detectable after 7 h, maximal at 24 to 48 h.
    course, limit = many_donors(), single_value("interleukin_10_detection_limit")
    at = {hour: mean_of(course, "agonist", "interleukin_10", hour) for hour in (4.0, 7.0, 18.0, 24.0, 48.0)}
    assert at[4.0] < limit < at[7.0] < at[18.0]
    assert max(at, key=at.__getitem__) >= 24.0


def test_imp321_induces_no_il10():
    assert mean_of(many_donors(), "IMP321", "interleukin_10", 48.0) == 0.0


def test_an_agonist_activates_presenting_cells_but_gives_little_of_the_lymphocytes_response():
    course = many_donors()
    imp321, agonist = (
        mean_of(course, label, "presenting_cell_cytokines", 4.0) for label in ("IMP321", "agonist")
    )
    assert agonist > 0.5 * imp321
    imp321, agonist = (mean_of(course, label, "cd8_type_1", 18.0) for label in ("IMP321", "agonist"))
    assert agonist < 0.15 * imp321


def test_blocking_il10_restores_the_response_to_an_agonist():
    # den_haan_2007, mice: neutralising interleukin-10 restored the CD8 response under lipopolysaccharide.
    course = many_donors()
    for read_out in ("cd8_type_1", "natural_killer_type_1"):
        imp321, alone, blocked = (
            mean_of(course, label, read_out, 18.0) for label in ("IMP321", "agonist", "agonist, blocked")
        )
        assert blocked > 5.0 * alone
        assert blocked > 0.5 * imp321


def test_without_il10_an_agonist_gives_the_response():
    # The law that agonists give little vanishes when the mechanism that carries it is off.
    amounts = {"tlr_agonist_concentration": 100.0, "interleukin_10_release_rate": 0.0}
    wells = (Well("no IL-10", "no IL-10", "pbmc", amounts),)
    course = solve_group(wells, "healthy", 300, 0, np.array([18.0]), 1)
    silent = mean_of(course, "no IL-10", "cd8_type_1", 18.0)
    assert silent > 0.9 * mean_of(many_donors(), "agonist, blocked", "cd8_type_1", 18.0)
    assert silent > mean_of(many_donors(), "IMP321", "cd8_type_1", 18.0)


def test_cd4ig_at_the_concentration_of_imp321_does_not_activate():
    # Its affinity is two logs lower: well below the detection of any cytometer.
    course = many_donors()
    imp321, cd4ig = (mean_of(course, label, "cd8_type_1", 18.0) for label in ("IMP321", "CD4Ig"))
    assert cd4ig < 0.02 * imp321


def test_cd4ig_needs_a_hundred_times_the_concentration():
    amounts = ({"imp321_concentration": 5.0}, {"cd4ig_concentration": 500.0})
    wells = tuple(Well(str(n), str(n), "pbmc", amount) for n, amount in enumerate(amounts))
    course = solve_group(wells, "healthy", 5, 0, np.array([18.0]), 1)
    np.testing.assert_allclose(course.values["cd8_type_1"][0], course.values["cd8_type_1"][1], rtol=1e-6)


def test_an_agonist_too_weak_to_induce_il10_gives_more_than_a_strong_one():
    # walk_2012, mouse cells: little agonist induces TNF-alpha and no interleukin-10 that suppresses.
    wells = tuple(
        Well(f"{dose}", f"{dose}", "pbmc", {"tlr_agonist_concentration": dose}) for dose in (0.3, 100.0)
    )
    course = solve_group(wells, "healthy", 40, 0, np.array([18.0]), 1)
    weak, strong = (course.values["cd8_type_1"][n].mean() for n in (0, 1))
    assert weak > 2.0 * strong


def test_patients_answer_like_donors_in_cd8_cells_and_less_in_nk_cells():
    course = many_donors()
    patients = solve_group(course.wells, "metastatic", 300, 0, np.array([18.0]), 1)
    ratios = {
        name: mean_of(patients, "IMP321", name, 18.0) / mean_of(course, "IMP321", name, 18.0)
        for name in ("cd8_type_1", "natural_killer_type_1")
    }
    assert ratios["cd8_type_1"] == pytest.approx(1.0, abs=0.15)
    assert ratios["natural_killer_type_1"] < 0.9
