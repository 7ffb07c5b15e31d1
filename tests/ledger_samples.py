"""A made-up ledger: trials, numbers and predictions that nobody reported, for tests of the pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from trialkine.validation.ledger import LEVELS, Ledger, LedgerRow, Predictive

DRAWS = 400
SHARES = ("orr", "cr_rate", "sd_rate", "grade34_rate", "toxic_death_rate")


@dataclass(frozen=True)
class ArmSketch:
    """One arm: what was reported under each metric, and the median that the model predicts."""

    trial: str
    title: str
    arm: str
    disease: str
    agent_class: str
    n: int
    numbers: Mapping[str, tuple[float, float]]
    use: str = "calibration"
    line: str | None = None
    why_not_scored: str = ""


ARMS = (
    ArmSketch(
        "hd-il2-melanoma-north-1990",
        "High-dose interleukin-2 in metastatic melanoma, the northern pool",
        "High-dose interleukin-2",
        "melanoma",
        "high-dose interleukin-2",
        240,
        {"orr": (0.16, 0.155), "cr_rate": (0.06, 0.05), "os_median_months": (12.0, 10.4)},
    ),
    ArmSketch(
        "hd-il2-melanoma-lake-2006",
        "High-dose interleukin-2 in a later series of one centre",
        "Interleukin-2, 720,000 IU/kg",
        "melanoma",
        "high-dose interleukin-2",
        61,
        {"orr": (0.23, 0.15), "os_median_months": (17.2, 10.1), "os_rate_12m": (0.62, 0.44)},
        use="prediction",
    ),
    ArmSketch(
        "ci-il2-melanoma-harbour-1994",
        "Continuous interleukin-2 with interferon alfa, one centre",
        "Continuous interleukin-2",
        "melanoma",
        "infused interleukin-2 + interferon alfa",
        51,
        {"orr": (0.06, 0.24), "cr_rate": (0.02, 0.06), "ttp_median_months": (1.9, 2.6)},
    ),
    ArmSketch(
        "dtic-v-tmz-melanoma-plain-2000",
        "Temozolomide against dacarbazine in metastatic melanoma",
        "Dacarbazine",
        "melanoma",
        "dacarbazine",
        149,
        {
            "orr": (0.12, 0.12),
            "pfs_median_months": (1.5, 2.8),
            "pfs_rate_8w": (0.38, 0.55),
            "os_median_months": (6.4, 7.9),
        },
    ),
    ArmSketch(
        "dtic-v-tmz-melanoma-plain-2000",
        "Temozolomide against dacarbazine in metastatic melanoma",
        "Temozolomide",
        "melanoma",
        "temozolomide",
        156,
        {
            "orr": (0.135, 0.125),
            "pfs_median_months": (1.9, 2.8),
            "pfs_rate_8w": (0.44, 0.57),
            "os_median_months": (7.7, 8.2),
        },
    ),
    ArmSketch(
        "il2-then-tmz-melanoma-pilot-2010",
        "Interleukin-2, then temozolomide: a pilot",
        "Interleukin-2, then temozolomide",
        "melanoma",
        "temozolomide after high-dose interleukin-2",
        9,
        {"orr": (0.667, 0.42)},
        line="temozolomide",
        why_not_scored="selected patients: retrospectively noticed cases",
    ),
    ArmSketch(
        "il21-melanoma-coast-2012",
        "Interleukin-21 in metastatic melanoma, two schedules",
        "Five days, weeks 1, 3 and 5",
        "melanoma",
        "interleukin 21",
        37,
        {"orr": (0.24, 0.11), "pfs_rate_8w": (0.58, 0.40), "os_median_months": (12.4, 8.1)},
        use="prediction",
    ),
    ArmSketch(
        "hd-il2-renal-south-1995",
        "High-dose interleukin-2 in renal cell carcinoma, the southern pool",
        "High-dose interleukin-2",
        "renal_cell",
        "high-dose interleukin-2",
        255,
        {
            "orr": (0.15, 0.20),
            "cr_rate": (0.067, 0.07),
            "os_median_months": (16.3, 14.0),
            "grade34_rate": (0.81, 0.77),
            "toxic_death_rate": (0.04, 0.02),
        },
    ),
    ArmSketch(
        "sc-il2-renal-river-1993",
        "Subcutaneous interleukin-2 at home in renal cell carcinoma",
        "Subcutaneous interleukin-2",
        "renal_cell",
        "subcutaneous interleukin-2",
        48,
        {"orr": (0.29, 0.12), "cr_rate": (0.04, 0.02), "sd_rate": (0.31, 0.38)},
        use="prediction",
    ),
    ArmSketch(
        "ifn-v-mpa-renal-isles-1999",
        "Interferon alfa against medroxyprogesterone in renal cell carcinoma",
        "Interferon alfa",
        "renal_cell",
        "interferon alfa",
        167,
        {"orr": (0.14, 0.07), "os_median_months": (8.5, 8.3), "os_rate_12m": (0.43, 0.39)},
    ),
    ArmSketch(
        "ifn-v-mpa-renal-isles-1999",
        "Interferon alfa against medroxyprogesterone in renal cell carcinoma",
        "Medroxyprogesterone",
        "renal_cell",
        "untreated",
        168,
        {"orr": (0.02, 0.02), "os_median_months": (6.0, 8.2), "os_rate_12m": (0.31, 0.38)},
    ),
    ArmSketch(
        "im862-renal-vale-2004",
        "IM862 drops into the nose in metastatic renal cell carcinoma",
        "IM862",
        "renal_cell",
        "im862",
        25,
        {"orr": (0.0, 0.016), "sd_rate": (0.32, 0.26), "ttp_median_months": (1.9, 1.8)},
    ),
    ArmSketch(
        "adjuvant-ifn-melanoma-delta-1996",
        "High-dose interferon after resection of high-risk melanoma",
        "Observation",
        "resected_melanoma",
        "untreated",
        137,
        {"rfs_rate_60m": (0.26, 0.27), "os_rate_60m": (0.37, 0.41)},
        use="prediction",
    ),
    ArmSketch(
        "adjuvant-ifn-melanoma-delta-1996",
        "High-dose interferon after resection of high-risk melanoma",
        "High-dose interferon",
        "resected_melanoma",
        "high-dose interferon alfa",
        143,
        {"rfs_rate_60m": (0.37, 0.58), "os_rate_60m": (0.46, 0.56)},
        use="prediction",
    ),
)
LEFT_OUT = (
    ("mixed-tumours-forest-1991", "several diseases in one arm, reported together"),
    ("ifn-gamma-renal-mill-1989", "no agent file for interferon gamma"),
)
ABOUT = {
    "Ensemble": "fitted-3, 64 members, hash 0f3a91c2",
    "Simulated trials": "200 per published trial",
    "Seed": "0",
    "Discrepancy": "0.4 on the log-odds of response, fitted",
    "Versions": "trialkine 0.1.0, numpy 2.4.6",
    "Catalogue, SHA-256": "4c1d0e6b7a",
}


def sample_ledger(*, leave_out: bool = False) -> Ledger:
    """Some forty rows with hits, misses, a bound, a row without prediction and rows that are not scored."""
    return Ledger(_sample_rows(), LEFT_OUT, ABOUT, leave_out)


@cache
def _sample_rows() -> tuple[LedgerRow, ...]:
    rows = tuple(row for sketch in ARMS for row in _rows(sketch))
    return (*rows, _unpredicted(), _bound())


def large_ledger(copies: int = 6) -> Ledger:
    """The same trials several times over under other names: as many arms as a real catalogue has."""
    ledger = sample_ledger()
    rows = tuple(
        replace(row, trial=f"{row.trial}-{copy}", family=f"{row.family}-{copy}")
        for copy in range(copies)
        for row in ledger.rows
    )
    return replace(ledger, rows=rows)


def empty_ledger() -> Ledger:
    """Nothing was simulated."""
    return Ledger((), LEFT_OUT, {"Seed": "0"})


def predictive(draws: Sequence[float] | np.ndarray, reported: float) -> Predictive:
    """A predictive distribution from draws; scores by their definitions."""
    values = np.sort(np.asarray(draws, dtype=float))
    spread = np.abs(values[:, None] - values[None, :]).mean()
    below, ties = (values < reported).mean(), (values == reported).mean()
    return Predictive(
        median=float(np.median(values)),
        intervals={
            level: (float(np.quantile(values, 0.5 - level / 2)), float(np.quantile(values, 0.5 + level / 2)))
            for level in LEVELS
        },
        crps=float(np.abs(values - reported).mean() - 0.5 * spread),
        log_score=-1.0,
        pit=float(below + 0.5 * ties),
    )


def _rows(sketch: ArmSketch) -> list[LedgerRow]:
    found = []
    for place, (metric, (reported, centre)) in enumerate(sketch.numbers.items()):
        key = [len(sketch.trial), len(sketch.arm), place, sketch.n]
        random = np.random.Generator(np.random.PCG64(key))
        is_share = not metric.endswith("_months")
        low, high = _interval(reported, sketch.n) if is_share else (None, None)
        pools = {"same class": (reported + centre) / 2, "same disease": centre * 0.8 + 0.2 * reported}
        if sketch.agent_class == "interleukin 21":
            del pools["same class"]
        found.append(
            LedgerRow(
                trial=sketch.trial,
                title=sketch.title,
                family=sketch.trial.rsplit("-", 2)[1],
                arm=sketch.arm,
                line=sketch.line,
                disease=sketch.disease,
                agent_class=sketch.agent_class,
                use=sketch.use,
                metric=metric,
                reported=reported,
                reported_low=low,
                reported_high=high,
                n=sketch.n,
                at_least=False,
                predicted=predictive(_draws(random, centre, sketch.n, is_share, 0.25), reported),
                baselines={
                    name: predictive(_draws(random, middle, sketch.n, is_share, 0.5), reported)
                    for name, middle in pools.items()
                },
                is_scored=not sketch.why_not_scored,
                why=sketch.why_not_scored,
            )
        )
    return found


def _draws(random: np.random.Generator, centre: float, n: int, is_share: bool, spread: float) -> np.ndarray:
    """Trials of `n` patients around a centre that differs from trial to trial."""
    if not is_share:
        return centre * np.exp(random.normal(0.0, 0.7 * spread + 1 / math.sqrt(n), DRAWS))
    odds = math.log(centre / (1 - centre)) + random.normal(0.0, spread, DRAWS)
    return random.binomial(n, 1 / (1 + np.exp(-odds))) / n


def _interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's limits: good enough for a sample."""
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _unpredicted() -> LedgerRow:
    base = _rows(ARMS[0])[0]
    return replace(
        base,
        metric="dor_median_months",
        reported=8.9,
        reported_low=None,
        reported_high=None,
        predicted=None,
        baselines={},
        is_scored=False,
        why="too few simulated responders for a median",
    )


def _bound() -> LedgerRow:
    base = next(row for row in _rows(ARMS[8]) if row.metric == "orr")
    reached_by_half = {0.50: (12.0, math.inf), 0.80: (10.0, math.inf), 0.95: (9.0, math.inf)}
    wide = Predictive(median=18.0, intervals=reached_by_half, crps=None, log_score=None, pit=None)
    return replace(
        base,
        metric="os_median_months",
        reported=14.0,
        reported_low=None,
        reported_high=None,
        at_least=True,
        predicted=wide,
        baselines={},
        is_scored=False,
        why="the value is only a lower bound",
    )


def only(use: str) -> Ledger:
    """The sample ledger with the rows of one use alone."""
    ledger = sample_ledger()
    return replace(ledger, rows=tuple(row for row in ledger.rows if row.use == use))
