"""From the signs of single visits to their categories: progression at once, or only when confirmed.

Each rule gives the response of every visit and, where it is progression, the reason. The twin in
`tests/twins/test_endpoints_confirmed_by_hand.py` reads one patient at a time.
"""

from __future__ import annotations

import numpy as np

from trialkine.endpoints.categories import CategoryArray, Reason, Response
from trialkine.endpoints.signs import Signs

Judgement = tuple[CategoryArray, CategoryArray]


def judge_at_once(signs: Signs) -> Judgement:
    """Any sign of progression is progression on that visit."""
    reason = np.full(signs.day.shape, Reason.none, dtype=np.int8)  # the later assignment wins
    reason[signs.has_symptoms] = Reason.symptoms
    reason[signs.is_new] = Reason.new_lesion
    reason[signs.has_grown] = Reason.target_growth
    response = np.where(reason != Reason.none, np.int8(Response.PD), signs.category)
    return response, reason


def judge_relapse(signs: Signs) -> Judgement:
    """After complete resection: any lesion or symptom is a relapse, any other visit shows none (SD)."""
    response, reason = judge_at_once(signs)
    is_free = signs.is_visit & (response != Response.PD)
    is_free[:, 0] = False
    response[is_free] = Response.SD
    return response, reason


def judge_when_confirmed(signs: Signs, confirm_after: float, further_rise: float) -> Judgement:
    """Growth or a new lesion is unconfirmed progression (UPD) until a later visit shows more of it.

    A later visit, at least `confirm_after` days on, confirms by one more new lesion, by a further rise of
    a sum that had grown, or by growth where there had been none. Unless that happens, a sum no longer grown
    takes the progression back (after a new lesion only with a better category than it had then), and from
    there the rule starts afresh. Symptoms are progression at once. Nothing follows confirmed progression.

    Units: confirm_after [day], further_rise [the criteria's].
    Source: seymour_2017.
    """
    patients, visits = signs.day.shape
    response = np.full(signs.day.shape, Response.NE, dtype=np.int8)
    reason = np.full(signs.day.shape, Reason.none, dtype=np.int8)
    is_open, is_over = np.zeros(patients, dtype=bool), np.zeros(patients, dtype=bool)
    opened = np.zeros(patients, dtype=np.int64)  # the visit of the unconfirmed progression
    accepted = signs.new_lesions[:, 0].copy()  # new lesions that were taken back, or known at the start
    rows = np.arange(patients)
    for visit in range(1, visits):
        day, sum_now, count = signs.day[:, visit], signs.measured[:, visit], signs.new_lesions[:, visit]
        category, grown = signs.category[:, visit], signs.has_grown[:, visit]
        ill = signs.has_symptoms[:, visit] & ~is_over
        is_read = signs.is_visit[:, visit] & ~is_over & ~ill
        fresh_new = count > accepted
        then_grown = signs.has_grown[rows, opened] & is_open
        then_new = (signs.new_lesions[rows, opened] > accepted) & is_open
        rise = sum_now - signs.measured[rows, opened]
        confirmed = is_read & is_open & (day - signs.day[rows, opened] >= confirm_after)
        confirmed &= (
            (count > signs.new_lesions[rows, opened])
            | (then_grown & grown & (rise >= further_rise))
            | (~then_grown & grown)
        )
        is_better = ~then_new | (category > signs.category[rows, opened])
        taken_back = is_read & is_open & ~confirmed & ~grown & (category != Response.NE) & is_better
        starts = is_read & ~is_open & (grown | fresh_new)
        stays = is_read & is_open & ~confirmed & ~taken_back & (grown | (category != Response.NE))
        plain = is_read & ~is_open & ~starts
        response[plain, visit] = category[plain]
        response[taken_back, visit] = category[taken_back]
        response[starts | stays, visit] = Response.UPD
        response[confirmed | ill, visit] = Response.PD
        why = np.where(grown, Reason.target_growth, np.where(fresh_new, Reason.new_lesion, Reason.none))
        shown = starts | stays | confirmed
        reason[shown, visit] = why[shown]
        reason[ill, visit] = Reason.symptoms
        accepted = np.where(taken_back, np.maximum(accepted, count), accepted)
        has_known_new = is_read & (accepted > signs.new_lesions[:, 0]) & (response[:, visit] == Response.CR)
        response[has_known_new, visit] = Response.PR  # a lesion that stays rules a complete response out
        opened = np.where(starts, visit, opened)
        is_open = (is_open | starts) & ~taken_back
        is_over |= confirmed | ill
        response[is_over & ~confirmed & ~ill & signs.is_visit[:, visit], visit] = Response.PD
    return response, reason
