"""Files that are no protocol: each ends in one sentence, never in a traceback or a long wait."""

import math
import os

import pytest

from protocol_samples import KNOWN, PROTOCOL, changed, problems_of
from trialkine.errors import ProblemsError
from trialkine.trial.checking import read_protocol
from trialkine.trial.reading import DEEPEST, LARGEST_BYTES, read_document, resolve


def refused(path) -> str:
    with pytest.raises(ProblemsError) as caught:
        read_protocol(path, KNOWN)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    return problem.message


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "trial.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + PROTOCOL.replace("\n", "\r\n").encode())
    assert read_protocol(path, KNOWN).title == "Two lines in melanoma"


def test_a_missing_file_is_named_with_a_neighbour(tmp_path):
    (tmp_path / "melanoma.yaml").write_text(PROTOCOL)
    assert refused(tmp_path / "melanom.yaml") == "there is no such file. Did you mean 'melanoma.yaml'?"
    assert refused(tmp_path / "no" / "x.yaml").startswith("there is no such file.")


def test_a_directory_a_pipe_and_an_impossible_name_are_refused(tmp_path):
    assert refused(tmp_path) == "this is a directory. Name the protocol file in it."
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "this is not a file. Name a protocol file."
    assert "cannot be read" in refused("a\0b")
    assert "cannot be read" in refused("x" * 5000)


def test_a_file_of_50_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    assert refused(path).startswith("the file is larger than 256 kB.")


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"schema: 1\ntitle: \xe9tude\n")
    with pytest.raises(ProblemsError) as caught:
        read_protocol(path, KNOWN)
    assert str(caught.value) == f"{path}:2: the file is not UTF-8 text. Save it as UTF-8."


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "the file is empty"),
        ("# only a comment\n", None, "the file is empty"),
        ("just words", 1, "the file holds no keys"),
        ("- 1\n- 2\n", 1, "the file holds no keys"),
        ("a: b: c\n", 1, "Put quotes around text that contains ': '."),
        ("a:\n\t- b\n", 2, "Indent with spaces, not tabs."),
        ("a: [1, 2\nb: 3\n", 2, "this is not YAML"),
        ("a: 'open\n", 2, "this is not YAML"),
        ("a: \x00\n", None, "this is not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here"),
        ("%YAML 1.1\n---\na: 1\n", 2, "'%' directives are not allowed"),
        ("a: &x 1\nb: *x\n", 1, "anchors (&) and aliases (*) are not allowed"),
        ("b: *x\n", 1, "anchors (&) and aliases (*) are not allowed"),
        ("a: !!python/object:os.system ls\n", 1, "YAML tags such as"),
        ("? [a, b]\n: 1\n", 1, "a key must be one word"),
        ("a: " + "[" * 10_000, 1, f"nested more than {DEEPEST} deep"),
        ("a:\n" + "".join(f"{' ' * n}- \n" for n in range(1, 400)), None, f"nested more than {DEEPEST} deep"),
        ("{a: " * 10_000, 1, f"nested more than {DEEPEST} deep"),
        ("- 1\n" * 30_000, 20_000, "the file holds more than 20,000 values"),
        ("#" * (LARGEST_BYTES + 1), None, "the text is longer than 256 kB"),
    ],
)  # fmt: skip
def test_text_that_is_no_protocol_is_refused(text, line, said):
    (problem,) = problems_of(text)
    assert said in problem.message
    assert line is None or problem.line == line


def test_a_billion_laughs_are_refused_at_the_first():
    levels = ["a: &a [lol, lol]"] + [
        f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    (problem,) = problems_of("\n".join(levels))
    assert (problem.line, problem.message[:7]) == (1, "anchors")


def test_control_characters_are_refused_where_they_stand():
    (problem,) = problems_of(changed("Two lines in melanoma", '"Two \\x07 lines"'))
    assert (problem.line, problem.message) == (2, "a control character stands in this text. Remove it.")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("6e5", 6e5),
        ("600_000", "600_000"),
        ("012", 12),
        ("0x1F", "0x1F"),
        ("~", None),
        ("", None),
        ("true", True),
        ("-.inf", -math.inf),
        ("1.", 1.0),
        (".5", 0.5),
        (".", "."),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
    ],
)
def test_scalars_follow_yaml_1_2(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_lines_are_kept_for_keys_and_items():
    document = read_document("a: 1\nb:\n  - c: 2\n    d: 3\n  - 4\n", "x.yaml")
    assert document.data == {"a": 1, "b": [{"c": 2, "d": 3}, 4]}
    wanted = {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "c"): 3, ("b", 0, "d"): 4, ("b", 1): 5}
    assert {path: document.line(path) for path in wanted} == wanted
    assert document.line(("b", 0, "d", "missing")) == 4


def test_the_first_of_two_equal_keys_is_kept_and_both_lines_told():
    document = read_document("a: 1\na: {b: 2}\na: [3]\n", "x.yaml")
    assert document.data == {"a": 1}
    assert [problem.line for problem in document.problems] == [2, 3]
