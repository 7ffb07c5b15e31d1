"""Which arms are compared, what they are called, and against which one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import polars as pl

from trialkine.errors import InputError
from trialkine.report.comparison.run_data import RunData
from trialkine.report.picks import evaluable
from trialkine.trial.words import suggestion


@final
@dataclass(frozen=True)
class ComparedArm:
    """One arm of one run; `name` is unique in the comparison. `patients` holds the failed ones too."""

    name: str
    arm: str
    run: RunData
    patients: pl.DataFrame

    @property
    def evaluable(self) -> pl.DataFrame:
        """Those whose simulation ended well, in a fixed order."""
        return evaluable(self.patients).sort("trial", "patient")


def arms_of(runs: Sequence[RunData]) -> tuple[ComparedArm, ...]:
    """Every arm of every run, in order; 'RUN/ARM' where several runs have an arm of that name.

    Raises: InputError, when there are fewer than two, or the runs differ in their number of trials.
    """
    if len({run.trials for run in runs}) > 1:
        said = ", ".join(f"'{run.name}' {run.trials}" for run in runs)
        raise InputError(
            f"The runs repeat their trials differently often ({said}). Run them with the same '--trials'."
        )
    counts = Counter(arm for run in runs for arm in run.arms)
    found = tuple(
        ComparedArm(
            f"{run.name}/{arm}" if counts[arm] > 1 else arm,
            arm,
            run,
            run.patients.filter(pl.col("arm") == arm),
        )
        for run in runs
        for arm in run.arms
    )
    if len(found) < 2:
        only = f"'{found[0].name}'" if found else "none"
        raise InputError(
            f"One arm only, {only}: there is nothing to compare it with. Name a run with several arms, "
            "or several runs."
        )
    return found


def reference_among(arms: Sequence[ComparedArm], asked: str | None) -> ComparedArm:
    """The arm that the others are compared with: the first, unless another is asked for.

    It may be asked for by its name, or as 'RUN/ARM' in any case.
    Raises: InputError, when there is no such arm, or several.
    """
    if asked is None:
        return arms[0]
    found = [arm for arm in arms if asked in (arm.name, f"{arm.run.name}/{arm.arm}")]
    if found:
        return found[0]
    several = [arm.name for arm in arms if arm.arm == asked]
    if several:
        listed = ", ".join(f"'{name}'" for name in several)
        raise InputError(f"Several runs have an arm '{asked}'. Write one of {listed}.")
    raise InputError(
        f"There is no arm '{asked}' to compare with. {suggestion(asked, [a.name for a in arms])}"
    )


def run_names(given: Sequence[tuple[str, str]]) -> list[str]:
    """A short name for each run, or its long one where several have the same short one, or that numbered."""
    short = Counter(name for name, _ in given)
    names = [name if short[name] == 1 else long for name, long in given]
    repeated, seen = Counter(names), Counter[str]()
    for place, name in enumerate(names):
        if repeated[name] > 1:
            seen[name] += 1
            names[place] = f"{name} ({seen[name]})"
    return names
