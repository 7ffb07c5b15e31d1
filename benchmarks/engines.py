"""Every engine of the benchmark, trialkine first."""

from __future__ import annotations

import engine_desolve
import engine_diffrax
import engine_numbalsoda
import engine_pydiffsol
import engine_roadrunner
import engine_scipy
import engine_trialkine
from engine import Engine

OWN = engine_trialkine.ENGINE
PEERS: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        *engine_trialkine.VARIANTS,
        engine_numbalsoda.ENGINE,
        engine_desolve.ENGINE,
        engine_roadrunner.ENGINE,
        engine_pydiffsol.ENGINE,
        engine_scipy.NUMBA,
        engine_scipy.PLAIN,
        engine_diffrax.ENGINE,
    )
}
ENGINES: dict[str, Engine] = {OWN.name: OWN, **PEERS}
