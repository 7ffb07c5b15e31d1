"""No number of any data file stands without its unit, its kind and its source.

The readers of single files ask for the same. This test reads the files as they are written, whatever reads
them, and so finds a number in a new place, too. Numbers in equations need none: the language of models
knows 0, 1 and 2 only, and everything else there is a name.
"""

from __future__ import annotations

import pytest

from number_tables import PACKAGE, WITNESSES, Number, numbers
from trialkine.errors import ExpressionError
from trialkine.model.expression import parse
from trialkine.records import KINDS

PRIORS = "calibration/quantities.toml"
NO_NUMBERS_OF_THE_MODEL = {
    PRIORS: "how far priors reach, each with its kind; the units are those of the scales",
    "claims/claims.toml": "sizes of runs, and figures of the founding texts; each claim has its source",
}
NO_QUANTITIES = {
    "grade": "the name of a grade, 1 to 4",
    "schema": "the version of a file's format",
}
ROOMS = (
    "agents", "assay", "diseases", "endpoints", "evidence", "mechanisms", "population", "published_models",
    "toxicity", "trial",
)  # fmt: skip


def without(number: Number) -> list[str]:
    """What does not stand beside a number; a correlation has no unit."""
    wanted = [key for key in WITNESSES if key != "unit" or "correlations" not in number.path]
    return [key for key in wanted if not isinstance(number.beside.get(key), str)]


def test_every_number_stands_beside_its_unit_kind_and_source() -> None:
    found = {
        f"{number.file}: {'.'.join(number.path)}": without(number)
        for number in numbers()
        if number.file not in NO_NUMBERS_OF_THE_MODEL and number.path[-1] not in NO_QUANTITIES
    }
    assert {place: missing for place, missing in found.items() if missing} == {}
    assert len(found) > 1000


def test_every_kind_is_one_that_is_known_and_no_source_is_empty() -> None:
    for number in numbers():
        if number.file not in NO_NUMBERS_OF_THE_MODEL and number.path[-1] not in NO_QUANTITIES:
            assert number.beside["kind"] in KINDS, (number.file, number.path)
            assert number.beside["source"].strip(), (number.file, number.path)


def test_every_number_of_a_prior_says_its_kind() -> None:
    found = [number for number in numbers() if number.file == PRIORS]
    assert {number.path[-1] for number in found} > {"sd"}
    assert len(found) > len({number.path[:2] for number in found}) > 30
    assert {number.beside.get("kind") for number in found} <= set(KINDS)
    # Nobody has measured how far a number may lie from where it stands.
    assert {number.beside.get("kind") for number in found if number.path[-1] == "sd"} == {"assumed"}


@pytest.mark.parametrize("room", ROOMS)
def test_the_files_of_every_room_are_among_those_read(room: str) -> None:
    assert any(number.file.startswith(f"{room}/") for number in numbers())


@pytest.mark.parametrize("file", NO_NUMBERS_OF_THE_MODEL)
def test_what_is_left_out_is_there_and_says_what_its_numbers_are(file: str) -> None:
    head = (PACKAGE / file).read_text("utf-8")[:1000]
    assert any(word in head for word in ("assumed", "our words")), file


@pytest.mark.parametrize("text", ["0.5 * a", "a + 3", "1e-9"])
def test_an_equation_holds_no_number_but_0_1_and_2(text: str) -> None:
    with pytest.raises(ExpressionError, match="only 0, 1 and 2 may be written"):
        parse(text, "a test")
