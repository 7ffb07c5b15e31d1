"""`trialkine import`: read a model, foreign or native, and say what it is, or all that is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from trialkine.cli.named_model import named_model
from trialkine.cli.options import STANDARD_OUTPUT, Case, FindingsJson, json_target, write_json
from trialkine.errors import InputError, ProblemsError

if TYPE_CHECKING:
    from trialkine.model.declarations import Agent
    from trialkine.model.model import Quantity
    from trialkine.model.standalone import PlannedDose, StandaloneModel

MOST_SHOWN = 12
PROTOCOL_ENDINGS = (".yaml", ".yml")
NEXT_STEP = (
    "Next: to run a trial with this model, write a mapping file that says which quantity is the size of the "
    "tumour and which agent is which drug. '--draft MAPPING.yaml' drafts one (docs/own-model.md)."
)
AFTER_DRAFT = (
    "Drafted {draft}. Next: replace every CHOOSE in it, and try it with 'trialkine check {draft}' "
    "(docs/own-model.md)."
)


def import_model(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A model file (.xml, .sbml: SBML; .toml: native) or the name of a published model.",
            show_default=False,
        ),
    ],
    time_unit: Annotated[
        str | None,
        typer.Option(
            "--time-unit",
            metavar="UNIT",
            help="How the file counts time: day, hour, minute, ... Default: as the file says, else day.",
            show_default=False,
        ),
    ] = None,
    case: Case = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft",
            metavar="MAPPING.yaml",
            help="Also draft a mapping file here, which must be new.",
            show_default=False,
        ),
    ] = None,
    json: FindingsJson = None,
) -> None:
    """Read a model that another program wrote, and say what it is.

    Prints its states, parameters, quantities, doses and units, and notes on what is written in another way
    here. What cannot be carried over is named with its line, all of it at once; the exit code is then 2.
    Native model files and the published models of the package are shown in the same way.
    """
    target = json_target(json) if json is not None else None
    if draft is not None:
        _check_new(draft)
    try:
        found = _read(file, time_unit, case)
    except InputError as error:
        if target is not None:
            _write(target, {"schema": 1, "file": str(file), "ok": False, "problems": _problems(error)})
        raise
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    _print_model(found, file, stream)
    if draft is None:
        print(f"\n{NEXT_STEP}", file=stream)
    else:
        _write_draft(found, file, draft, time_unit, case)
        print(f"\n{AFTER_DRAFT.format(draft=draft)}", file=stream)
    if target is not None:
        _write(target, {"schema": 1, "file": str(file), "ok": True, "problems": [], **_facts(found)})


def _read(file: Path, time_unit: str | None, case: str | None) -> StandaloneModel:
    """The model that FILE names.

    Raises: InputError, when it is no model, or cannot be read.
    """
    if file.suffix.lower() in PROTOCOL_ENDINGS:
        raise InputError(
            f"'{file}' is no model file. Name an SBML file (.xml, .sbml), a native model file (.toml) or a "
            "published model; 'trialkine check' reads protocols and mapping files."
        )
    return named_model(file, time_unit, case)


def _check_new(draft: Path) -> None:
    """Refuse to overwrite a file, or to write where nothing can be.

    Raises: InputError.
    """
    if str(draft) == STANDARD_OUTPUT:
        raise InputError(f"'--draft {draft}' is no file. Name a new file.")
    json_target(str(draft), "--draft")
    if draft.exists():
        raise InputError(f"'--draft {draft}' exists already. Name a new file, or remove that one first.")


def _write_draft(
    found: StandaloneModel, file: Path, draft: Path, time_unit: str | None, case: str | None
) -> None:
    """Write a mapping file that names the model by its place relative to the mapping."""
    from os.path import relpath

    from trialkine.trial.own_model.draft import draft_mapping

    model = Path(relpath(file, draft.parent)).as_posix() if file.suffix else str(file)
    write_json(str(draft), draft_mapping(found, model, time_unit, case), "--draft")


def _write(target: str, found: dict[str, Any]) -> None:
    from json import dumps

    write_json(target, dumps(found, indent=2, ensure_ascii=False) + "\n")


def _problems(error: InputError) -> list[dict[str, Any]]:
    if isinstance(error, ProblemsError):
        return [{"line": problem.line, "message": problem.message} for problem in error.problems]
    return [{"line": None, "message": str(error)}]


def _print_model(found: StandaloneModel, file: Path, stream: TextIO) -> None:
    model = found.model
    counts = (
        (len(model.states), "state"),
        (len(model.parameters), "parameter"),
        (len(model.quantities), "quantity"),
        (len(found.doses), "planned dose"),
        (len(model.events), "located event"),
    )
    print(f"{file}: {found.title}", file=stream)
    print(f"  {', '.join(_counted(number, noun) for number, noun in counts)}", file=stream)
    _list("States", [f"{n} [{s.unit or '1'}]  {s.about}" for n, s in model.states.items()], stream)
    _list("Quantities", [f"{n} [{q.unit or '1'}]  {q.about}" for n, q in model.quantities.items()], stream)
    _list("Parameters", [_parameter(found, name) for name in model.parameters], stream)
    _list("Agents", [_agent(one) for one in _agents(found)], stream)
    _list("Doses", _doses(found), stream)
    _list("Events", [f"{e.name}: when {e.when.text}, {_resets(e.resets)}" for e in model.events], stream)
    _list("Notes", list(found.notes), stream, most=None)


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _list(title: str, lines: list[str], stream: TextIO, most: int | None = MOST_SHOWN) -> None:
    if not lines:
        return
    print(f"\n{title}", file=stream)
    shown = lines if most is None or len(lines) <= most + 1 else lines[:most]
    for line in shown:
        print(f"  {line}", file=stream)
    if len(shown) < len(lines):
        print(f"  and {len(lines) - len(shown)} more; '--json FILE' lists all.", file=stream)


def _resets(resets: Any) -> str:
    return ", ".join(f"{name} becomes {text.text}" for name, text in resets.items())


def _parameter(found: StandaloneModel, name: str) -> str:
    record = found.records[name]
    value = record.value
    said = f"{value:g}" if isinstance(value, float) else ", ".join(f"{k}: {v:g}" for k, v in value.items())
    return f"{name} = {said} [{record.unit or '1'}]  {record.where}"


def _agents(found: StandaloneModel) -> list[Agent]:
    return list(found.model.agents.values())


def _agent(agent: Agent) -> str:
    ways = ", ".join(f"{name} into {route.into}" for name, route in agent.routes.items())
    return f"{agent.name}: doses in {agent.dose_unit or 'pure numbers'}, {ways}"


def _doses(found: StandaloneModel) -> list[str]:
    lines = []
    for dose in found.doses:
        route = found.model.routes[dose.agent, dose.route]
        unit = f" {route.dose_unit}" if route.dose_unit else ""
        over = f" over {dose.duration:g} days" if dose.duration else ""
        lines.append(
            f"day {dose.time:g}: {dose.amount:g}{unit} into {route.into}{over} ({dose.agent}, {dose.route})"
        )
    return lines


def _facts(found: StandaloneModel) -> dict[str, Any]:
    model, records = found.model, found.records
    return {
        "name": found.name,
        "title": found.title,
        "states": [
            {"name": name, "unit": one.unit, "about": one.about, "initial": one.initial}
            for name, one in model.states.items()
        ],
        "quantities": [
            {"name": name, "unit": one.unit, "about": one.about, "expression": _expression(one)}
            for name, one in model.quantities.items()
        ],
        "parameters": [
            {"name": name, "value": records[name].value, "unit": one.unit, "where": records[name].where}
            for name, one in model.parameters.items()
        ],
        "agents": [
            {"name": one.name, "unit": one.dose_unit, "routes": {n: r.into for n, r in one.routes.items()}}
            for one in _agents(found)
        ],
        "doses": [_dose_facts(found, dose) for dose in found.doses],
        "events": [
            {"name": one.name, "when": one.when.text, "resets": {n: t.text for n, t in one.resets.items()}}
            for one in model.events
        ],
        "notes": list(found.notes),
    }


def _expression(quantity: Quantity) -> str:
    """What a quantity is: the product of its expression and its factors, or the sum of its terms."""
    if quantity.expression is None:
        return " + ".join(f"({term.text})" for term in quantity.terms) or "0"
    texts = [text.text for text in (quantity.expression, *quantity.factors)]
    return texts[0] if len(texts) == 1 else " * ".join(f"({text})" for text in texts)


def _dose_facts(found: StandaloneModel, dose: PlannedDose) -> dict[str, Any]:
    route = found.model.routes[dose.agent, dose.route]
    return {
        "agent": dose.agent,
        "route": dose.route,
        "into": route.into,
        "day": dose.time,
        "amount": dose.amount,
        "unit": route.dose_unit,
        "duration_days": dose.duration,
    }
