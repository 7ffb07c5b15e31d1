"""The case-mix of a trial whose protocol does not state it: one excluded fraction per trial."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trialkine.errors import InputError
from trialkine.population.distributions import check_variability, values_from_scores
from trialkine.randomness import normals
from trialkine.records import ParameterRecord


def draw_excluded_fraction(rule: ParameterRecord, seed: int, replicate: int) -> float:
    """The fraction of the population too unfit for this repetition of the trial.

    `rule` is a logit-normal record such as a disease's `case_mix_excluded_fraction`: its median, and the
    spread between trials.

    Raises: InputError, when the rule is not logit-normal.
    """
    if isinstance(rule.value, Mapping) or rule.variability is None:
        raise InputError(f"'{rule.name}' must differ between trials. Write one value and its variability.")
    if rule.variability.distribution != "logitnormal":
        raise InputError(
            f"'{rule.name}' is {rule.variability.distribution} and could leave the range of a fraction. "
            "Write 'distribution = \"logitnormal\"'."
        )
    check_variability(rule.name, rule.value, rule.variability)
    scores = normals(seed, "case mix of the trial", np.array([replicate]))[:, 0]
    return float(values_from_scores(rule.value, rule.variability, scores)[0])
