"""Reading wells, judging donors, and half-effective concentrations."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from assay_samples import changed, small_assay
from trialkine.assay.cytometer import measure
from trialkine.assay.dose_response import half_concentrations, half_effective
from trialkine.assay.protocol import ResponderRule
from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.responders import responder_cuts, responder_flags
from trialkine.assay.run import run_assay
from trialkine.assay.summary import above_background, ratio_of_means, summarise_assay
from trialkine.assay.wells import plate
from trialkine.errors import InputError

MANY = range(4000)


def test_the_background_of_unstimulated_wells_is_the_recorded_one():
    # Lognormal between donors (sd 0.5) and wells (sd 0.25): mean = median * exp((0.5**2 + 0.25**2) / 2).
    read_out = READ_OUTS["cd8_type_1"]
    found = measure(read_out, np.zeros((len(MANY), 1)), 0, "healthy", MANY, "a well")
    expected = read_out.background * np.exp((0.5**2 + 0.25**2) / 2)
    assert found.mean() == pytest.approx(
        expected, rel=0.04
    )  # 3 standard errors of 0.6/sqrt(4000), and counts


def test_counting_noise_is_that_of_the_number_of_events():
    # A quarter of the cells positive, so that the background (0.3 %) and its spread hardly matter.
    read_out = READ_OUTS["natural_killer_type_1"]
    true = np.full((len(MANY), 1), 0.25)
    found = measure(read_out, true, 0, "healthy", MANY, "a well")
    counted = np.sqrt(0.25 * 0.75 / read_out.events)
    spread = np.hypot(0.1 * 0.25, counted)
    assert found.std() == pytest.approx(spread, rel=0.06)


def test_every_count_is_a_whole_number_of_cells():
    read_out = READ_OUTS["presenting_cell_cytokines"]
    found = measure(read_out, np.full((50, 2), 0.07), 3, "healthy", range(50), "a well")
    np.testing.assert_allclose(found * read_out.events, np.rint(found * read_out.events), atol=1e-9)


def test_il10_below_the_limit_of_detection_reads_as_nothing():
    found = measure(READ_OUTS["interleukin_10"], np.full((20, 1), 0.002), 0, "healthy", range(20), "a well")
    assert (found == 0.0).all()


def test_two_wells_of_a_donor_share_the_donors_background_and_not_the_noise():
    read_out, nothing = READ_OUTS["cd8_type_1"], np.zeros((len(MANY), 1))
    one, two = (measure(read_out, nothing, 0, "healthy", MANY, well)[:, 0] for well in ("one", "two"))
    assert not np.array_equal(one, two)
    between, within, background = 0.5**2, 0.25**2, read_out.background
    counted = 1.0 / (background * read_out.events)  # relative variance of a count
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(between / (between + within + counted), abs=0.1)


def test_a_smaller_assay_is_the_beginning_of_a_larger_one():
    small = run_assay(changed(donors=3), jobs=1).readings
    large = run_assay(changed(donors=5), jobs=1).readings.filter(pl.col("donor") <= 3)
    assert small.equals(large)


def test_an_impossible_number_of_donors_is_refused():
    with pytest.raises(InputError, match="donors = 0 is not possible"):
        run_assay(changed(), donors=0)


def test_sorted_cells_have_only_the_read_outs_they_can_have():
    kept = small_assay().readings.filter(pl.col("sample") == "purified-cd8")["read_out"].unique()
    assert set(kept) == {"cd8_type_1", "interleukin_10"}


def rule(**keys):
    return ResponderRule.model_validate({"at": "18 h", **keys})


def test_the_pooled_cut_is_mean_and_sds_of_the_wells_without_a_stimulus():
    readings = small_assay().readings
    (cut,) = responder_cuts(changed(), rule(read_outs=["cd8_type_1"]), readings, "pbmc")
    own = readings.filter(
        (pl.col("well") == "unstimulated") & (pl.col("read_out") == "cd8_type_1") & (pl.col("hour") == 18.0)
    )["measured"].to_numpy()
    assert len(own) == 36  # healthy donors and patients together
    assert cut.level == pytest.approx(own.mean() + 2.0 * own.std(ddof=1))


def test_more_standard_deviations_never_make_more_responders():
    well = next(well for well in plate(changed()) if well.label == "agonist")
    counts = [
        responder_flags(changed(), rule(standard_deviations=sds), small_assay().readings, well)[
            "responds"
        ].sum()
        for sds in (1, 2, 3, 5)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_the_paired_rule_calls_as_many_false_positives_as_a_normal_difference_would():
    # One read-out, two SDs of the difference itself: up to a tenth, since counts are not quite normal.
    result = run_assay(changed(donors=200, wells=[{"name": "a", "stimuli": {"imp321": "1 nM"}}]), jobs=1)
    again = next(well for well in result.wells if well.label == "unstimulated, again")
    paired = rule(cut="paired", read_outs=["cd8_type_1"])
    flags = responder_flags(result.protocol, paired, result.readings, again)["responds"]
    assert 0.5 * norm.sf(2.0) < flags.mean() < 0.10


def test_responders_are_counted_with_all_groups_together_too():
    rows = {(row.group, row.label): row for row in summarise_assay(small_assay()).responders}
    parts = [rows[group, "IMP321"] for group in ("healthy", "metastatic", "all")]
    assert parts[2].number == parts[0].number + parts[1].number
    assert parts[2].donors == 36
    assert ("healthy", "unstimulated") not in rows  # the cut was made on it


def test_levels_are_above_the_donors_own_well():
    result = small_assay()
    here = above_background(result).filter(
        (pl.col("well") == "IMP321") & (pl.col("read_out") == "cd8_type_1") & (pl.col("hour") == 18.0)
    )
    by_hand = []
    for group, donor in here.select("group", "donor").iter_rows():
        mine = result.readings.filter(
            (pl.col("group") == group)
            & (pl.col("donor") == donor)
            & (pl.col("read_out") == "cd8_type_1")
            & (pl.col("hour") == 18.0)
        )
        value = {row["well"]: row["measured"] for row in mine.iter_rows(named=True)}
        by_hand.append(value["IMP321"] - value["unstimulated"])
    np.testing.assert_allclose(here["above"].to_numpy(), by_hand)


def test_half_of_the_greatest_is_found_between_concentrations_on_a_logarithmic_scale():
    # 1 at 1, 3 at 100, greatest 4: half is 2, midway between the logarithms of 1 and 100.
    found = half_concentrations(np.array([1.0, 100.0, 1000.0]), np.array([[1.0, 3.0, 4.0]]))
    assert found[0] == pytest.approx(10.0)


def test_a_response_that_falls_again_is_measured_on_its_rising_side():
    found = half_concentrations(np.array([1.0, 10.0, 100.0]), np.array([[0.0, 4.0, 0.0]]))
    assert found[0] == pytest.approx(10.0**0.5)


def test_half_effective_concentration_of_a_law_of_mass_action_is_its_constant():
    # Up to a thousand times the constant the greatest response is within 0.1 % of the full one.
    concentrations = np.geomspace(0.01, 1e4, 61)
    shares = concentrations / (concentrations + 10.0)
    donors = np.outer(np.linspace(0.5, 1.5, 20), shares)
    found = half_effective(concentrations, donors, 0)
    assert found.estimate == pytest.approx(10.0, rel=0.02)
    assert found.low <= found.estimate <= found.high


def test_no_response_and_a_response_everywhere_have_no_half_effective_concentration():
    concentrations = np.array([1.0, 10.0])
    noise = np.array([[0.1, -0.1], [-0.1, 0.1], [0.1, 0.0]])
    assert half_effective(concentrations, noise, 0).why == "no response"
    everywhere = np.array([[5.0, 5.1], [5.1, 5.0], [5.0, 5.2]])
    assert half_effective(concentrations, everywhere, 0).why == "below the concentrations tested"


def test_ratio_of_means_has_limits_on_the_logarithm():
    # By hand: means 2 and 1, standard errors 0.2 and 0.1, so sqrt(0.1**2 + 0.1**2) on the logarithm.
    first = np.array([1.0, 3.0] * 2)
    second = first / 2.0
    error = first.std(ddof=1) / 2.0 / 2.0
    found = ratio_of_means(first, second)
    assert found.estimate == pytest.approx(2.0)
    assert found.high == pytest.approx(2.0 * np.exp(1.959964 * np.sqrt(2.0) * error), rel=1e-6)
    assert ratio_of_means(first, -second).estimate is None
