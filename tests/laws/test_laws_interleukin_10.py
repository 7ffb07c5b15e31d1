"""Interleukin-10 blocks type-1 activation; agonists of toll-like receptors make it, IMP321 does not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assay_samples import many_donors
from laws.trials import Arm, has, trial, values
from trialkine.assay.run import solve_group
from trialkine.assay.wells import Well
from trialkine.statistics.paired_change import mean_change
from trialkine.statistics.summary import mean_interval

AGONIST, IMP321 = {"tlr_agonist_concentration": 100.0}, {"imp321_concentration": 62.5}
READ_OUTS = ("cd8_type_1", "natural_killer_type_1")
HOURS = np.array([18.0])


def in_wells(**amounts: dict[str, float]) -> dict[str, dict[str, np.ndarray]]:
    """True values at 18 hours in 100 donors, by well and read-out."""
    wells = tuple(Well(name, name, "pbmc", own) for name, own in amounts.items())
    course = solve_group(wells, "healthy", 100, 0, HOURS, 1)
    return {
        name: {what: course.values[what][n, :, 0] for what in course.values} for n, name in enumerate(amounts)
    }


def donors(label: str, read_out: str) -> np.ndarray:
    """True values at 18 hours of every donor in one kind of well."""
    course = many_donors()
    return course.at(read_out, [well.label for well in course.wells].index(label), 18.0)


@pytest.mark.parametrize("read_out", READ_OUTS)
def test_an_agonist_gives_less_type_1_response_than_imp321_and_blocking_interleukin_10_restores_it(
    read_out: str,
) -> None:
    """D5 (immutep_2007; den_haan_2007 restored it in mice). The blocker was not calibrated on."""
    agonist, blocked, imp321 = (donors(name, read_out) for name in ("agonist", "agonist, blocked", "IMP321"))
    assert has(mean_interval(imp321 - agonist))[1] > 0.0
    assert has(mean_interval(blocked - agonist))[1] > 0.0


@pytest.mark.parametrize("read_out", READ_OUTS)
def test_an_agonist_gives_no_less_than_imp321_where_no_interleukin_10_is_made(read_out: str) -> None:
    """Carried by the release of interleukin-10 in the well."""
    found = in_wells(imp321=IMP321, agonist={**AGONIST, "interleukin_10_release_rate": 0.0})
    assert has(mean_interval(found["agonist"][read_out] - found["imp321"][read_out]))[1] > 0.0


def test_an_agonist_makes_interleukin_10_and_imp321_makes_none() -> None:
    """D5 (brignone_2007). That class II calls for none is assumed; another yield would show."""
    other = in_wells(imp321={**IMP321, "class_ii_interleukin_10_yield": 0.2})
    assert (donors("agonist", "interleukin_10") > 0.0).all()
    assert (donors("IMP321", "interleukin_10") == 0.0).all()
    assert (other["imp321"]["interleukin_10"] > 0.0).all()


def test_what_interleukin_10_rises_in_patients_on_imp321_comes_from_regulatory_cells_alone() -> None:
    """In patients presented antigen calls regulatory cells: IMP321 itself adds nothing (`interleukin_10`)."""
    off = values(regulatory_interleukin_10_gain=0.0)
    result = trial(
        "imp321-dose-escalation-renal",
        {
            "untreated": Arm("Untreated", off),
            "30 mg": Arm("30 mg", off),
            "untreated, usual": "Untreated",
            "30 mg, usual": "30 mg",
        },
        60,
        "2 months",
        assessments={
            "criteria": "recist-1.1",
            "every": "12 weeks",
            "biomarkers": {"interleukin_10": {"at": ["2 weeks"]}},
        },
    )
    levels = {}
    for arm in result.arms:
        visits = result.visits.filter(pl.col("arm") == arm, pl.col("interleukin_10").is_not_null())
        levels[arm] = visits.filter(day=14.0).select("patient", arm="interleukin_10")
    silent = levels["untreated"].join(levels["30 mg"], on="patient", suffix="_treated")
    usual = levels["untreated, usual"].join(levels["30 mg, usual"], on="patient", suffix="_treated")
    assert silent["arm"].to_list() == silent["arm_treated"].to_list()  # the assay error is the patient's own
    assert has(mean_change(usual["arm"].to_numpy(), usual["arm_treated"].to_numpy()).ratio)[1] > 1.0
