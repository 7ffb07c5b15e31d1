"""Reads a mapping file and the model it names, and reports all faults at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trialkine.errors import InputError, ModelError, Problem, ProblemsError
from trialkine.model.standalone import StandaloneModel
from trialkine.trial.own_model.bridge import OwnModel, build
from trialkine.trial.own_model.checks import mapping_faults, name_faults
from trialkine.trial.own_model.in_protocol import looks_like_a_mapping
from trialkine.trial.own_model.mapping import ModelMapping, Sections
from trialkine.trial.own_model.model_source import draft_advice, is_file_name, is_model_file, load_model
from trialkine.trial.reading import Document, fail, read_document, read_text
from trialkine.trial.sentences import faults

Load = Callable[[str, Path, str | None, str | None], StandaloneModel]
_KEYED = ("doses", "vary", "toxicity", "measurement")


def read_own_model(path: str | Path, load: Load | None = None) -> OwnModel:
    """The model and the mapping in a mapping file; `load` fetches the model that it names.

    Raises: ProblemsError, with every fault of the mapping, or of the model it names.
    """
    file = Path(path)
    if is_model_file(file):
        fail(str(path), f"this is a model, and a mapping file is needed. {draft_advice(file)}")
    text = read_text(file)
    document = read_document(text, str(path))
    if not isinstance(document.data, dict):
        fail(str(path), "the file holds no keys. Begin with 'schema: 1' and 'model: FILE'.", 1)
    mapping, found = _validated(document)
    standalone = _loaded(document, found, file.parent, load or load_model)
    if standalone is not None:
        for path_of, message, character in mapping_faults(found, standalone):
            document.report(path_of, message, character)
        if not document.problems:
            for path_of, message, character in name_faults(found, standalone):
                document.report(path_of, message, character)
    if document.problems or mapping is None or standalone is None:
        raise ProblemsError(sorted(document.problems, key=lambda problem: (problem.file, problem.line or 0)))
    return _built(document, mapping, standalone, {str(file): text, **_model_text(mapping.model, file.parent)})


def is_mapping_file(path: str | Path) -> bool:
    """Whether a file has the keys that only mapping files have; a file that cannot be read has not."""
    try:
        text = read_text(path)
    except ProblemsError:
        return False
    found = re.findall(r"^([a-z_]+)\s*:[ \t]*([^\s#{][^\n]*)?", text, flags=re.MULTILINE)
    return looks_like_a_mapping({key: words or None for key, words in found})


def _validated(document: Document) -> tuple[ModelMapping | None, Sections]:
    """The mapping, if it can be read whole, and whatever can be read of it."""
    data: dict[Any, Any] = document.data
    try:
        mapping = ModelMapping.model_validate(data)
    except ValidationError as error:
        for path, message, character in faults(error, ModelMapping):
            document.report(path, message, character)
        return None, _readable(data, error)
    return mapping, mapping


def _readable(data: Mapping[Any, Any], error: ValidationError) -> Sections:
    """The sections, and the entries of keyed sections, without a fault of their own."""
    kept = {
        key: dict(value) if key in _KEYED and isinstance(value, dict) else value
        for key, value in data.items()
    }
    for details in error.errors(include_url=False):
        first, *rest = details["loc"] or ("",)
        section = kept.get(first)
        if first in _KEYED and rest and isinstance(section, dict):
            section.pop(rest[0], None)
        else:
            kept.pop(first, None)
    try:
        return Sections.model_validate({str(key): value for key, value in kept.items()})
    except ValidationError:
        return Sections()


def _loaded(document: Document, found: Sections, folder: Path, load: Load) -> StandaloneModel | None:
    """The model, with its composition checked; None where it cannot be had, and then that is reported."""
    if found.model is None:
        return None
    try:
        standalone = load(found.model, folder, found.time_unit, found.case)
        standalone.model  # noqa: B018  composes and checks it
    except ProblemsError as error:
        document.problems += error.problems
    except (InputError, ModelError) as error:
        document.report(("model",), str(error))
    else:
        return standalone
    return None


def _built(
    document: Document, mapping: ModelMapping, standalone: StandaloneModel, texts: Mapping[str, str]
) -> OwnModel:
    """Raises: ProblemsError, when the model and its mapping do not compose."""
    try:
        own = build(mapping, standalone, Path(document.file).name, texts)
        own.model  # noqa: B018  composes and checks it
    except (InputError, ModelError) as error:
        line = document.line(("model",))
        raise ProblemsError([Problem(str(error), document.file, line)]) from error
    return own


def _model_text(model: str, folder: Path) -> dict[str, str]:
    """The model's file as read; nothing for a published model."""
    path = folder / model
    if not is_file_name(model):
        return {}
    try:
        return {str(path): path.read_text("utf-8")}
    except (OSError, UnicodeDecodeError):
        return {}
