"""Operating characteristics in words: the chances over virtual trials, and what they were drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.report.words import listed, whole

if TYPE_CHECKING:
    from trialkine.operating.courses import Characteristics
    from trialkine.operating.run import OperatingCharacteristics


def chance_sentence(found: OperatingCharacteristics) -> str:
    """The chances over virtual trials, one clause per arm or comparison."""
    parts = []
    for one in found.found:
        ends = listed([f"{words} in {percent(count / found.trials)}" for words, count in one.ends])
        parts.append(f"{one.name}: {ends}{_error_words(one)}")
    return f"Over {whole(found.trials)} virtual trials drawn from {pool_words(found)}: {'; '.join(parts)}."


def pool_words(found: OperatingCharacteristics) -> str:
    """The pool in words."""
    shared = "" if found.ensemble else " under the usual parameters"
    members = f"{whole(found.size.members)} {member_words(found)}"
    return f"{whole(found.pool_patients)} simulated patients of {members}{shared}"


def member_words(found: OperatingCharacteristics) -> str:
    """What the members of the pool are: sets of parameters, or groups that differ in case mix and luck."""
    return "sets of parameters" if found.ensemble else "groups"


def _error_words(one: Characteristics) -> str:
    if one.success.bound is not None:
        side = "below" if one.success.bound > one.success.mean else "above"
        return f" (the chance of success is {side} {percent(one.success.bound)} at 95 % confidence)"
    if one.success.standard_error is None:
        return ""
    return f" (standard error of success {100 * one.success.standard_error:.1f} points)"


def percent(share: float) -> str:
    """A fraction in percent."""
    return f"{100 * share:.1f} %"
