"""A report of patients who wait, who are only observed, and who have background treatment."""

import polars as pl
import pytest

from trialkine.report.adam import adam_tables
from trialkine.report.dose_counts import agent_doses
from trialkine.report.figure_set import draw_figures
from trialkine.report.flow import arm_flows
from trialkine.report.outcomes import summarise
from trialkine.report.table_types import typed
from trialkine.report.tables import dose_table, line_table, outcome_table
from trialkine.report.words import plain_name
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol

CELLS = "tumour_infiltrating_lymphocytes"
PATIENTS = 12


def protocol(*arms, **keys):
    return Protocol.from_dict(
        {
            "schema": 1,
            "title": "Cells and observation",
            "disease": "melanoma",
            **({"arms_are": "counterfactual"} if len(arms) > 1 else {}),
            "arms": list(arms),
            "assessments": {"criteria": "recist-1.1", "every": "8 weeks"},
            "enrolment": {"patients": PATIENTS, "per_month": 6},
            "follow_up": "6 months",
            **keys,
        }
    )


OBSERVED = {"name": "Observation", "treatment": []}
TREATED = {
    "name": "Cells",
    "treatment": [
        {
            "agent": CELLS,
            "dose": "5e10 cells",
            "route": "intravenous over 30 min",
            "schedule": "once",
            "starts": f"when {CELLS} is ready",
        }
    ],
}
BACKGROUND = {
    "agent": "im862",
    "dose": "20 mg",
    "route": "intranasal",
    "schedule": "three times daily",
    "share": 0.5,
}


@pytest.fixture(scope="module")
def result():
    return typed(run_protocol(protocol(TREATED, OBSERVED, background=[BACKGROUND]), seed=3, jobs=1))


def test_everybody_who_waited_is_counted_once(result):
    cells, observed = arm_flows(result)
    assert sum(count for _, count in cells.products) == cells.evaluable == PATIENTS
    started = {line: count for line, _, count in cells.lines}
    assert dict(cells.products).get("given", 0) == started.get(2, 0)
    assert observed.products == ()
    assert observed.lines == ((1, "observation", PATIENTS),)


def test_background_treatment_is_counted_and_no_line(result):
    cells, observed = arm_flows(result)
    ((agent, received),) = observed.background
    assert agent == "im862"
    assert 0 < received < PATIENTS
    assert cells.background == observed.background  # the same patients
    exposure = adam_tables(result)["ADEX"]
    assert set(exposure.filter(pl.col("EXBKGFL") == "Y")["EXTRT"]) == {"IM862"}
    assert set(exposure.filter(pl.col("EXBKGFL") == "N")["EXTRT"]) <= {CELLS.upper()}


def test_the_tables_name_observation_and_background_treatment(result):
    summary = summarise(result)
    lines = [row.head for row in line_table(summary).rows]
    assert lines == [
        "Cells: line 1, Observation",
        f"Cells: line 2, {plain_name(CELLS)}",
        "Observation: line 1, Observation",
    ]
    doses = [row.head for row in dose_table(agent_doses(result)).rows]
    assert "Observation: background treatment, IM862" in doses
    (intensity,) = [row for row in outcome_table(summary).rows if row.head.startswith("Relative dose")]
    assert intensity.cells[1].value == "–"
    assert intensity.cells[1].remark == "no dose was due"


def test_a_trial_of_observation_alone_has_every_figure_but_that_of_doses():
    result = typed(run_protocol(protocol(OBSERVED), seed=3, jobs=1))
    figures = draw_figures(result, summarise(result))
    assert "swimmer" in figures
    assert "dose_delivery" not in figures
    assert adam_tables(result)["ADEX"].height == 0
