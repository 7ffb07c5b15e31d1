"""A small agent file that the tests change one place at a time."""

from __future__ import annotations

DRUG = """
name = "drug"
title = "A drug"
about = "One compartment."
drug_class = "chemotherapy"
dose_unit = "mg"
dose_bases = ["m2", "flat"]
literature = ["ostermann_2004", "drug_report"]

[routes.oral]
into = "drug_plasma"
amount = "dose"
about = "by mouth"

[states.drug_plasma]
unit = "mg"
about = "amount in the body"
scale = "drug_reference_level * drug_volume"

[[defines]]
name = "drug_level"
unit = "mg/L"
expression = "drug_plasma / drug_volume"
about = "level in plasma"

[[flows]]
source = "drug_plasma"
rate = "drug_clearance / drug_volume * drug_plasma"

[[adds]]
to = "cytotoxic_kill"
term = "drug_kill_rate * drug_level / drug_reference_level"

[[adds]]
to = "neutrophil_suppression"
term = "drug_level / drug_reference_level"

[[delays]]
name = "neutropenia"
when = "neutrophil_count < drug_least_neutrophils"
about = "Cycles wait for neutrophils."
longest = "drug_longest_delay"

[[reductions]]
toxicity = "neutrophils"
grade = 4
to = "drug_reduced_dose"
about = "A quarter less after grade 4."

[[stops]]
toxicity = "neurotoxicity"
grade = 3
about = "Ended for neurotoxicity of grade 3."

[parameters.drug_volume]
about = "volume of distribution"
value = 30.0
unit = "L"
kind = "measured"
source = "drug_report"
where = "table 1"

[parameters.drug_clearance]
about = "clearance"
value = 10.0
unit = "L/hour"
model_unit = "L/day"
kind = "measured"
source = "ostermann_2004"
where = "abstract"
variability = { distribution = "lognormal", sd = 0.15 }

[parameters.drug_reference_level]
about = "level at which killing is as stated"
value = 1.0
unit = "mg/L"
kind = "derived"
source = "definition"
where = "unit of exposure"

[parameters.drug_kill_rate]
about = "killing at the reference level"
unit = "1/day"

[parameters.drug_kill_rate.diseases.melanoma]
value = 0.05
kind = "assumed"
source = "assumption"
where = "like another drug"
low = 0.0
high = 0.1

[parameters.drug_least_neutrophils]
about = "neutrophils below which a cycle waits"
value = 1.5
unit = "1/nL"
kind = "measured"
source = "drug_report"
where = "label"

[parameters.drug_longest_delay]
about = "longest wait"
value = 3.0
unit = "week"
model_unit = "day"
kind = "measured"
source = "drug_report"
where = "label"

[parameters.drug_reduced_dose]
about = "later doses as a share of the planned one"
value = 0.75
unit = ""
kind = "measured"
source = "drug_report"
where = "label"

[sources.drug_report]
citation = "A report on the drug"
"""


def named(name: str) -> str:
    """The same drug under another name."""
    return DRUG.replace("drug_class", "DRUG-CLASS").replace("drug", name).replace("DRUG-CLASS", "drug_class")
