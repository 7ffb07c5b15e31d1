"""How much could be known: the largest area that any function of what is known of a patient reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.biomarker_study.readings import BEFORE, Reading, within_trials
from trialkine.statistics.roc import stratified_area
from trialkine.statistics.stratified import Stratified

FOLDS = 5
TREES, FEWEST_IN_LEAF = 100, 10
NOT_INSTALLED = "not computed: it needs scikit-learn (pip install 'trialkine[calibrate]')"

AS_READ = "all measurables before treatment, as read"
PERFECT = "all measurables before treatment, perfect assays"
WITH_EARLY = "all measurables before treatment and all early changes, as read"
EVERYTHING = "everything the model knows of a patient before treatment"


@dataclass(frozen=True)
class Ceiling:
    """The area that a learnt function of many quantities reaches in patients it has not seen.

    It is a lower bound of what any function reaches. `learner` is the better of those tried.
    """

    arm: str
    of: str
    quantities: int
    area: Stratified | None
    learner: str = ""
    why: str = ""


def ceilings(cohort: ArmCohort, found: Sequence[Reading]) -> tuple[Ceiling, ...]:
    """What combinations reach in one arm, from what a clinic has to everything the model knows."""
    usable = [one for one in found if not one.why]
    before = [one for one in usable if one.moment == BEFORE]
    early = [one for one in usable if one.moment != BEFORE]
    known = {name: column for name, column in cohort.parameters.items() if name not in cohort.lucky}
    everybody = np.arange(len(cohort))
    drawn = everybody
    for one in early:
        drawn = np.intersect1d(drawn, one.rows)
    sets: dict[str, tuple[Array, list[Array]]] = {
        AS_READ: (everybody, [one.read for one in before]),
        PERFECT: (everybody, [one.true for one in before]),
        EVERYTHING: (everybody, [_logarithm(one) for one in known.values()]),
    }
    if early:
        columns = [_at(one.read, one.rows, drawn) for one in (*before, *early)]
        sets[WITH_EARLY] = (drawn, columns)
    return tuple(_ceiling(cohort, of, rows, columns) for of, (rows, columns) in sets.items())


def _at(values: Array, rows: Array, wanted: Array) -> Array:
    return np.asarray(values[np.searchsorted(rows, wanted)])


def _logarithm(values: Array) -> Array:
    return np.log(values) if bool((values > 0.0).all()) else values


def _ceiling(cohort: ArmCohort, of: str, rows: Array, columns: list[Array]) -> Ceiling:
    responded, trial = cohort.responded[rows], cohort.trial[rows]
    scaled = [within_trials(column, trial) for column in columns]
    kept = [column for column in scaled if column.std() > 0.0]
    named = (cohort.arm, of, len(kept))
    if min(int(responded.sum()), int((~responded).sum())) < 2 * FOLDS:
        return Ceiling(*named, None, why=f"fewer than {2 * FOLDS} responders or others")
    if not kept:
        return Ceiling(*named, None, why="nothing varies")
    try:
        learners = _learners()
    except ImportError:
        return Ceiling(*named, None, why=NOT_INSTALLED)
    table = np.stack(kept, axis=1)
    folds = _folds(responded)
    found = {
        name: stratified_area(_predicted(make, table, responded, folds), responded, trial)
        for name, make in learners.items()
    }
    best = max(found, key=lambda name: found[name].mean.estimate or 0.0)
    return Ceiling(*named, found[best], best)


def _learners() -> Mapping[str, Any]:
    """What is tried: one that adds effects up, and one that finds products and thresholds.

    Raises: ImportError, without scikit-learn.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    return {
        "logistic regression": lambda: LogisticRegression(C=1.0, max_iter=1000),
        "random forest": lambda: RandomForestClassifier(
            n_estimators=TREES, min_samples_leaf=FEWEST_IN_LEAF, random_state=0, n_jobs=1
        ),
    }


def _folds(responded: Array) -> Array:
    """Every patient's fold, with responders spread evenly."""
    fold = np.empty(len(responded), dtype=np.int64)
    for kind in (responded, ~responded):
        fold[kind] = np.arange(int(kind.sum())) % FOLDS
    return fold


def _predicted(make: Any, table: Array, responded: Array, folds: Array) -> Array:
    """Each patient's chance, by a learner that has seen only the other folds."""
    found = np.empty(len(responded))
    for fold in range(FOLDS):
        inside = folds != fold
        learner = make().fit(table[inside], responded[inside])
        found[~inside] = learner.predict_proba(table[~inside])[:, 1]
    return found
