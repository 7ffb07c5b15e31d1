"""A small made-up population for the tests; none of its numbers describes a disease."""

from trialkine.records import ParameterRecord, Variability


def record(name, value, distribution=None, sd=0.0, unit=""):
    variability = Variability(distribution, sd) if distribution else None
    return ParameterRecord(name, value, unit, "assumed", "assumption", variability=variability)


RECORDS = {
    made.name: made
    for made in (
        record("initial_burden", 60.0, "lognormal", 0.9, "cm**3"),
        record("tumour_growth_rate", 0.012, "lognormal", 0.5, "1/day"),
        record("frailty", 1.0, "lognormal", 0.5),
        record("resistant_fraction", 0.1, "logitnormal", 1.7),
        record("sensitivity", 1.0, "normal", 0.4),
        record("death_threshold", 1.0, "exponential"),
        record("lesion_access", {"1": 1.0, "2": 1.0, "3": 2.0}, "lognormal", 0.3),
        record("carrying_capacity", 3000.0, unit="cm**3"),
        record("tumour_share", {"1,sensitive": 0.9, "1,resistant": 0.1}),
    )
}
CORRELATIONS = [("initial_burden", "frailty", 0.3), ("tumour_growth_rate", "lesion_access[2]", -0.4)]


def burden_and_growth(names, columns):
    """A stand-in for the model's evaluation at the start."""
    quantities = {
        "burden": columns["initial_burden"],
        "growth": columns["tumour_growth_rate"] * columns["initial_burden"],
    }
    return {name: quantities[name] for name in names}
