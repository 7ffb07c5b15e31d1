"""Protocols for tests of the report and the command line, and a way to read them without a file."""

from __future__ import annotations

import io

from ruamel.yaml import YAML

from trialkine.trial.protocol import Protocol

TWO_ARMS_YAML = """\
schema: 1
title: High-dose interleukin-2, then low-dose temozolomide, in metastatic melanoma
question: Does temozolomide after interleukin-2 add responses that interleukin-2 alone would not have given?
record: >-
  In the published pool of 270 patients, high-dose interleukin-2 gave an objective response in 16 %
  (95 % interval 12 to 21).
disease: melanoma
arms_are: {arms_are}
eligibility: {{performance_status: [0, 1], age: [18, 75]}}
arms:
  - name: HD IL-2
    treatment:
      - agent: aldesleukin
        dose: 600000 IU/kg
        route: intravenous over 15 min
        schedule: >-
          every 8 h, up to 14 doses, on days 1 and 15;
          repeat every 12 weeks, at most 3 courses, while not progressing
  - name: HD IL-2 then temozolomide
    treatment:
      - agent: aldesleukin
        dose: 600000 IU/kg
        route: intravenous over 15 min
        schedule: >-
          every 8 h, up to 14 doses, on days 1 and 15;
          repeat every 12 weeks, at most 3 courses, while not progressing
      - agent: temozolomide
        dose: 75 mg/m2
        route: oral
        schedule: daily, days 1 to 21 of 28, until progression
        starts: within 6 weeks after aldesleukin fails
assessments: {{criteria: {criteria}, every: 8 weeks, confirm_after: 4 weeks, biomarkers: [plasma_vegf]}}
design: {{simon: {{p0: 0.10, p1: 0.30, alpha: 0.05, power: 0.80}}}}
enrolment: {{patients: 60, per_month: 3}}
follow_up: 36 months
sources:
  - citation: Atkins MB et al. J Clin Oncol 1999;17(7):2105-2116
    pmid: '10561265'
"""

SINGLE_ARM_YAML = """\
schema: 1
title: IM862 in metastatic renal cell carcinoma
disease: renal_cell
arms:
  - name: IM862
    treatment:
      - agent: im862
        dose: 20 mg
        route: intranasal
        schedule: three times daily, cycles of 8 weeks, until progression
assessments:
  criteria: who-1979
  every: 8 weeks
  biomarkers: {plasma_vegf: {at: [4 weeks, 8 weeks]}}
design: {two_stage: {first_stage: 25, stop_at_or_below: 0}}
enrolment: {patients: 25, per_month: 2}
follow_up: 20 months
"""


def two_arm_text(arms_are: str = "counterfactual", criteria: str = "who-1979") -> str:
    """A protocol of two arms, the second a sequence."""
    return TWO_ARMS_YAML.format(arms_are=arms_are, criteria=criteria)


def protocol_from_text(text: str) -> Protocol:
    """The protocol in some YAML text; agents and diseases are not looked up."""
    return Protocol.model_validate(YAML(typ="safe").load(io.StringIO(text)))
