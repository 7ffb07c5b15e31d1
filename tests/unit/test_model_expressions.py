import pytest

from trialkine.errors import ExpressionError
from trialkine.model.expression import DEEPEST_TEXT, LONGEST_TEXT, parse

ONLY = "Only + - * / **, names, 0 1 2 and the language's functions are allowed"
NO_NAME = "has no name; only 0, 1 and 2 may be written. Give it a parameter"
KNOWN = "Known: exp, log, sqrt, positive, min, max, hill, sum"

FAULTS = [
    ("rate * 3", f"The number 3 {NO_NAME}", "       ^"),
    ("0.5 * rate", f"The number 0.5 {NO_NAME}", "^^^"),
    ("a + True", f"The number True {NO_NAME}", "    ^^^^"),
    ("a * 1j", f"The number 1j {NO_NAME}", "    ^^"),
    ("1 + expp(a)", f"No function 'expp'. Did you mean 'exp'? {KNOWN}", "    ^^^^^^^"),
    ("zzz(a)", f"No function 'zzz'. {KNOWN}", "^^^^^^"),
    ("exp(a, b)", "'exp' takes 1 argument(s), found 2", "^^^^^^^^^"),
    ("hill(a, b)", "'hill' takes 3 argument(s), found 2", "^^^^^^^^^^"),
    ("b + sum(a)", "Write 'sum(expression, index)' with one index or more", "    ^^^^^^"),
    ("sum(a, b + c)", "Write 'sum(expression, index)' with one index or more", "^^^^^^^^^^^^^"),
    ("a < b < c", "A condition is one '<' or one '>'", "^^^^^^^^^"),
    ("a >= b", "A condition is one '<' or one '>'", "^^^^^^"),
    ("a * (b < c)", ONLY, "     ^^^^^"),
    ("a if b else c", ONLY, "^^^^^^^^^^^^^"),
    ("a.real", ONLY, "^^^^^^"),
    ("a[1]", ONLY, "^^^^"),
    ("a @ b", ONLY, "^^^^^"),
    ("a // b", ONLY, "^^^^^^"),
    ("+a", ONLY, "^^"),
    ("a and b", ONLY, "^^^^^^^"),
    ("exp(x=a)", ONLY, "^^^^^^^^"),
    ("__import__('os').system('ls')", ONLY, "^" * 29),
    ("(lambda: a)()", ONLY, "^" * 13),
]


@pytest.mark.parametrize(("text", "message", "carets"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_text_outside_the_language_is_refused_with_a_caret_under_the_fault(text, message, carets):
    with pytest.raises(ExpressionError) as caught:
        parse(text, "mechanism 'growth', flow")
    assert str(caught.value) == f"{message} in mechanism 'growth', flow.\n    {text}\n    {carets}"


@pytest.mark.parametrize("text", ["", "a +", "(a", "a b", "a * * b", "a = b", "a\x00b", "-" * 3000 + "a"])
def test_a_text_that_is_not_an_equation_says_so_and_where(text):
    with pytest.raises(ExpressionError, match=r"^Cannot be read as an equation in the flow\.\n"):
        parse(text, "the flow")


def test_a_very_long_text_is_refused():
    with pytest.raises(ExpressionError, match=f"Text of {LONGEST_TEXT + 1} characters is too long in here"):
        parse("a" * (LONGEST_TEXT + 1), "here")


def test_a_very_deep_text_is_refused_before_python_runs_out_of_stack():
    with pytest.raises(ExpressionError, match=f"More than {DEEPEST_TEXT} operations stand inside each other"):
        parse("+".join("a" * 2000), "here")


@pytest.mark.parametrize(
    "text", ["0", "2.0 * a", "-a**2", "a < b", "hill(a, 1, 2) > 0", "sum(a * b, lesion, clone)"]
)
def test_the_words_of_the_language_are_read(text):
    assert parse(text, "here").text == text


def test_line_breaks_and_runs_of_spaces_in_a_text_do_not_matter():
    assert parse("a\n  +   b", "here").text == "a + b"


def test_the_names_of_a_text_are_its_quantities_and_not_its_functions_or_indices():
    assert parse("exp(a) * sum(b / c, lesion) > positive(d)", "here").names == {"a", "b", "c", "d"}
