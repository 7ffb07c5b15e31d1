"""The tables of a finished arm: columns, kinds, keys and sums."""

import numpy as np
import polars as pl
import pytest

from trial_samples import conducted, doses_in_body, line, toy_patients, toy_protocol
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.tables import arm_tables, join_tables

TIMES = {
    "best_response": pl.String, "response_day": pl.Float64, "progression_day": pl.Float64,
    "progression_reason": pl.String, "ttp_days": pl.Float64, "ttp_event": pl.Boolean,
    "pfs_days": pl.Float64, "pfs_event": pl.Boolean, "os_days": pl.Float64, "os_event": pl.Boolean,
    "dor_days": pl.Float64, "dor_event": pl.Boolean,
}  # fmt: skip
KEYS = {"arm": pl.String, "trial": pl.Int64, "patient": pl.Int64}
DOSES = dict.fromkeys(("doses_planned", "doses_given", "doses_held"), pl.Int64)
DELIVERY = {**DOSES, "relative_dose_intensity": pl.Float64, "worst_grade": pl.Int64}
COLUMNS = {
    "patients": {
        **KEYS, "status": pl.String, "age": pl.Float64, "sex": pl.String, "weight_kg": pl.Float64,
        "body_surface_m2": pl.Float64, "performance_status": pl.Int64, "baseline_sld_mm": pl.Float64,
        "baseline_spd_mm2": pl.Float64, "enrolled_month": pl.Float64, "follow_up_days": pl.Float64,
        "death_cause": pl.String,
        "off_study_reason": pl.String, "product_outcome": pl.String, **DELIVERY, **TIMES,
    },
    "lines": {
        **KEYS, "line": pl.Int64, "agent": pl.String, "start_day": pl.Float64, "end_day": pl.Float64,
        "end_reason": pl.String, **TIMES, **DELIVERY,
    },
    "visits": {
        **KEYS, "day": pl.Float64, "kind": pl.String, "line": pl.Int64, "sld_mm": pl.Float64,
        "spd_mm2": pl.Float64, "new_lesion": pl.Boolean, "response": pl.String, "plasma_vegf": pl.Float64,
    },
    "lesions": {**KEYS, "day": pl.Float64, "lesion": pl.Int64, "diameter_mm": pl.Float64},
    "exposure": {
        **KEYS, "line": pl.Int64, "agent": pl.String, "cycle": pl.Int64, "start_day": pl.Float64,
        "planned": pl.Int64, "given": pl.Int64, "held": pl.Int64, "dose_factor": pl.Float64,
        "amount_given": pl.Float64, "dose_unit": pl.String, "is_background": pl.Boolean,
    },
}  # fmt: skip
UNIQUE = {
    "patients": [],
    "lines": ["line"],
    "visits": ["day"],
    "lesions": ["day", "lesion"],
    "exposure": ["line", "cycle"],
}
SIZE = 40


@pytest.fixture(scope="module")
def arm():
    """Patients of every kind: dying, ill, responding, intolerant, dropping out, of two repetitions."""
    generator = np.random.default_rng(5)
    patients = toy_patients(
        SIZE,
        ids=np.arange(SIZE) // 2,
        replicate=np.arange(SIZE) % 2,
        early_slope=generator.normal(0.0, 0.01, (SIZE, 2)),
        late_slope=0.005,
        turn_day=generator.uniform(0.0, 400.0, SIZE),
        disease_death_day=generator.exponential(500.0, SIZE),
        treatment_death_day=generator.exponential(2000.0, SIZE),
        symptom_day=generator.exponential(800.0, SIZE),
        new_lesion_rate=0.002,
        new_lesion_threshold=generator.exponential(1.0, SIZE),
        alpha_hold_from=generator.uniform(0.0, 300.0, SIZE),
        cut_off=generator.uniform(300.0, 700.0, SIZE),
        dropout=generator.exponential(3000.0, SIZE),
    )
    protocol = toy_protocol(
        [
            line(schedule="weekly, cycles of 4 weeks, while not progressing"),
            line("beta", starts="within 6 weeks after alpha fails"),
        ],
        assessments={"biomarkers": {"plasma_vegf": {"at": ["4 weeks"]}}},
    )
    record, ensemble = conducted(protocol, patients)
    return record, ensemble, arm_tables(record, find_criteria("who-1979"), 28.0)


@pytest.fixture(scope="module")
def tables(arm):
    return arm[2]


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_their_kinds_are_those_agreed(tables, name):
    assert dict(tables[name].schema) == COLUMNS[name]


@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_missing_is_null_and_never_a_nan(tables, name):
    floats = tables[name].select(pl.selectors.float())
    assert floats.width > 0
    assert floats.select(pl.all().is_nan().any()).row(0) == (False,) * floats.width


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_has_its_own_key(tables, name):
    keys = [*KEYS, *UNIQUE[name]]
    assert tables[name].height > 0
    assert not tables[name].select(keys).is_duplicated().any()


def test_everybody_has_a_row_in_order_of_enrolment(tables):
    assert tables["patients"].height == SIZE
    assert tables["patients"]["patient"].to_list() == [row // 2 for row in range(SIZE)]


def test_doses_of_a_patient_are_the_sum_of_lines_and_of_cycles(tables):
    by = ["arm", "trial", "patient"]
    of_patients = tables["patients"].select(*by, *DOSES).sort(by)
    of_lines = tables["lines"].group_by(by).agg(pl.col(list(DOSES)).sum()).sort(by)
    of_cycles = (
        tables["exposure"]
        .group_by(by)
        .agg(
            doses_planned=pl.col("planned").sum(),
            doses_given=pl.col("given").sum(),
            doses_held=pl.col("held").sum(),
        )
        .sort(by)
    )
    assert of_patients.equals(of_lines)
    assert of_patients.equals(of_cycles)
    total = of_patients.select(pl.col("doses_planned") == pl.col("doses_given") + pl.col("doses_held"))
    assert total.to_series().all()


def test_the_amounts_given_are_what_is_in_the_patients(arm):
    record, ensemble, tables = arm
    ids = {"trial": record.enrolled.replicate, "patient": record.enrolled.ids}
    for agent in ("alpha", "beta"):
        given = (
            tables["exposure"].filter(agent=agent).group_by("trial", "patient").agg(pl.sum("amount_given"))
        )
        expected = pl.DataFrame({**ids, "body": doses_in_body(ensemble, agent)})
        both = expected.join(given, on=["trial", "patient"], how="left").fill_null(0.0)
        np.testing.assert_allclose(both["amount_given"], both["body"], atol=1e-9)


def test_every_way_out_occurs_and_is_told_once(tables):
    patients = tables["patients"]
    dead = patients["death_cause"].is_not_null()
    gone = patients["off_study_reason"].is_not_null()
    assert (dead ^ gone).all()
    assert (dead == patients["os_event"]).all()
    assert set(patients["death_cause"].drop_nulls()) == {"disease", "treatment"}
    assert set(patients["off_study_reason"].drop_nulls()) == {"dropout", "data cut-off"}
    ends = set(tables["lines"]["end_reason"].drop_nulls())
    assert {"progression", "toxicity", "death", "lost to follow-up"} <= ends


def test_times_are_in_their_order(tables):
    for name in ("patients", "lines"):
        table = tables[name]
        assert (table["pfs_days"] <= table["os_days"] + 1e-9).all()
        assert (table["ttp_days"] <= table["os_days"] + 1e-9).all()
        assert (table["pfs_days"] >= 0.0).all()
        implied = table.filter("ttp_event").select(
            pl.col("pfs_event") & (pl.col("ttp_days") == pl.col("pfs_days"))
        )
        assert implied.to_series().all()
        assert (table["dor_days"].is_not_null() == table["best_response"].is_in(["PR", "CR"])).all()


def test_baselines_are_those_of_the_first_visit(tables):
    first = tables["visits"].filter(pl.col("day") == 0.0)
    assert first["sld_mm"].to_list() == tables["patients"]["baseline_sld_mm"].to_list()
    lesions = tables["lesions"].filter(pl.col("day") == 0.0).group_by("trial", "patient", maintain_order=True)
    summed = lesions.agg(sld=pl.sum("diameter_mm"), spd=(pl.col("diameter_mm") ** 2).sum())
    np.testing.assert_allclose(summed["sld"], tables["patients"]["baseline_sld_mm"])
    np.testing.assert_allclose(summed["spd"], tables["patients"]["baseline_spd_mm2"])


def test_visits_say_what_the_line_of_their_time_showed(tables):
    progression = tables["lines"].filter(pl.col("progression_day").is_not_null())
    seen = progression.join(
        tables["visits"],
        left_on=[*KEYS, "line", "progression_day"],
        right_on=[*KEYS, "line", "day"],
    )
    assert seen.height == progression.height > 10
    assert set(seen["response"]) == {"PD"}


def test_blood_alone_has_no_tumour_size(tables):
    alone = tables["visits"].filter(pl.col("day") == 28.0)
    assert alone.height > 0
    assert alone["sld_mm"].null_count() == alone.height
    assert alone["plasma_vegf"].null_count() == 0
    assert set(alone["response"]) == {"NE"}


def test_a_failed_patient_is_a_row_without_outcomes():
    patients = toy_patients(3, disease_death_day=[1e6, np.nan, 1e6], volume=[[1, 1], [np.nan, 1], [1, 1]])
    record, _ = conducted(toy_protocol([line()]), patients)
    record.status[1] = 3
    tables = arm_tables(record, find_criteria("who-1979"), None)
    (row,) = tables["patients"].filter(patient=1).to_dicts()
    assert row["status"] == "not_finite"
    outcomes = ("ttp_days", "pfs_days", "os_days", "os_event", "off_study_reason", "death_cause")
    assert [row[name] for name in outcomes] == [None] * 6
    assert tables["lines"].filter(patient=1).is_empty()
    assert tables["patients"]["off_study_reason"].to_list() == ["data cut-off", None, "data cut-off"]
    assert tables["patients"]["os_days"].to_list() == [365.0, None, 365.0]


def test_tables_of_arms_are_stacked(tables):
    both = join_tables([tables, tables])
    assert {name: table.height for name, table in both.items()} == {
        name: 2 * table.height for name, table in tables.items()
    }


def test_an_arm_where_nobody_reached_the_second_line_has_the_same_columns():
    protocol = toy_protocol(
        [line(), line("beta", starts="at once after alpha fails")],
        assessments={"biomarkers": ["plasma_vegf"]},
    )
    record, _ = conducted(protocol, toy_patients(2, cut_off=0.0))
    tables = arm_tables(record, find_criteria("who-1979"), None)
    for name, columns in COLUMNS.items():
        assert dict(tables[name].schema) == columns
    assert tables["lines"]["line"].to_list() == [1, 1]
    assert tables["patients"]["doses_planned"].to_list() == [0, 0]


def test_an_arm_where_everybody_failed_still_has_its_tables():
    record, _ = conducted(toy_protocol([line()]), toy_patients(2))
    record.status[:] = 2
    tables = arm_tables(record, find_criteria("who-1979"), None)
    assert tables["patients"]["status"].to_list() == ["step_too_small"] * 2
    assert tables["patients"]["os_days"].null_count() == 2
    assert tables["lines"].is_empty()
