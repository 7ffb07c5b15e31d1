"""`trialkine import`: read another program's model file and say what it is, or all that cannot be read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from trialkine.cli.options import STANDARD_OUTPUT, json_target, write_json
from trialkine.errors import InputError, ProblemsError

if TYPE_CHECKING:
    from trialkine.model.standalone import PlannedDose, StandaloneModel

MOST_SHOWN = 12
NEXT_STEP = (
    "Next: to run a trial with this model, write a mapping file that says which quantity is the size of the "
    "tumour and which agent is which drug (docs/own-model.md)."
)


def import_model(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file (SBML).", show_default=False)],
    time_unit: Annotated[
        str | None,
        typer.Option(
            "--time-unit",
            metavar="UNIT",
            help="How the file counts time: day, hour, minute, ... Default: as the file says, else day.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Also write the findings as JSON here; '-' is standard output.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read a model that another program wrote, and say what it is.

    Prints its states, parameters, quantities, doses and units, and notes on what is written in another way
    here. What cannot be carried over is named with its line, all of it at once; the exit code is then 2.
    """
    from trialkine.interchange.sbml_import import read_sbml

    target = json_target(json) if json is not None else None
    try:
        found = read_sbml(file, time_unit)
    except InputError as error:
        if target is not None:
            _write(target, {"schema": 1, "file": str(file), "ok": False, "problems": _problems(error)})
        raise
    _print_model(found, file, sys.stderr if target == STANDARD_OUTPUT else sys.stdout)
    if target is not None:
        _write(target, {"schema": 1, "file": str(file), "ok": True, "problems": [], **_facts(found)})


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
    _list("Doses", _doses(found), stream)
    _list("Events", [f"{e.name}: when {e.when.text}, {_resets(e.resets)}" for e in model.events], stream)
    _list("Notes", list(found.notes), stream, most=None)
    print(f"\n{NEXT_STEP}", file=stream)


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
    return f"{name} = {record.value:g} [{record.unit or '1'}]  {record.where}"


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
            {"name": name, "unit": one.unit, "about": one.about, "expression": one.texts[0].text}
            for name, one in model.quantities.items()
        ],
        "parameters": [
            {"name": name, "value": records[name].value, "unit": one.unit, "where": records[name].where}
            for name, one in model.parameters.items()
        ],
        "doses": [_dose_facts(found, dose) for dose in found.doses],
        "events": [
            {"name": one.name, "when": one.when.text, "resets": {n: t.text for n, t in one.resets.items()}}
            for one in model.events
        ],
        "notes": list(found.notes),
    }


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
