# ruff: noqa: E501  (protocols, as they are written)
"""A protocol with a search, in text, and a bench whose patients are drawn from rates that a test knows."""

from collections.abc import Mapping

import numpy as np

from protocol_samples import PROTOCOL
from trialkine.optimisation.bench import Bench
from trialkine.population.ensemble import ParameterEnsemble

SEARCH = """\
optimise:
  vary:
    dose: [300000, 600000]
    doses: {from: 6, to: 14, step: 4}
    gap: [2]
  strategies:
    - name: IL-2 first
      treatment:
        - agent: aldesleukin
          dose: <dose> IU/kg
          route: intravenous over 15 min
          schedule: every 8 h, up to <doses> doses
        - agent: temozolomide
          dose: 75 mg/m2
          route: oral
          schedule: daily, days 1 to 21 of 28, until progression
          starts: within <gap> weeks after aldesleukin fails
    - name: IL-2 <dose> alone
      treatment:
        - agent: aldesleukin
          dose: <dose> IU/kg
          route: intravenous over 15 min
          schedule: every 8 h, up to 14 doses
  objective: survival at 12 months
  constraints:
    - grade 4 hypotension at most 40 %
    - treatment death at most 2 %
"""
MOVED = np.array([1.0, 1.0, 0.0])
WITH_SEARCH = PROTOCOL.replace("assessments:", f"{SEARCH}assessments:", 1)
LINES_BEFORE = PROTOCOL[: PROTOCOL.index("assessments:")].count("\n")

TEXT = """\
schema: 1
title: Dose of interleukin-2
question: Which dose?
disease: melanoma
arms:
  - name: As it is
    treatment:
      - {agent: aldesleukin, dose: 600000 IU/kg, route: intravenous over 15 min, schedule: "every 8 h, up to 14 doses"}
optimise:
  vary:
    dose: [100000, 300000, 720000]
  strategies:
    - name: Dose <dose>
      treatment:
        - {agent: aldesleukin, dose: <dose> IU/kg, route: intravenous over 15 min, schedule: "every 8 h, up to 14 doses"}
  objective: response
  constraints: [grade 3 hypotension at most 40 %, treatment death at most 2 %]
assessments: {criteria: who-1979, every: 8 weeks}
enrolment: {patients: 40, per_month: 40}
follow_up: 12 months
"""
RATES = {
    "As it is": (0.30, 0.30, 0.0),
    "Dose 100000": (0.10, 0.05, 0.0),
    "Dose 300000": (0.35, 0.30, 0.0),
    "Dose 720000": (0.60, 0.70, 0.0),  # the most responses, beyond the limit
}
ENSEMBLE = ParameterEnsemble(
    ("melanoma:tumour_growth_rate",),
    np.linspace(0.008, 0.02, 40)[:, None],
    np.full(40, 1 / 40),
    "a small one",
)


def line_of(text: str, within: str = WITH_SEARCH) -> int:
    """The line in which a piece of the protocol stands, counted from 1; it must be there once."""
    assert within.count(text) == 1, text
    return within[: within.index(text)].count("\n") + 1


def known_bench(rates: Mapping[str, tuple[float, ...]], spread: float = 0.0):
    """A stand-in for `Bench.run`: each arm's measures come to pass with known chances.

    A patient has the same luck in every arm; a member moves the objective and the first limited measure.
    """

    def run(self, batch, who, progress):
        random = np.random.default_rng([self.seed, batch])
        members = len(self.batches[batch])
        luck = random.random((1, len(self.measures), members, self.patients))
        moved = spread * random.standard_normal((1, 1, members, 1)) * MOVED[:, None, None]
        chances = np.array([rates[self.arms[number].name] for number in who])[:, :, None, None]
        outcomes = (luck < np.clip(chances + moved, 0.0, 1.0)).astype(float)
        progress(1.0, "")
        return outcomes, ()

    return run


def with_known_rates(monkeypatch, rates, spread=0.0):
    """Let searches of a test draw from known rates."""
    monkeypatch.setattr(Bench, "run", known_bench(rates, spread))
