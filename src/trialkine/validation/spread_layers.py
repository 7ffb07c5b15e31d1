"""What the intervals hold: patients, differences between trials, the ensemble, and the discrepancy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trialkine.calibration.unknowns import CLASS_SPREAD, DISCREPANCY
from trialkine.ensemble_members import CASE_MIX, HAZARD
from trialkine.population.ensemble import OF_TRIAL, SPREAD, ParameterEnsemble
from trialkine.validation.discrepancy import OTHER_POPULATION, UNKNOWN_DISCREPANCY
from trialkine.validation.ledger import Ledger

OTHERS = f"In a disease whose population was not calibrated {OTHER_POPULATION:g} is added to it (assumed)."
ENSEMBLE, SIMULATED = "ensemble", "simulated"  # what ledgers call them in `about`


@dataclass(frozen=True)
class SpreadLayer:
    """One source of spread, whether the intervals hold it, how, and its numbers where they are known."""

    name: str
    is_held: bool | None
    words: str
    numbers: Mapping[str, float]


NOT_HELD = SpreadLayer(
    "What was known beforehand",
    False,
    "The centres of the priors, the equations and the assumed numbers were set with some of the calibration "
    "trials known, and an ensemble is found with an emulator in place of the simulation, whose own error is "
    "measured and only approximately allowed for. Both make agreement with calibration trials, also when "
    "left out, better than with trials that nobody knew.",
    {},
)


def spread_layers(ledger: Ledger, members: ParameterEnsemble | None) -> tuple[SpreadLayer, ...]:
    """The sources of spread of a prediction, and what no interval holds.

    `members` is the ensemble, where it is at hand.
    """
    return (
        _patients(ledger),
        _trials(members),
        _parameters(ledger, members),
        _discrepancy(ledger, members),
        *_classes(members),
        NOT_HELD,
    )


def _patients(ledger: Ledger) -> SpreadLayer:
    simulated = ledger.about.get(SIMULATED, "")
    words = "The luck of as many patients as were reported is drawn for every repetition."
    return SpreadLayer("Patients", True, f"{words}{f' Simulated: {simulated}.' if simulated else ''}", {})


def _trials(members: ParameterEnsemble | None) -> SpreadLayer:
    numbers = _medians(members, (f"{CASE_MIX}{SPREAD}", f"{HAZARD}{SPREAD}"))
    words = "Every repetition is a trial of its own, with a case mix drawn for it"
    words += " and a hazard of death of its own." if f"{HAZARD}{SPREAD}" in numbers else "."
    return SpreadLayer("Differences between trials", True, words, numbers)


def _parameters(ledger: Ledger, members: ParameterEnsemble | None) -> SpreadLayer:
    stated = ledger.about.get(ENSEMBLE, "")
    if members is None and not stated:
        words = "None: all intervals are conditional on one set of numbers."
        return SpreadLayer("Ensemble of parameter sets", False, words, {})
    words = f"Repetitions take the members of an ensemble in turn ({stated or members_words(members)})."
    if members is None:
        return SpreadLayer("Ensemble of parameter sets", True, words, {})
    population = [name for name in members.names if OF_TRIAL not in name]
    numbers = {"members": float(len(members)), "numbers that differ between members": float(len(population))}
    return SpreadLayer("Ensemble of parameter sets", True, words, numbers)


def members_words(members: ParameterEnsemble | None) -> str:
    """An ensemble in a few words."""
    return "" if members is None else f"{members.title or 'without a title'}, {len(members)} members"


def _discrepancy(ledger: Ledger, members: ParameterEnsemble | None) -> SpreadLayer:
    name = "Discrepancy between model and trials"
    if members is None:
        held = None if ledger.about.get(ENSEMBLE) else False
        words = "Not stated." if held is None else "None: what the mechanism itself misses is in no interval."
        return SpreadLayer(name, held, words, {})
    numbers = _medians(members, [one for one in members.names if one.startswith(f"{DISCREPANCY}.")])
    words = "What trials differ by beyond the model is added on the log-odds"
    words += (
        ", with the spread that the calibration found."
        if numbers
        else f", with an assumed standard deviation of {UNKNOWN_DISCREPANCY:g}."
    )
    return SpreadLayer(name, True, f"{words} {OTHERS}", numbers)


def _classes(members: ParameterEnsemble | None) -> tuple[SpreadLayer, ...]:
    """What the mechanism misses of the responses to a class of agents, where the ensemble says."""
    numbers = _medians(members, (CLASS_SPREAD,))
    if not numbers:
        return ()
    words = (
        "The log-odds of response have an offset for each class of agents, fitted to its trials, so "
        "predictions rest on it as well as on the mechanism. A class that no calibration trial gave is "
        "predicted with this spread."
    )
    return (SpreadLayer("What the mechanism misses of a class of agents", True, words, numbers),)


def _medians(members: ParameterEnsemble | None, names: tuple[str, ...] | list[str]) -> dict[str, float]:
    """The median over the members of each number that they set."""
    if members is None:
        return {}
    return {
        name: float(np.median(members.values[:, members.names.index(name)]))
        for name in names
        if name in members.names
    }
