"""Says which limit binds, where no candidate keeps all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trialkine.optimisation.race import Limits
from trialkine.trial.measure_words import RateLimit

Array = np.ndarray[Any, np.dtype[Any]]
ADVICE = "Loosen it, or add milder candidates."


def infeasible_words(
    names: Sequence[str],
    constraints: Sequence[RateLimit],
    limits: Limits,
    means: Array,
    kept_shares: Array,
    each_kept: Array,
    certainty: float | None,
) -> str:
    """Why no candidate will do.

    `kept_shares` are how often each candidate keeps all limits, `each_kept` how often one of them.

    Shapes: means and each_kept (candidate, limit), kept_shares (candidate,).
    """
    excess = limits.excess(means)
    keeping = (excess <= 0.0).sum(axis=0)
    if (keeping == 0).any():
        binding = [number for number in range(len(constraints)) if keeping[number] == 0]
        return " ".join(
            _one(names, constraints[number], means[:, number], excess[:, number]) for number in binding
        )
    if not (excess <= 0.0).all(axis=1).any():
        counts = ", ".join(f"'{one}' by {n}" for one, n in zip(constraints, keeping, strict=True))
        hardest = constraints[int(np.argmin(keeping))]
        return (
            f"Of {len(names)} candidates none keeps all limits together: {counts}. The limit that binds most "
            f"is '{hardest}'. {ADVICE}"
        )
    nearest = int(np.argmax(kept_shares))
    return (
        f"No candidate keeps all limits under {_percent(certainty or 0.5)} of the ensemble's members, as "
        f"'certainty' asks: at most under {_percent(float(kept_shares[nearest]))} ('{names[nearest]}'). "
        f"The limit that binds is '{constraints[int(np.argmin(each_kept[nearest]))]}'. Lower the certainty, "
        "loosen the limit, or add milder candidates."
    )


def _one(names: Sequence[str], constraint: RateLimit, means: Array, excess: Array) -> str:
    nearest = int(np.argmin(excess))
    extreme = "lowest" if constraint.is_most else "highest"
    return (
        f"No candidate keeps '{constraint}': the {extreme} is {_percent(float(means[nearest]))} "
        f"('{names[nearest]}'). {ADVICE}"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"
