"""Doses planned, given and held, per arm, agent and cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


@dataclass(frozen=True)
class CycleDoses:
    """Mean numbers of doses among the patients who started this cycle."""

    cycle: int
    patients: int
    planned: float
    given: float
    held: float


@dataclass(frozen=True)
class AgentDoses:
    """The cycles of one agent on one line of one arm; line 0 is background treatment."""

    arm: str
    line: int
    agent: str
    cycles: tuple[CycleDoses, ...]

    @property
    def place(self) -> str:
        """Where in the strategy it is given."""
        return f"line {self.line}" if self.line else "background treatment"


def agent_doses(result: TrialResult) -> list[AgentDoses]:
    """Every agent of every arm, in the order of treatment."""
    keys = ["arm", "trial", "patient"]
    healthy = result.patients.filter(pl.col("status") == "ok").select(keys)
    means = (
        result.exposure.join(healthy, on=keys, how="semi")
        .group_by("arm", "line", "agent", "cycle")
        .agg(
            pl.struct("trial", "patient").n_unique().alias("patients"),
            *(pl.col(name).sum() for name in ("planned", "given", "held")),
        )
        .sort("line", "agent", "cycle")
    )
    found = []
    for arm in result.arms:
        own = means.filter(pl.col("arm") == arm)
        for line, agent in own.select("line", "agent").unique(maintain_order=True).iter_rows():
            rows = own.filter((pl.col("line") == line) & (pl.col("agent") == agent))
            cycles = tuple(
                CycleDoses(
                    cycle=int(row["cycle"]),
                    patients=int(row["patients"]),
                    planned=row["planned"] / row["patients"],
                    given=row["given"] / row["patients"],
                    held=row["held"] / row["patients"],
                )
                for row in rows.iter_rows(named=True)
            )
            found.append(AgentDoses(arm, int(line), str(agent), cycles))
    return found
