"""Response and progression against a plain reading of the rules, one patient and visit at a time."""

import math

import numpy as np
import pytest

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Response, response_names
from trialkine.endpoints.progression import progressed
from trialkine.endpoints.recist import recist_1_1
from trialkine.endpoints.response import best_response
from trialkine.endpoints.scans import Scans
from trialkine.endpoints.who import who_1979


def read_by_hand(days, visits, new, symptoms, is_who):
    """The category of each visit of one patient."""
    base = visits[0]
    own = [k for k in range(len(base)) if base[k] > 0]
    targets = own if is_who else sorted(own, key=lambda k: (-base[k], k))[:5]
    power = 2 if is_who else 1
    start = sum(base[k] ** power for k in targets)
    nadir, was_clear, words = start, False, ["NE"]
    for v in range(1, len(days)):
        now = visits[v]
        if math.isnan(days[v]):
            words.append("NE")
            continue
        parts = [now[k] ** power for k in targets]
        measured = sum(part for part in parts if not math.isnan(part))
        grown = measured > nadir and measured >= (1.25 if is_who else 1.2) * nadir
        grown = grown and (is_who or measured - nadir >= 5)
        appeared = any(base[k] == 0 and now[k] > 0 for k in range(len(base)))
        returned = was_clear and any(now[k] > 0 for k in own)
        is_complete = bool(targets) and not any(math.isnan(part) for part in parts)
        clear = bool(own) and all(now[k] == 0 for k in own)
        if grown or new[v] or appeared or returned or symptoms[v]:
            words.append("PD")
        elif not is_complete:
            words.append("NE")
        elif clear:
            words.append("CR")
        else:
            words.append("PR" if measured <= (0.5 if is_who else 0.7) * start else "SD")
        if is_complete:
            nadir = min(nadir, measured)
        was_clear = was_clear or clear
    return words


RANK = {"NE": 0, "PD": 1, "SD": 2, "PR": 3, "CR": 4}


def first_confirmed(days, words, least, confirm_after):
    """The first day of a response of at least `least` that a later scan repeats without a loss before it."""
    for v, word in enumerate(words):
        if RANK[word] < RANK[least]:
            continue
        for w in range(v, len(words)):
            if words[w] != "NE" and RANK[words[w]] < RANK[least]:
                break
            if words[w] != "NE" and (confirm_after is None or days[w] - days[v] >= confirm_after):
                return days[v]
    return math.nan


def best_by_hand(days, words, confirm_after, min_stable):
    """The best response, and the first day of a confirmed one."""
    if "PD" in words:
        words = words[: words.index("PD") + 1]
    response_day = first_confirmed(days, words, "PR", confirm_after)
    if not math.isnan(first_confirmed(days, words, "CR", confirm_after)):
        return "CR", response_day
    if not math.isnan(response_day):
        return "PR", response_day
    if any(RANK[word] >= 2 and days[v] >= min_stable for v, word in enumerate(words)):
        return "SD", math.nan
    return ("PD" if "PD" in words else "NE"), math.nan


def histories(patients, visits, lesions, seed):
    """Rough courses with every oddity: missed visits and lesions, disappearance, new lesions, symptoms."""
    rng = np.random.default_rng(seed)
    day = np.cumsum(rng.choice([14.0, 28.0, 42.0, 56.0], (patients, visits)), axis=1)
    day -= day[:, :1]
    drift = rng.normal(-0.15, 0.4, (patients, 1, 1))
    trend = np.cumsum(drift + rng.normal(0, 0.2, (patients, visits, lesions)), axis=1)
    size = np.round(40 * np.exp(trend + rng.normal(0, 0.5, (patients, 1, lesions))), 1)
    size[size < 15] = 0.0
    size[rng.random(size.shape) < 0.05] = np.nan
    size[:, 0][np.isnan(size[:, 0])] = 20.0
    day[:, 1:][rng.random((patients, visits - 1)) < 0.08] = np.nan
    day[rng.random(patients) < 0.04, 1:] = np.nan
    new = rng.random(day.shape) < 0.03
    symptoms = rng.random(day.shape) < 0.02
    new[:, 0] = symptoms[:, 0] = False
    return Scans(day, size, new, symptoms)


@pytest.mark.parametrize("criteria", [who_1979(), recist_1_1()], ids=lambda criteria: criteria.name)
@pytest.mark.parametrize("confirm_after", [None, 28.0])
def test_arrays_of_patients_are_judged_as_each_one_by_hand(criteria, confirm_after):
    scans = histories(patients=400, visits=8, lesions=7, seed=1979)
    assessment = assess(scans, criteria)
    best = best_response(assessment, confirm_after, criteria.min_stable)
    words, days = response_names(assessment.response), progressed(scans, criteria)
    categories = set()
    for k in range(400):
        row = (scans.day[k], scans.diameters_mm[k], scans.new_lesion[k], scans.symptoms[k])
        by_hand = read_by_hand(*row, is_who=criteria.name == "who-1979")
        assert list(words[k]) == by_hand
        first = scans.day[k][by_hand.index("PD")] if "PD" in by_hand else np.nan
        assert days[k] == pytest.approx(first, nan_ok=True)
        expected, response_day = best_by_hand(scans.day[k], by_hand, confirm_after, criteria.min_stable)
        assert Response(best.category[k]).name == expected
        assert best.response_day[k] == pytest.approx(response_day, nan_ok=True)
        categories.add(expected)
    assert categories == {"CR", "PR", "SD", "PD", "NE"}  # the sample exercises every branch
