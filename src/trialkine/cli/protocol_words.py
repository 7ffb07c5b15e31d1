"""What a protocol says, in the words of a person who reads it aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialkine.records import DAYS_PER_MONTH
from trialkine.trial.candidates import count_candidates

if TYPE_CHECKING:
    from trialkine.trial.design_parts import DoseFinding
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import (
        Arm,
        Assessments,
        BackgroundTreatment,
        Design,
        Eligibility,
        ModelChanges,
        TreatmentLine,
    )
    from trialkine.trial.search_parts import Search

SAME_DAY = 1e-6
"""Days; a dose this little before midnight is one that rounding put there."""
MOST_SPANS = 6
"""More separate days than this are not listed one by one."""


def protocol_in_words(protocol: Protocol) -> list[str]:
    """One sentence or phrase per line; lines about a single treatment are indented."""
    lines = [protocol.title, _patients(protocol), _case_mix(protocol)]
    for arm in protocol.arms:
        lines += _arm(arm, protocol.enrolment.patients)
    lines += [_background(given) for given in protocol.background]
    if protocol.model is not None:
        lines.append(f"Model of every arm: {_changes(protocol.model)}.")
    lines.append(_eligibility(protocol.eligibility))
    lines.append(_scans(protocol))
    if protocol.assessments.biomarkers:
        lines.append(f"Biomarkers: {', '.join(_biomarkers(protocol))}.")
    if protocol.design is not None:
        lines.append(_design(protocol.design))
    if protocol.optimise is not None:
        lines.append(_search(protocol.optimise))
    return lines


def _search(asked: Search) -> str:
    limits = _listed([str(one) for one in asked.constraints])
    return (
        f"Search: {count_candidates(asked)} candidates beside the arms, for the most {asked.objective} with "
        f"{limits}; use 'trialkine optimise'."
    )


def _patients(protocol: Protocol) -> str:
    enrolment = protocol.enrolment
    arms = "1 arm" if len(protocol.arms) == 1 else f"{len(protocol.arms)} arms"
    sharing = ""
    if len(protocol.arms) > 1:
        sharing = (
            ", the same patients in every arm"
            if protocol.is_counterfactual
            else ", different patients in each arm"
        )
    months = enrolment.patients / enrolment.per_month
    sizes = dict.fromkeys(f"{arm.size(enrolment.patients):,}" for arm in protocol.arms)
    return (
        f"{protocol.population.replace('_', ' ').capitalize()}: {arms} of {_listed(list(sizes))} patients"
        f"{sharing}, enrolled over {months:.3g} months."
    )


def _case_mix(protocol: Protocol) -> str:
    excluded = protocol.eligibility.excluded_fraction
    if excluded is None and protocol.own is not None:
        return "Case mix: every eligible patient is enrolled."
    if excluded is None:
        return "Case mix: not stated; the disease's rule says how many of the least fit are not enrolled."
    share = f"{100 * excluded:.3g} %"
    return f"Case mix: of all patients with the disease the least fit {share} are not enrolled."


def _eligibility(asked: Eligibility) -> str:
    """Who is enrolled, as far as the protocol limits it."""
    low, high = asked.age
    grades = _listed([f"{grade}" for grade in asked.performance_status])
    phrases = [
        f"performance status {grades}",
        f"age {low:g} to {high:g}" if high is not None else f"age from {low:g}",
    ]
    for name in ("creatinine", "bilirubin", "neutrophils", "platelets"):
        limit = getattr(asked, name)
        phrases += [f"{name} {limit}"] if limit is not None else []
    if asked.prior_lines is not None:
        phrases.append(f"{_listed([f'{number}' for number in asked.prior_lines])} earlier lines")
    if asked.metastatic_sites is not None:
        phrases += [f"no metastases in {site.replace('_', ' ')}" for site in asked.metastatic_sites.exclude]
        if asked.metastatic_sites.at_most is not None:
            phrases.append(f"at most {asked.metastatic_sites.at_most} metastatic sites")
    if asked.expected_survival is not None:
        phrases.append(f"expected survival of at least {asked.expected_survival}")
    if asked.prior_therapy != "any":
        phrases.append(f"earlier treatment {asked.prior_therapy} (recorded only)")
    return f"Enrolled: {', '.join(phrases)}."


def _arm(arm: Arm, patients: int) -> list[str]:
    head = f"Arm '{arm.name}', {arm.size(patients):,} patients:"
    lines = [_line(line) for line in arm.treatment] or ["observation: scans and follow-up, no doses"]
    if arm.treatment and arm.lines != arm.treatment:
        lines.insert(0, "observation until the first line starts")
    if arm.model is not None:
        lines.append(f"model: {_changes(arm.model)}")
    return [head, *(f"  {line}" for line in lines)]


def _changes(model: ModelChanges) -> str:
    """How a model differs, as phrases."""
    phrases = [f"without {name}" for name in model.without]
    phrases += [f"with {name}" for name in model.variants]
    phrases += [f"{name} = {value}" for name, value in model.values.items()]
    return "; ".join(phrases) or "as usual"


def _background(given: BackgroundTreatment) -> str:
    regimen = given.regimen
    return (
        f"Background treatment of {100 * given.share:.3g} % of patients: {given.agent} {given.dose}, "
        f"{given.route}: {regimen.in_words()}; starts {given.start}."
    )


def _line(line: TreatmentLine) -> str:
    regimen = line.regimen
    held = "" if line.is_held_for_toxicity else "; no dose is held for toxicity"
    return (
        f"{line.agent} {line.dose}, {line.route}: {regimen.in_words()}; "
        f"on {dose_days_in_words(regimen.dose_days)}; starts {line.start}{held}"
    )


def dose_days_in_words(dose_days: Sequence[float]) -> str:
    """The days of a cycle, counted from 1, that hold doses: `days 1 to 5 and 15 to 19`.

    Units: dose_days [day], from the start of the cycle.
    """
    days = sorted({math.floor(day + SAME_DAY) + 1 for day in dose_days})
    firsts = [day for day in days if day - 1 not in days]
    lasts = [day for day in days if day + 1 not in days]
    spans = [
        f"{first}" if first == last else f"{first} to {last}"
        for first, last in zip(firsts, lasts, strict=True)
    ]
    if len(spans) > MOST_SPANS:
        return f"days {', '.join(spans[:3])} and so on to {lasts[-1]}"
    return f"day{'s' if len(days) > 1 else ''} {_listed(spans)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _scans(protocol: Protocol) -> str:
    assessments = protocol.assessments
    last_enrolled = protocol.enrolment.patients / protocol.enrolment.per_month * DAYS_PER_MONTH
    cut_off = protocol.cut_off_days(last_enrolled)
    counts = [_scans_until(protocol, days) for days in (cut_off - last_enrolled, cut_off)]
    number = (
        f"{counts[0]}"
        if counts[0] == counts[1]
        else f"{counts[0]} (last patient) to {counts[1]} (first patient)"
    )
    confirmed = (
        f", responses confirmed after {assessments.confirm_after}"
        if assessments.confirm_after is not None
        else ""
    )
    return (
        f"Scans every {assessments.every} by {assessments.criteria}{confirmed}; {number} scheduled "
        f"visits after baseline before the data cut-off at {cut_off / DAYS_PER_MONTH:.3g} months."
        f"{_further_scores(assessments)}"
    )


def _further_scores(assessments: Assessments) -> str:
    """By what else the same visits are scored and split."""
    words = ""
    if assessments.also_score:
        words += f" Also scored by {_listed(assessments.also_score)}, until {assessments.scans_until}."
    if assessments.subgroups:
        words += f" Subgroups by thirds of {_listed(assessments.subgroups)}."
    return words


def _scans_until(protocol: Protocol, days: float) -> int:
    """Scheduled scans of a patient followed for some days."""
    first = (protocol.assessments.first_at or protocol.assessments.every).days
    return max(0, math.floor((days - first) / protocol.assessments.every.days + 1e-9) + 1)


def _biomarkers(protocol: Protocol) -> list[str]:
    return [
        f"{name} at every scan" if marker.at is None else f"{name} at {' and '.join(map(str, marker.at))}"
        for name, marker in protocol.assessments.biomarkers.items()
    ]


def _design(design: Design) -> str:
    if design.simon is not None:
        asked = design.simon
        return (
            f"Design: Simon's optimal two stages, {asked.p0:.3g} against {asked.p1:.3g}, "
            f"alpha {asked.alpha:.3g}, power {asked.power:.3g}; it judges as many of "
            "the first patients of each arm as it needs."
        )
    if design.dose_finding is not None:
        return f"Design: {_escalation_words(design.dose_finding)}."
    from trialkine.operating.plans import randomised_plan, single_arm_plan

    if design.randomised is not None:
        compared = design.randomised
        plan = randomised_plan(compared)
        return (
            f"Design: {compared.experimental} against {compared.control} by {compared.endpoint}, "
            f"{plan.words}."
        )
    if design.single_stage is not None:
        one_look = single_arm_plan(design)
        return f"Design: {one_look.words if one_look is not None else ''}."
    stages = design.two_stage
    assert stages is not None  # the protocol checks that exactly one rule is given
    words = f"Design: stop if at most {stages.stop_at_or_below} of the first {stages.first_stage} respond"
    if stages.total is not None:
        words += f"; promising if more than {stages.success_above} of the first {stages.total} do"
    return f"{words}."


def _escalation_words(asked: DoseFinding) -> str:
    limiting = asked.dose_limiting
    return (
        f"escalation by {asked.rule} over {', '.join(asked.doses)}; grade {limiting.grade} or worse within "
        f"{limiting.within} limits the dose"
    )
