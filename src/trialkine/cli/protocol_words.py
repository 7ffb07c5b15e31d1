"""What a protocol says, in the words of a person who reads it aloud."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialkine.records import DAYS_PER_MONTH

if TYPE_CHECKING:
    from trialkine.trial.protocol import Protocol
    from trialkine.trial.protocol_parts import Arm, Design, TreatmentLine


def protocol_in_words(protocol: Protocol) -> list[str]:
    """One sentence or phrase per line; lines about a single treatment are indented."""
    lines = [protocol.title, _patients(protocol)]
    for arm in protocol.arms:
        lines += _arm(arm)
    lines.append(_scans(protocol))
    if protocol.assessments.biomarkers:
        lines.append(f"Biomarkers: {', '.join(_biomarkers(protocol))}.")
    if protocol.design is not None:
        lines.append(_design(protocol.design))
    return lines


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
    return (
        f"{protocol.disease.replace('_', ' ').capitalize()}: {arms} of {enrolment.patients:,} patients"
        f"{sharing}, enrolled over {months:.3g} months."
    )


def _arm(arm: Arm) -> list[str]:
    return [f"Arm '{arm.name}':", *(f"  {_line(line)}" for line in arm.treatment)]


def _line(line: TreatmentLine) -> str:
    held = "" if line.is_held_for_toxicity else "; no dose is held for toxicity"
    return f"{line.agent} {line.dose}, {line.route}: {line.regimen.in_words()}; starts {line.start}{held}"


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
    )


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
            f"Design: Simon's two stages, {asked.p0:.3g} against {asked.p1:.3g}, alpha {asked.alpha:.3g}, "
            f"power {asked.power:.3g}."
        )
    stages = design.two_stage
    assert stages is not None  # the protocol checks that exactly one rule is given
    words = f"Design: stop if at most {stages.stop_at_or_below} of the first {stages.first_stage} respond"
    if stages.total is not None:
        words += f"; promising if more than {stages.success_above} of {stages.total} do"
    return f"{words}."
