"""The gallery and the published records name what the examples hold, and every example is in the gallery."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

import trialkine as tk
from protocol_samples import EXAMPLES, TRIAL_FILES

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery.md"
LARGEST_FIGURE = 150_000  # bytes; a page with forty of them still opens


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import example_gallery
    import example_records

    yield example_gallery, example_records
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def arms():
    """The arms of every example, and how many lines each has."""
    found = {}
    for path in TRIAL_FILES:
        found[path.stem] = {arm.name: len(arm.treatment) for arm in tk.Protocol.read(path).arms}
    return found


def test_every_example_has_one_entry_whose_arms_exist(benchmark, arms):
    gallery, _ = benchmark
    entries = [entry for section in gallery.read_entries().values() for entry in section]
    assert Counter(entry.example for entry in entries) == Counter(
        path.stem for path in EXAMPLES.glob("*.yaml")
    )
    for entry in entries:
        assert set(entry.contrast or ()) <= set(arms.get(entry.example, ())), entry.example
        assert entry.metric in gallery.METRIC_WORDS
        # A name such as interleukin-2 may stand in a lesson, a result may not: results come from the run.
        assert not re.search(r"(?<![\w-])\d", entry.conclude), entry.example


def test_every_record_belongs_to_an_arm_and_a_line_of_an_example(benchmark, arms):
    _, records = benchmark
    found = records.read_records()
    assert len(found) > 50
    for record in found:
        assert record.arm in arms[record.example], record
        assert record.line is None or record.line <= arms[record.example][record.arm]
        assert record.metric in records.MEASURES
        assert record.used in {"calibrated", "compared", "no"}
        assert not record.is_rate or 0 <= record.value <= 100
        assert (record.metric == "pfs_rate") == (record.at_weeks is not None)


def test_a_published_rate_agrees_when_zero_lies_in_the_interval_of_the_difference(benchmark):
    _, records = benchmark
    record = records.Record("x", "A", "orr", 50.0, "ROW", "no", size=10)
    low, high = record.interval  # 5 of 10: 18.7 to 81.3 %, tabulated for Clopper and Pearson's limits
    assert (low, high) == pytest.approx((18.7, 81.3), abs=0.05)
    # 80 % (76 to 84): the difference of 30 has its lower limit at 30 - sqrt(4^2 + 31.3^2) < 0.
    assert records.Comparison(record, 80.0, 76.0, 84.0).verdict == "agrees"
    # 85 % (81 to 89): 35 - sqrt(4^2 + 31.3^2) = 3.4 > 0, although the two intervals overlap.
    assert records.Comparison(record, 85.0, 81.0, 89.0).verdict == "too high"
    assert records.Comparison(record, 10.0, 8.0, 12.0).verdict == "too low"
    median = records.Record("x", "A", "os_median_months", 10.0, "ROW", "no")
    assert records.Comparison(median, 12.0, 11.0, 13.0).verdict == "near"
    assert records.Comparison(median, 14.0, 13.0, None).verdict == "too high"


def test_every_figure_of_the_gallery_is_there_and_small():
    text = GALLERY.read_text("utf-8")
    shown = re.findall(r"\]\((figures/[^)]+)\)", text)
    assert len(shown) > len(TRIAL_FILES)
    for name in shown:
        assert (GALLERY.parent / name).stat().st_size < LARGEST_FIGURE, name
    models = (GALLERY.parent / "published-models.md").read_text("utf-8")
    others = re.findall(r"\]\((figures/[^)]+)\)", models)
    assert {Path(name).name for name in (*shown, *others)} == {
        path.name for path in (GALLERY.parent / "figures").iterdir()
    }
    assert "](gallery.md)" in (GALLERY.parent / "index.md").read_text("utf-8")
