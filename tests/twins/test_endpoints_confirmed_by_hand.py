"""iRECIST against a plain reading of its rules, one patient and one visit at a time."""

import itertools
import math

import numpy as np

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import response_names
from trialkine.endpoints.irecist import irecist
from trialkine.endpoints.progression import first_progression, progressed
from trialkine.endpoints.scans import Scans

ORDER = {"NE": 0, "SD": 1, "PR": 2, "CR": 3}


def read_visits(days, visits, new, symptoms):
    """What each visit shows: sum, growth, new lesions so far, symptoms, category; None for no visit."""
    base = visits[0]
    own = [k for k in range(len(base)) if base[k] > 0]
    targets = sorted(own, key=lambda k: (-base[k], k))[:5]
    start = sum(base[k] for k in targets)
    nadir, was_clear, flagged, found = start, False, False, 0
    read = [None]
    for v in range(1, len(days)):
        if math.isnan(days[v]):
            read.append(None)
            continue
        now = visits[v]
        parts = [now[k] for k in targets]
        total = sum(part for part in parts if not math.isnan(part))
        grown = total >= 1.2 * nadir and total - nadir >= 5
        if new[v] and not flagged:
            found += 1
        flagged = bool(new[v])
        clear = bool(own) and all(now[k] == 0 for k in own)
        was_clear = was_clear or clear
        visible = sum(1 for k in range(len(base)) if now[k] > 0 and (base[k] == 0 or was_clear))
        complete = bool(targets) and not any(math.isnan(part) for part in parts)
        category = "NE"
        if complete:
            category = "CR" if clear else "PR" if total <= 0.7 * start else "SD"
            nadir = min(nadir, total)
        read.append((days[v], total, grown, found + visible, bool(symptoms[v]), category))
    return read


def call_by_hand(days, visits, new, symptoms):
    """The call of each visit."""
    words, waiting, accepted, is_over = [], None, 0, False
    for visit in read_visits(days, visits, new, symptoms):
        if visit is None:
            words.append("NE")
            continue
        day, total, grown, found, ill, category = visit
        if is_over:
            words.append("PD")
            continue
        if ill:
            words.append("PD")
            is_over = True
            continue
        if waiting is None:
            if grown or found > accepted:
                waiting = visit
                words.append("UPD")
            else:
                words.append("PR" if category == "CR" and accepted > 0 else category)
            continue
        then_day, then_total, then_grown, then_found, _, then_category = waiting
        more = found > then_found
        if then_grown:
            more = more or (grown and total - then_total >= 5)
        else:
            more = more or grown
        if more and day - then_day >= 28:
            words.append("PD")
            is_over = True
        elif grown:
            words.append("UPD")
        elif category == "NE":
            words.append("NE")
        elif then_found <= accepted or ORDER[category] > ORDER[then_category]:
            accepted = max(accepted, found)
            words.append("PR" if category == "CR" and accepted > 0 else category)
            waiting = None
        else:
            words.append("UPD")
    return words


def dated_by_hand(days, words):
    """When progression was first shown, of the run of visits that confirms it or is never taken back."""
    start = math.nan
    for day, word in zip(days, words, strict=True):
        if word in ("SD", "PR", "CR"):
            start = math.nan
        if word in ("UPD", "PD") and math.isnan(start):
            start = day
        if word == "PD":
            return start
    return start


def histories(patients, visits, lesions, seed):
    """Courses that rise and fall, with missed visits and lesions, new lesions and symptoms."""
    rng = np.random.default_rng(seed)
    day = np.cumsum(rng.choice([14.0, 28.0, 42.0, 56.0], (patients, visits)), axis=1)
    day -= day[:, :1]
    trend = np.cumsum(rng.normal(-0.05, 0.35, (patients, visits, 1)), axis=1)
    size = np.round(35 * np.exp(trend + rng.normal(0, 0.3, (patients, visits, lesions))), 1)
    size[size < 14] = 0.0
    size[rng.random(size.shape) < 0.04] = np.nan
    size[:, 0][np.isnan(size[:, 0])] = 20.0
    day[:, 1:][rng.random((patients, visits - 1)) < 0.08] = np.nan
    new = rng.random(day.shape) < 0.08
    symptoms = rng.random(day.shape) < 0.015
    new[:, 0] = symptoms[:, 0] = False
    return Scans(day, size, new, symptoms)


def test_arrays_of_patients_are_called_as_each_one_by_hand():
    scans = histories(patients=600, visits=8, lesions=3, seed=2017)
    assessment = assess(scans, irecist())
    words, certain = response_names(assessment.response), progressed(scans, irecist())
    first = first_progression(assessment).day
    seen = set()
    for k in range(600):
        by_hand = call_by_hand(scans.day[k], scans.diameters_mm[k], scans.new_lesion[k], scans.symptoms[k])
        assert list(words[k]) == by_hand, k
        sure = scans.day[k][by_hand.index("PD")] if "PD" in by_hand else np.nan
        np.testing.assert_equal(certain[k], sure)
        np.testing.assert_equal(first[k], dated_by_hand(scans.day[k], by_hand))
        seen |= set(itertools.pairwise(by_hand))
    # the sample exercises confirmation, waiting, and taking back
    assert {("UPD", "PD"), ("UPD", "UPD"), ("UPD", "SD"), ("UPD", "PR")} <= seen
