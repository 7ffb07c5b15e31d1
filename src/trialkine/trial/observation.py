"""Observation: all of an arm without doses, and what comes before a first line that is waited for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trialkine.trial.quantities import DoseRoute
from trialkine.trial.regimen import Regimen
from trialkine.trial.schedule import UNTIL_PROGRESSION
from trialkine.trial.start_words import AT_ONCE, StartRule

OBSERVATION = "observation"
NO_DOSES = Regimen(
    OBSERVATION, 0.0, "", "flat", DoseRoute("none", None, "none"), (), math.inf, None, UNTIL_PROGRESSION, ()
)


@dataclass(frozen=True)
class ObservationLine:
    """Scans and follow-up without doses, from the patient's first day until progression or a first line."""

    agent: str = OBSERVATION
    route: DoseRoute = NO_DOSES.route
    regimen: Regimen = NO_DOSES
    start: StartRule = AT_ONCE
    is_held_for_toxicity: bool = False
