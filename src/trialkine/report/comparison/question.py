"""What is asked of a comparison: which endpoint, read when, with intervals of which level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from trialkine.errors import InputError
from trialkine.report.comparison.arms import ComparedArm
from trialkine.report.comparison.run_data import ENDPOINT_CODES
from trialkine.statistics.estimate import check_level
from trialkine.trial.words import Duration, parse_duration

Endpoint = Literal["os", "pfs"]
ENDPOINTS: tuple[Endpoint, ...] = ("os", "pfs")
USUAL_LANDMARK = "12 months"


@final
@dataclass(frozen=True)
class Question:
    """The options of a comparison. `until_days` is None where follow-up decides.

    `landmark` and `until` are the times as they were asked for. Units: landmark_days, until_days [day].
    """

    endpoint: Endpoint
    landmark_days: float
    until_days: float | None
    level: float
    landmark: str
    until: str = ""
    is_landmark_given: bool = False


def question(endpoint: str, landmark: str | None, until: str | None, level: float) -> Question:
    """The options as they are written: times in words such as '12 months'.

    Raises: InputError, when one of them makes no sense.
    """
    chosen = next((name for name in ENDPOINTS if name == endpoint.lower()), None)
    if chosen is None:
        raise InputError(f"There is no endpoint '{endpoint}' to compare. Write 'os' or 'pfs'.")
    check_level(level)
    read_at = _time(USUAL_LANDMARK if landmark is None else landmark, "landmark")
    cut_at = None if until is None else _time(until, "tau")
    return Question(
        endpoint=chosen,
        landmark_days=read_at.days,
        until_days=None if cut_at is None else cut_at.days,
        level=level,
        landmark=str(read_at),
        until="" if cut_at is None else str(cut_at),
        is_landmark_given=landmark is not None,
    )


def _time(text: str, noun: str) -> Duration:
    found = parse_duration(text, noun)
    if found.days <= 0.0:
        raise InputError(f"The {noun} '{text}' is no time after the start. Write it as in '12 months'.")
    return found


def endpoint_name(arms: Sequence[ComparedArm], endpoint: Endpoint) -> str:
    """What the endpoint is called in every run; progression and relapse are not the same.

    Raises: InputError, when a run has no such endpoint, or the runs have different ones.
    """
    names = {arm.run.name: arm.run.endpoints.get(endpoint, "") for arm in arms}
    lacking = [run for run, name in names.items() if not name]
    if lacking:
        raise InputError(
            f"The run '{lacking[0]}' has no time for '{endpoint}' ({' or '.join(ENDPOINT_CODES[endpoint])}). "
            "Choose another endpoint or run."
        )
    short = {name.split(" (")[0] for name in names.values()}
    if len(short) > 1:
        said = "; ".join(f"'{run}': {name.split(' (')[0].lower()}" for run, name in names.items())
        raise InputError(f"The runs have no common endpoint '{endpoint}' ({said}). Compare them by 'os'.")
    whole = set(names.values())
    return whole.pop() if len(whole) == 1 else short.pop()
