"""Drafts a mapping file for a model: every choice listed, none made that the model does not decide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from trialkine.model.declarations import Agent
from trialkine.model.model import Model
from trialkine.model.standalone import StandaloneModel
from trialkine.trial.own_model.dosing import can_be_given, takes_doses
from trialkine.trial.own_model.stated import is_by_definition
from trialkine.trial.own_model.tumour import CELLS, DENSITY, DIAMETER, VOLUME, texts_of, unit_of
from trialkine.units import dimension

CHOOSE = "CHOOSE"
TUMOUR_WORDS = ("tumour", "tumor", "lesion", "cancer", "diameter", "sld", "burden")
MOST_LISTED = 12


def draft_mapping(
    standalone: StandaloneModel, model_file: str = "", time_unit: str | None = None, case: str | None = None
) -> str:
    """A commented mapping file for a model, with the word CHOOSE wherever its reader must decide.

    `model_file` is what the mapping should name as its model; absent: the model's name. `time_unit` is that
    of an SBML file that states none, if it had to be said; `case` the set of numbers, if not the first.
    """
    model = standalone.model
    return "\n".join(
        [
            f"# A mapping file for {standalone.title or standalone.name}, drafted from its equations.",
            f"# Replace every {CHOOSE}, take the '# ' off what you need, and try it with `trialkine check`",
            "# on this file. docs/own-model.md explains each key.",
            "schema: 1",
            f"model: {_scalar(model_file or standalone.name)}",
            *([] if case is None else [f"case: {_scalar(case)}"]),
            *([] if time_unit is None else [f"time_unit: {_scalar(time_unit)}"]),
            "",
            *_tumour(model),
            "",
            *_doses(standalone),
            "",
            *_vary(standalone),
            "",
            *_rest(model),
            "",
        ]
    )


def _scalar(text: str) -> str:
    """A text as YAML reads it back: in quotes, unless it is made of plain characters."""
    return text if re.fullmatch(r"[A-Za-z][\w./+-]*", text) else json.dumps(text, ensure_ascii=False)


def size_candidates(model: Model) -> list[str]:
    """The quantities that could be the size of a tumour: by unit, else by name."""
    measures = [dimension(unit).exponents for unit in (CELLS, DENSITY, VOLUME, DIAMETER)]
    names = model.single_names
    by_unit = [name for name in names if dimension(unit_of(model, name)).exponents in measures]
    by_name = [name for name in names if any(word in name.lower() for word in TUMOUR_WORDS)]
    both = [name for name in by_name if name in by_unit]
    return list(dict.fromkeys([*both, *by_name, *by_unit]))


def _tumour(model: Model) -> list[str]:
    found = size_candidates(model)
    said = _listed(model, found) if found else _listed(model, model.single_names)
    why = "could be, by unit or name" if found else "neither unit nor name tells; all there are"
    return [
        f"# Which quantity is the size of the tumour? {why.capitalize()}:",
        *(f"#   {line}" for line in said),
        "tumour:",
        f"  quantity: {CHOOSE}",
        "  # unit: cell                # or cell/mL, cm**3, mm**3, cm, mm: where the model states none",
        "  # cells_per_cm3: 1e9        # if it counts cells",
        "  # compartment: 100 mL       # if it is a density of cells",
        "  # lesions: [3, 2, 1]        # sizes of the measured lesions relative to each other; absent: one",
    ]


def _doses(standalone: StandaloneModel) -> list[str]:
    model = standalone.model
    own = [part for part in standalone.parts if isinstance(part, Agent) and can_be_given(part)]
    lines = []
    if own:
        lines.append("# The model's own agents can be given as they are:")
        lines += [f"#   {one.name}: doses in {one.dose_unit}, {', '.join(one.routes)}" for one in own]
    return [
        *lines,
        "# Which states take doses of which agent? A dose goes straight into one of:",
        *(f"#   {line}" for line in _listed(model, takes_doses(model))),
        "# doses:",
        "#   my_agent:",
        f"#     into: {CHOOSE}",
        "#     unit: mg                # of doses: mg, IU or cell",
        f"#     per_unit: {CHOOSE}        # rise of the state by a dose of 1 mg; or of a level: volume: 5 L",
        "#     routes: [intravenous]   # and subcutaneous, oral, intranasal",
        *_unplanned(standalone),
    ]


def _unplanned(standalone: StandaloneModel) -> list[str]:
    if not standalone.doses:
        return []
    count = len(standalone.doses)
    doses = "1 dose" if count == 1 else f"{count} doses"
    return [f"# The file plans {doses} of its own; in a trial the protocol says what is given."]


def _vary(standalone: StandaloneModel) -> list[str]:
    """Every parameter with its number, none of them varied."""
    lines = []
    read = {name for text in texts_of(standalone.model) for name in text.names}
    for name, parameter in standalone.model.parameters.items():
        if name not in read or is_by_definition(standalone.records[name]):
            continue  # it only tells the solver what is small, or converts units
        value = standalone.records[name].value
        said = f"{value:g} {parameter.unit}".rstrip() if isinstance(value, float) else "several values"
        lines.append(f"#   {name}: {{distribution: lognormal, sd: {CHOOSE}}}    # {said}")
    return [
        "# Which parameters differ between patients, and by how much? Without any, all patients are alike.",
        "# vary:",
        *lines,
    ]


def _rest(model: Model) -> list[str]:
    single = ", ".join(model.single_names[:MOST_LISTED])
    sizes = [unit_of(model, name) for name in size_candidates(model)[:1]]
    unit = sizes[0] if sizes and dimension(sizes[0]).exponents == dimension(DIAMETER).exponents else VOLUME
    return [
        "# patients:",
        f"#   tumour_at_start: {{value: {CHOOSE} {unit}, distribution: lognormal, sd: {CHOOSE}}}",
        "#   plausible:",
        f"#     - {{quantity: burden, at_most: {CHOOSE} cm**3, reason: tumour too large}}",
        "",
        "# Death from the disease; without it nobody dies. Numbers of a disease of the package, or your own.",
        f"# hazard: {{like: {CHOOSE}}}",
        "",
        "# Toxicity that is graded, and the quantity that shows it, one of:",
        f"#   {single}{', and more' if len(model.single_names) > MOST_LISTED else ''}",
        "# toxicity:",
        f"#   hypotension: {{quantity: {CHOOSE}, severe_at: {CHOOSE}}}",
    ]


def _listed(model: Model, names: Iterable[str]) -> list[str]:
    """Names with their units and meanings."""
    found = []
    for name in names:
        about = model.states[name].about if name in model.states else model.quantities[name].about
        unit = unit_of(model, name)
        found.append(f"{name}  [{unit or 'no unit'}]{f'  {about}' if about else ''}")
    return found
