"""The pages of a validation: every trial, the numbers of the ledger, and nothing loaded from anywhere."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ledger_samples import empty_ledger, large_ledger, only, sample_ledger
from page_reader import LOADING, Page, squeezed
from trialkine.report.words import BANNER
from trialkine.validation.context import Credibility, Stated, credibility
from trialkine.validation.context_json import context_record
from trialkine.validation.context_page import context_page
from trialkine.validation.coverage import scored_rows
from trialkine.validation.forest_layout import (
    MOST_ROWS,
    drawn_interval,
    forest_blocks,
    shared_axis,
    split_blocks,
)
from trialkine.validation.forest_set import forests
from trialkine.validation.ledger import LedgerRow
from trialkine.validation.ledger_answer import NOTHING_SIMULATED, ONLY_FIT, _so_many, answer_of, ledger_answer
from trialkine.validation.ledger_json import ledger_record
from trialkine.validation.ledger_page import ledger_page
from trialkine.validation.ledger_rows import anchor, shown_trials
from trialkine.validation.ledger_tables import coverage_tables, score_tables, summaries_of
from trialkine.validation.ledger_words import shown, with_unit
from trialkine.validation.misses import shown_misses
from trialkine.validation.pit_figure import bins_for, expected_range
from trialkine.validation.worst import worst_misses

ROOT = Path(__file__).parents[2]


@cache
def sample_page() -> str:
    return ledger_page(sample_ledger())


@cache
def review() -> Credibility:
    return credibility(sample_ledger(), Stated(agents=("aldesleukin", "temozolomide")), {})


# -- the ledger's page ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [sample_page, lambda: context_page(review())], ids=["ledger", "context"])
def test_a_page_is_well_formed_and_loads_nothing(page) -> None:
    html = page()
    found = Page(html)
    assert found.open == []
    assert not LOADING & {tag for tag, _ in found.tags}
    addresses = [value for _, found in found.tags for name, value in found.items() if name in ("src", "href")]
    assert [address for address in addresses if not str(address).startswith("#")] == []
    links = {address for address in addresses if address}
    places = [found.get("id") for _, found in found.tags if found.get("id")]
    assert links <= {f"#{place}" for place in places}
    assert len(places) == len(set(places))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("page", [sample_page, lambda: context_page(review())], ids=["ledger", "context"])
def test_a_page_warns_at_both_ends(page) -> None:
    assert page().count(BANNER) == 2


@pytest.mark.parametrize("where", ["the catalogue of the package", "the folder 'mine'", ""])
def test_pages_say_whose_trials_were_predicted(where: str) -> None:
    ledger = replace(sample_ledger(), trials_of=where, left_out=())
    of = f" of {where}" if where else ""
    text = Page(ledger_page(ledger)).text
    assert f"Every published trial{of} was predicted." in text
    found = credibility(ledger, Stated(agents=("aldesleukin",)), {})
    html = context_page(found)
    assert f"<h2>Validation{f' with the trials{of}' if where else ''}</h2>" in html.replace("&#39;", "'")
    said = f"The ledger has the published trials{of}; no others count here."
    assert (said in Page(html).text) == bool(where)
    assert ("folder '" in Page(html).text) == ("folder" in where)
    assert context_record(found)["validation"]["trials_of"] == ledger_record(ledger)["trials_of"] == where


def test_the_full_table_and_the_data_say_which_trials_the_ensemble_has_seen() -> None:
    first, *others = sample_ledger().rows
    rows = [replace(row, is_seen=row.trial == first.trial) for row in (first, *others)]
    ledger = replace(sample_ledger(), rows=tuple(rows))
    seen = {one.trial: one.about.endswith(" · seen by the ensemble") for one in shown_trials(rows)}
    assert seen == {row.trial: row.trial == first.trial for row in rows}
    told = {one["trial"]: one["seen_by_ensemble"] for one in ledger_record(ledger)["trials"]}
    assert told == seen


def test_every_trial_arm_and_reason_of_leaving_out_is_on_the_page() -> None:
    ledger, text = sample_ledger(), Page(sample_page()).text
    for row in ledger.rows:
        assert f'id="{anchor(row.trial)}"' in sample_page()
        assert row.title in text
        assert row.arm in text
    for name, why in ledger.left_out:
        assert name in text
        assert why in text
    for value in ledger.about.values():
        assert value in text


def table_rows(trial: str) -> list[list[str]]:
    """The cells of a trial's rows in the full table, without headings and remarks."""
    body = sample_page().split(f'<tbody id="{anchor(trial)}">')[1].split("</tbody>")[0]
    lines = [line for line in body.split("<tr")[1:] if 'scope="row"' in line]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, flags=re.DOTALL) for line in lines]
    return [[squeezed(re.sub("<[^>]+>", " ", cell)) for cell in line] for line in cells]


def number(row: LedgerRow, value: float) -> str:
    """As the table should print a value, worked out anew."""
    if math.isinf(value):
        return "not reached"
    return f"{value:.1f}" if row.metric.endswith("_months") else f"{100 * value:.1f}"


def expected_cells(row: LedgerRow) -> list[str]:
    """n, reported, predicted with 80 %, 95 %, where it lies, PIT, CRPS, pool with 80 %, the pool's CRPS."""

    def interval(found, level: float) -> str:
        return " to ".join(number(row, limit) for limit in found.intervals[level])

    def score(found) -> str:
        if found is None or found.crps is None:
            return "–"
        return f"{found.crps:.2f}" if row.metric.endswith("_months") else f"{100 * found.crps:.1f}"

    found = row.predicted
    pool = row.baselines.get("same class") or row.baselines.get("same disease")
    beside = (
        f" {number(row, row.reported_low)} to {number(row, row.reported_high)}"
        if row.reported_low is not None
        else ""
    )
    verdict = "–"
    if row.is_scored and found is not None:
        inside = [low <= row.reported <= high for low, high in (found.intervals[0.8], found.intervals[0.95])]
        verdict = "inside 80 %" if inside[0] else "outside 80 %" if inside[1] else "outside 95 %"
    return [
        str(row.n),
        f"{'≥ ' if row.at_least else ''}{number(row, row.reported)}{beside}",
        "–" if found is None else f"{number(row, found.median)} {interval(found, 0.8)}",
        "–" if found is None else interval(found, 0.95),
        verdict,
        "–" if found is None or found.pit is None else f"{found.pit:.2f}",
        score(found),
        "–" if pool is None else f"{number(row, pool.median)} {interval(pool, 0.8)}",
        score(pool),
    ]


def test_the_numbers_of_the_full_table_are_those_of_the_rows() -> None:
    ledger = sample_ledger()
    for trial in {row.trial for row in ledger.rows}:
        mine = [row for row in ledger.rows if row.trial == trial]
        by_arm = [row for arm in dict.fromkeys(row.arm for row in mine) for row in mine if row.arm == arm]
        assert [cells[1:] for cells in table_rows(trial)] == [expected_cells(row) for row in by_arm]


def test_unscored_rows_say_why() -> None:
    text = Page(sample_page()).text
    for row in sample_ledger().rows:
        if not row.is_scored:
            assert f"Not scored: {row.why}." in text


def test_every_miss_and_no_hit_is_told_the_worst_first() -> None:
    ledger, text = sample_ledger(), Page(sample_page()).text
    outside = [row for row in ledger.rows if row.is_scored and row.predicted and not row.is_inside[0.80]]
    told = shown_misses(ledger.rows, leave_out=False)
    assert len(told) == len(outside) > 10
    beyond = [miss.verdict == "outside 95 %" for miss in told]
    assert beyond == sorted(beyond, reverse=True)
    places = [text.index(squeezed(miss.words)) for miss in told]
    assert places == sorted(places)
    sentences = {miss.sentence for miss in worst_misses(outside)}
    assert all(any(miss.words.startswith(sentence) for sentence in sentences) for miss in told)


def test_a_miss_says_whether_history_was_closer() -> None:
    ledger = sample_ledger()
    row = next(
        row for row in ledger.rows if row.trial == "ci-il2-melanoma-harbour-1994" and row.metric == "orr"
    )
    pool, own = row.baselines["same class"], row.predicted
    assert own is not None
    assert own.crps is not None
    for crps, words in ((own.crps / 2, "and was closer"), (own.crps * 2, "and was no closer")):
        changed = replace(row, baselines={"same class": replace(pool, crps=crps)})
        (miss,) = shown_misses([changed], leave_out=False)
        assert miss.words.endswith(f"{words}. The model was calibrated on this trial.")
    (alone,) = shown_misses([replace(row, baselines={})], leave_out=True)
    assert alone.words.endswith("There is no historical pool for it.")


def test_the_coverage_table_counts_what_lies_inside() -> None:
    ledger = sample_ledger()
    (never, calibrated) = coverage_tables(summaries_of(ledger.rows), leave_out=False)
    for found, use in ((never, "prediction"), (calibrated, "calibration")):
        rows = [row for row in scored_rows(ledger.rows) if row.use == use]
        response = [row for row in rows if row.metric == "orr"]
        cells = {row.head: row.cells for row in found.rows}
        assert cells["Response rate"][0].value == str(len(response))
        for place, level in enumerate((0.50, 0.80, 0.95), start=1):
            share = sum(row.is_inside[level] for row in response) / len(response)
            assert cells["Response rate"][place].value == f"{100 * share:.0f} %"
        assert cells["All outcomes"][0].value == str(len(rows))
        for row in found.rows:
            assert row.head in Page(sample_page()).text


def test_scores_say_better_or_worse_than_the_pool() -> None:
    ledger = sample_ledger()
    row = next(row for row in ledger.rows if row.metric == "orr" and row.use == "prediction")
    assert row.predicted is not None
    assert row.predicted.crps is not None
    for factor, words in ((0.5, "worse (× 2.00)"), (2.0, "better (× 0.50)"), (1.0, "equal")):
        pool = replace(row.predicted, crps=factor * row.predicted.crps)
        rows = [replace(row, baselines={"same class": pool})]
        (table,) = score_tables(summaries_of(rows), leave_out=False)
        assert table.rows[0].cells[1].value == words
        assert table.rows[0].cells[2].value == "–"


def test_the_answer_gives_trials_shares_and_scores() -> None:
    ledger = sample_ledger()
    answer = answer_of(ledger)
    scored = scored_rows(ledger.rows)
    assert (
        answer.lead
        == f"11 published trials with 14 arms and 44 reported numbers, {len(scored)} of them scored."
    )
    (never, calibrated) = answer.findings
    assert never[0] == "4 trials never used for calibration"
    rows = [row for row in scored if row.use == "calibration" and row.metric == "orr"]
    inside = [sum(row.is_inside[level] for row in rows) for level in (0.80, 0.95)]
    assert len(rows) < 10  # too few for per cent
    said = f"of {len(rows)} response rates, {inside[0]} lie inside the 80 % interval and {inside[1]} inside"
    assert said in calibrated[1]
    assert "the mean CRPS is worse for shares of patients" in never[1]
    assert answer.caution == ""
    assert (
        squeezed(" ".join([answer.lead, *(f"{a}: {b}" for a, b in answer.findings)]))
        in Page(sample_page()).text
    )
    assert len(ledger_answer(ledger)) == 3


def test_a_ledger_of_calibration_alone_says_that_it_is_fit() -> None:
    assert answer_of(only("calibration")).caution == ONLY_FIT
    assert answer_of(replace(only("calibration"), leave_out=True)).caution == ""
    assert answer_of(only("prediction")).caution == ""


def test_left_out_families_are_named_in_tables_and_figures() -> None:
    ledger = sample_ledger(leave_out=True)
    html = ledger_page(replace(ledger, rows=tuple(row for row in ledger.rows if row.metric == "orr")))
    assert "Calibration trials, each family predicted without itself" in html
    assert "calibration trial, left out, predicted" in html
    assert "The model was calibrated on this trial" not in html
    assert "<caption><span>All trials</span></caption>" in html


def test_an_empty_ledger_gives_a_page_that_says_so() -> None:
    page = Page(ledger_page(empty_ledger()))
    assert NOTHING_SIMULATED in page.text
    assert "no agent file for interferon gamma" in page.text
    assert not any(tag == "svg" for tag, _ in page.tags)
    assert "nan" not in page.text.lower().split()


def test_a_ledger_without_a_scored_row_gives_a_page_too() -> None:
    ledger = sample_ledger()
    rows = tuple(replace(row, is_scored=False, why="selected") for row in ledger.rows)
    text = Page(ledger_page(replace(ledger, rows=rows[:3]))).text
    assert "None of them can be scored" in text
    assert "Not scored: selected." in text


def test_what_is_not_reached_is_said_in_words() -> None:
    assert shown("os_median_months", math.inf) == "not reached"
    assert shown("os_median_months", math.nan) == "–"
    assert with_unit("orr", 0.125) == "12.5 %"
    text = Page(sample_page()).text
    assert "10.0 to not reached" in text
    assert " inf" not in text
    assert "nan" not in text.split()


# -- figures ----------------------------------------------------------------------------------------


def test_every_predicted_row_is_drawn_once_and_no_figure_is_long() -> None:
    for ledger in (sample_ledger(), large_ledger()):
        drawn = [row for forest in forests(ledger.rows) for row in forest.rows]
        predicted = [row for row in ledger.rows if row.predicted is not None]
        assert sorted(map(id, drawn)) == sorted(map(id, predicted))
        for forest in forests(ledger.rows):
            assert max(sum(len(block.rows) for block in page) for page in forest.pages) <= MOST_ROWS


def test_a_class_is_cut_only_if_it_is_longer_than_a_figure() -> None:
    rows = [row for row in large_ledger().rows if row.metric == "orr"]
    blocks = [block for page in split_blocks(forest_blocks(rows)) for block in page]
    assert not any(block.is_continued for block in blocks)
    short = [block for page in split_blocks(forest_blocks(rows), 4) for block in page]
    assert any(block.is_continued for block in short)
    assert all(len(block.rows) <= 4 for block in short)


def test_an_axis_holds_every_finite_number() -> None:
    for forest in forests(sample_ledger().rows):
        axis = shared_axis(forest.rows)
        for row in forest.rows:
            assert row.predicted is not None
            ends = [row.reported, row.predicted.median, *row.predicted.intervals[0.95]]
            assert all(axis.low <= end <= axis.high for end in ends if math.isfinite(end))
        assert len(axis.ticks) >= 2


def test_a_share_without_a_printed_interval_is_drawn_with_exact_limits() -> None:
    row = next(row for row in sample_ledger().rows if row.metric == "orr" and row.n == 25)
    bare = replace(row, reported_low=None, reported_high=None)
    assert drawn_interval(row) == (row.reported_low, row.reported_high)
    assert drawn_interval(bare) == pytest.approx((0.0, 1 - 0.025 ** (1 / 25)))  # none of 25, closed form
    assert drawn_interval(replace(bare, n=None)) is None
    assert drawn_interval(replace(bare, at_least=True)) is None
    assert drawn_interval(replace(bare, metric="os_rate_12m")) is None


def test_many_agents_are_counted_and_listed_beneath() -> None:
    agents = ("aldesleukin", "temozolomide", "dacarbazine", "cisplatin", "vinblastine")
    found = credibility(sample_ledger(), Stated(agents=agents), {})
    assert "a trial of any of the 5 agents below" in found.use
    assert "Aldesleukin, Temozolomide, Dacarbazine" in Page(context_page(found)).text


def test_bins_of_the_transform_follow_the_number_of_values() -> None:
    assert bins_for(20) < bins_for(60)
    low, high = expected_range(100, 10)
    assert low < 10 < high


@pytest.mark.parametrize(
    ("count", "of", "said"), [(1, 1, "1"), (9, 9, "9"), (9, 10, "90 %"), (48, 55, "87 %")]
)
def test_few_numbers_are_counted_and_many_given_in_per_cent(count: int, of: int, said: str) -> None:
    assert _so_many(count, of) == said
