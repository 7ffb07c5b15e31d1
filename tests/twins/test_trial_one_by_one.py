"""The trial loop over all patients at once equals a plain story told for one patient after the other.

Two lines, symptoms, new lesions, deaths, drop-out, missed scans, and readers who err and change; the
tumours follow the closed form of the toy disease, and the criteria are written out again (WHO).
"""

from __future__ import annotations

import numpy as np
import pytest

from trial_samples import conducted, line, toy_patients, toy_protocol
from trialkine.trial.luck import Luck
from trialkine.trial.measurement import constant

SIZE, SEED, MISSED = 150, 6, 0.15
EVERY, WITHIN = 56.0, 42.0
PROTOCOL = toy_protocol(
    [line(), line("beta", starts="within 6 weeks after alpha fails")],
    assessments={"missed_fraction": MISSED},
)


def sample():
    generator = np.random.default_rng(8)
    return {
        "volume": generator.lognormal(0.0, 1.0, (SIZE, 2)),
        "early_slope": generator.normal(-0.01, 0.02, (SIZE, 2)),
        "late_slope": generator.normal(0.005, 0.01, (SIZE, 2)),
        "turn_day": generator.uniform(0.0, 300.0, SIZE),
        "disease_death_day": generator.exponential(700.0, SIZE),
        "symptom_day": generator.exponential(700.0, SIZE),
        "new_lesion_rate": generator.lognormal(-6.0, 1.0, SIZE),
        "new_lesion_threshold": generator.exponential(1.0, SIZE),
    }


class Story:
    """One patient's trial, told with loops and lists."""

    def __init__(self, truth, number, end):
        self.truth = {name: values[number] for name, values in truth.items()}
        self.luck = Luck(SEED, np.array([number]), np.array([0]))
        self.end = end
        self.visits, self.scans, self.reader = [], 0, 0
        self.baseline = 0
        self.starts, self.progressions = [], [np.nan, np.nan]
        self.lesion_days = self.new_lesions()

    def chance(self, kind, purpose, count=1):
        return getattr(self.luck, kind)(purpose, np.array([0]), count)[0]

    def new_lesions(self):
        days, threshold = [], self.truth["new_lesion_threshold"]
        while threshold / self.truth["new_lesion_rate"] < self.end:
            days.append(threshold / self.truth["new_lesion_rate"])
            threshold += self.chance("exponentials", f"new lesion {len(days)}")[0]
        return days

    def look(self, day, kind):
        """A scan: what each lesion measures, and whether a lesion is new since the baseline."""
        t = self.truth
        growth = t["early_slope"] * min(day, t["turn_day"]) + t["late_slope"] * max(0.0, day - t["turn_day"])
        volumes = t["volume"] * np.exp(growth)
        if self.scans > 0 and self.chance("uniforms", f"reader change {self.scans}")[0] < 0.5:
            self.reader = self.scans
        error = constant("lesion_reading_sd") * self.chance("normals", f"lesion reading {self.scans}", 2)
        error = error + constant("reader_sd") * self.chance("normals", f"reader {self.reader}")[0]
        self.scans += 1
        true = 2.0 * (3.0 * volumes / (4.0 * np.pi)) ** (1 / 3) * 10.0
        sizes = [d * np.exp(e) if v > 0.03 else 0.0 for d, e, v in zip(true, error, volumes, strict=True)]
        is_baseline = kind == "baseline"
        if is_baseline:
            self.baseline = len(self.visits)
        since = day if is_baseline else self.visits[self.baseline][0]
        new = not is_baseline and any(since < lesion < day for lesion in self.lesion_days)
        self.visits.append((day, kind, sizes, new))

    def has_progressed(self):
        """The WHO rule on the visits since the baseline; only the last can be the first to show it."""
        seen = [visit for visit in self.visits[self.baseline :] if visit[1] != "missed"]
        first = seen[0][2]
        products = [sum(s * s for s, f in zip(v[2], first, strict=True) if f > 0.0) for v in seen]
        cleared = any(f > 0.0 for f in first) and any(
            all(s == 0.0 for s, f in zip(v[2], first, strict=True) if f > 0.0) for v in seen[:-1]
        )
        _, kind, sizes, new = seen[-1]
        smallest = min(products[:-1])
        grown = products[-1] >= 1.25 * smallest and products[-1] > smallest
        appeared = any(s > 0.0 and f == 0.0 for s, f in zip(sizes, first, strict=True))
        return kind == "unscheduled" or new or grown or appeared or (cleared and any(sizes))

    def tell(self):
        death, symptoms = self.truth["disease_death_day"], self.truth["symptom_day"]
        last = min(death, self.end)
        start = 0.0
        while start <= last and len(self.starts) < 2:
            self.starts.append(start)
            self.look(start, "baseline")
            progression = self.follow(start, last, symptoms)
            self.progressions[len(self.starts) - 1] = progression
            if np.isnan(progression):
                return self
            start = progression + WITHIN * self.chance("uniforms", "delay of a line")[0]
        return self

    def follow(self, start, last, symptoms):
        """Scans of one line until one shows progression; its day."""
        scan = start + EVERY
        while True:
            day = symptoms if start < symptoms < scan else scan
            if day > last:
                return np.nan
            if day == symptoms:
                self.look(day, "unscheduled")
                return day
            if self.chance("uniforms", f"missed scan {len(self.visits)}")[0] < MISSED:
                self.visits.append((day, "missed", [np.nan, np.nan], False))
            else:
                self.look(day, "scheduled")
                if self.has_progressed():
                    return day
            scan += EVERY


@pytest.fixture(scope="module")
def told():
    generator = np.random.default_rng(9)
    end = np.minimum(generator.uniform(200.0, 900.0, SIZE), generator.exponential(2000.0, SIZE))
    truth = sample()
    record, _ = conducted(PROTOCOL, toy_patients(SIZE, cut_off=end, **truth), seed=SEED)
    return record, [Story(truth, number, end[number]).tell() for number in range(SIZE)]


def test_the_sample_has_every_kind_of_story(told):
    _, stories = told
    assert sum(len(story.starts) == 2 for story in stories) > 20
    for kind in ("unscheduled", "missed"):
        assert sum(any(visit[1] == kind for visit in story.visits) for story in stories) > 10
    assert sum(any(visit[3] for visit in story.visits) for story in stories) > 10
    assert sum(0.0 in visit[2] for story in stories for visit in story.visits) > 10


def test_visits_are_on_the_same_days_and_show_the_same_lesions(told):
    record, stories = told
    for patient, story in enumerate(stories):
        count = record.history.count[patient]
        days = [visit[0] for visit in story.visits]
        np.testing.assert_allclose(record.history.day[patient, :count], days, atol=1e-6)
        sizes = [visit[2] for visit in story.visits]
        np.testing.assert_allclose(record.history.diameters[patient, :count], sizes, rtol=1e-6)
        kinds = [{"missed": 2, "unscheduled": 1}.get(visit[1], 0) for visit in story.visits]
        assert record.history.kind[patient, :count].tolist() == kinds


def test_lines_start_and_progress_on_the_same_days(told):
    record, stories = told
    for number, book in enumerate(record.lines):
        starts = [story.starts[number] if len(story.starts) > number else np.nan for story in stories]
        np.testing.assert_allclose(book.start, starts, atol=1e-6)
        progressions = [story.progressions[number] for story in stories]
        np.testing.assert_allclose(book.progression_day, progressions, atol=1e-6)
