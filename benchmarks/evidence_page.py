"""Writes docs/evidence.md from the facts, the conflicts between sources and the numbers that rest on them.

python benchmarks/evidence_page.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from trialkine.agents.catalogue import agent_book
from trialkine.assay.well_model import assay_records
from trialkine.diseases import disease_names, load_disease
from trialkine.evidence.conflicts import Conflict, Side, conflicts
from trialkine.evidence.pharmacology import Fact, facts
from trialkine.evidence.receptors import receptor_map
from trialkine.mechanisms.core import variant_mechanisms, variant_numbers
from trialkine.population.packaged import packaged_records
from trialkine.records import ParameterRecord
from trialkine.report.words import as_number
from trialkine.toxicity.terms import grade_records
from trialkine.trial.measurement import measurement_records

PAGE = Path(__file__).parents[1] / "docs" / "evidence.md"
OF_DISEASE = ":"
COLUMNS = {
    "cr_n": "complete responses",
    "pr_n": "partial responses",
    "n_evaluable": "evaluable",
    "orr_pct": "responses in %",
    "orr_ci_low": "printed interval of the rate from",
    "orr_ci_high": "to",
    "orr_cp95_low": "exact interval from",
    "orr_cp95_high": "to",
}
"""Columns of the table of evidence that hold a number, in words; others speak for themselves."""
INTRODUCTION = """\
# Evidence: facts, sources and conflicts

Where the numbers come from, and what was done where sources disagree. Written from the data files by
`benchmarks/evidence_page.py`.

- **A source** is a citation under a key, in a file of `src/trialkine/evidence/sources/`, at the level of
  detail that is known.
- **A fact** is one number or sentence as printed, with unit, population, citation and what was read of it
  (mostly abstracts): a row of `src/trialkine/evidence/pharmacology.csv`, whether the model uses it or not.
- **A parameter** has `value`, `unit`, `kind`, `source` and `where`. Where it rests on facts, it also has
  `facts = ["PK_IL2_CL"]`. `trialkine cite FILE` lists the facts behind a protocol.
- **A conflict** is an entry of `src/trialkine/evidence/conflicts.toml`: each side as its table has it, what
  trialkine uses, and why.

What holds is tested:

- No number of any data file stands without unit, kind and source
  (`tests/contracts/test_numbers_have_witnesses.py`).
- Every cited fact exists. A number whose unit can be compared with its fact's, or with that of a half-life
  that it means, is one that the fact prints or lies in its range, or else is listed with how it follows
  (`tests/contracts/test_facts_are_cited.py`). A calibrated number is exempt: its facts are its targets.
- What a side of a conflict states is what stands in its table
  (`tests/contracts/test_conflicts_between_sources.py`).
"""


def page() -> str:
    """The page as Markdown."""
    uses = numbers_by_fact()
    disputed = {side.key for one in conflicts().values() for side in one.sides if side.witness == "fact"}
    unused = set(facts()) - set(uses)
    parts = [
        INTRODUCTION,
        "## Conflicts between sources",
        "",
        f"{len(conflicts())} are known. Names in code are those of arms, facts, sources and parameters.",
        "",
        "| what is disputed | what was read | what trialkine uses |",
        "|---|---|---|",
        *(conflict_row(one) for one in conflicts().values()),
        "",
        "## Facts that numbers rest on",
        "",
        f"{len(uses)} of {len(facts())} facts carry a number of the model. Of the other {len(unused)}, "
        f"{len(unused & disputed)} are a side of a conflict above; the rest are kept for whoever needs them.",
        "",
        "| fact | what was read | level | numbers that rest on it |",
        "|---|---|---|---|",
        *(fact_row(fact, uses[key]) for key, fact in facts().items() if key in uses),
        "",
    ]
    return "\n".join(parts)


def conflict_row(conflict: Conflict) -> str:
    """One conflict as a row of the table."""
    used = [conflict.uses, *map(parameter_words, conflict.parameters)]
    trials = [f"`{name}`" for name in conflict.trials]
    if trials:
        used.append(f"Trials: {', '.join(trials)}")
    sides = [side_words(side) for side in conflict.sides]
    return row(conflict.what[0].upper() + conflict.what[1:], "<br>".join(sides), "<br>".join(used))


def side_words(side: Side) -> str:
    """One side: its key, and what stands there."""
    if side.witness == "fact":
        fact = facts()[side.key]
        unit = f" {fact.unit}" if fact.unit and "unit" not in side.values else ""
        told = [f"{text}{unit}" if column == "value" else text for column, text in side.values.items()]
        about = "" if "quantity" in side.values else f" ({fact.about})"
        return f"`{side.key}`{about}: {'; '.join(told)}"
    if side.witness == "row":
        told = [f"{COLUMNS.get(column, '')} {text}".strip() for column, text in side.values.items()]
        return f"`{side.key}`: {'; '.join(told)}"
    key = f"claim {side.key}" if side.witness == "claim" else f"`{side.key}`"
    return f"{key}: {'; '.join(side.values.values())}"


def parameter_words(name: str) -> str:
    """A parameter and its present number."""
    record = record_of(name)
    if isinstance(record.value, Mapping):
        return f"`{name}`, one number per member"
    unit = f" {record.unit}" if record.unit else ""
    return f"`{name}` = {as_number(record.value)}{unit} ({record.kind.replace('_', ' ')})"


def fact_row(fact: Fact, names: list[str]) -> str:
    """One fact as a row of the table."""
    return row(f"`{fact.id}`", fact.summary, fact.source_level, ", ".join(f"`{name}`" for name in names))


def row(*cells: str) -> str:
    """Cells of a table in Markdown."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


# -- numbers and their facts ------------------------------------------------------------------------


def record_of(name: str) -> ParameterRecord:
    """The record of a parameter, written as in a conflict: `name`, or `disease:name`.

    Raises: KeyError, when there is none.
    """
    disease, _, parameter = name.rpartition(OF_DISEASE)
    lineage = load_disease(disease).lineage if disease else ()
    found = dict(load_disease(disease or "melanoma").records)
    for file in agent_book().files.values():
        found |= file.numbers.records_in(lineage)
    if not disease:
        found |= {**packaged_records(), **grade_records(), **measurement_records(), **assay_records()}
    return found[parameter]


def all_records() -> Iterator[tuple[str, ParameterRecord]]:
    """Every record of the package by its name; one that several diseases share comes several times."""
    for disease in disease_names():
        yield from load_disease(disease).records.items()
    files = [file.numbers for file in agent_book().files.values()]
    for numbers in (*files, *map(variant_numbers, variant_mechanisms())):
        yield from numbers.base.items()
        for records in numbers.in_disease.values():
            yield from records.items()
    for apart in (packaged_records(), grade_records(), measurement_records(), assay_records()):
        yield from apart.items()


def numbers_by_fact() -> dict[str, list[str]]:
    """The names of the numbers that rest on each fact that is cited, in alphabetical order."""
    found: dict[str, set[str]] = {}
    for name, record in all_records():
        for fact in record.facts:
            found.setdefault(fact, set()).add(name)
    for disease in disease_names():
        for rule in load_disease(disease).plausibility:
            for fact in rule.facts:
                found.setdefault(fact, set()).add(f"{rule.quantity} (plausible)")
    for receptor in receptor_map().receptors.values():
        for fact in receptor.affinity.facts if receptor.affinity else ():
            found.setdefault(fact, set()).add(f"{receptor.key} (affinity)")
    return {fact: sorted(names) for fact, names in found.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
