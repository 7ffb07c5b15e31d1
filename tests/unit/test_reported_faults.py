# ruff: noqa: E501  (tables of whole sentences)
"""Each fault between reported numbers gives one sentence with the line it is in."""

import pytest

from protocol_samples import PROTOCOL, changed, only_problem, problems_of

SOURCE = "source: {citation: Somebody 2004}\n"
PUBLISHED = f"""{PROTOCOL}\
reported:
  - arm: Sequence
    enrolled: 51
    n: 49
    cr: 2
    pr: 6
    metrics:
      orr: 0.163
      os_median_months: {{value: 11.5, low: 9.0, high: 14.0, level: 0.9}}
{SOURCE}"""
ARM, ENROLLED, N, CR, METRICS, ORR, OS = 22, 23, 24, 25, 27, 28, 29  # lines of the text above
COUNTS = "n: 49\n    cr: 2\n    pr: 6\n"
USE = (
    "'use' cannot be {}. Write 'prediction' (nothing is fitted to it, it is only predicted), or "
    "'calibration' (the ensemble may be fitted to it; for rows of the table of evidence alone)."
)
NAMES = (
    "orr, cr_rate, pr_rate, sd_rate, pd_rate, grade34_rate, toxic_death_rate, pfs_median_months, "
    "ttp_median_months, rfs_median_months, os_median_months, dor_median_months, doses_given_mean, "
    "doses_given_median, pfs_rate_<weeks>w, ttp_rate_<weeks>w, rfs_rate_<months>m, os_rate_<months>m"
)


def published(old: str, new: str) -> str:
    """The sample with one piece of its text replaced."""
    return changed(old, new, PUBLISHED)


def counted(text: str) -> str:
    """The sample with other counts, and no printed response rate."""
    return published(COUNTS, text).replace("      orr: 0.163\n", "")


def test_the_sample_has_no_fault():
    assert problems_of(PUBLISHED) == []


def test_numbers_and_their_source_belong_together():
    assert only_problem(PROTOCOL + SOURCE) == (
        21, "source says where reported numbers come from. Add `reported`, or use `sources`.",
    )  # fmt: skip
    assert only_problem(published(SOURCE, "")) == (
        21, "nothing says where these numbers come from. Add 'source: {citation: ...}'.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("- arm: Sequence", "- arm: Sequences", ARM, "no arm is named 'Sequences'. Did you mean 'Sequence'?"),
        ("- arm: Sequence", "- arm: Control", ARM, "no arm is named 'Control'. Write 'Sequence'."),
        ("    enrolled: 51", "    line: temozolamide", ENROLLED, "the arm gives no 'temozolamide'. Did you mean 'temozolomide'?"),
        ("    enrolled: 51", "    line: il2", ENROLLED, "the arm gives no 'il2'. Write one of 'aldesleukin', 'temozolomide'."),
        ("enrolled: 51", "enrolled: 40", ENROLLED, "40 enrolled are fewer than the 49 evaluated. Swap them."),
        ("orr: 0.163", "orr: 16.3", ORR, "'orr' is a fraction and cannot be 16.3. Write 0.163 for 16.3 %."),
        ("orr: 0.163", "orr: {value: 0.163, low: 0.07, high: 30}", ORR, "'orr' is a fraction and cannot be 30. Write 0.3 for 30 %."),
        ("orr: 0.163", "os_rate_12m: 41", ORR, "'os_rate_12m' is a fraction and cannot be 41. Write 0.41 for 41 %."),
        ("orr: 0.163", "orr: 0.18", ORR, "0.18 is not 8 of 49 (0.163). Keep the counts, or state its own 'n'."),
        ("orr: 0.163", "orr: {value: 0.18, n: 49}", ORR, "0.18 is not 8 of 49 (0.163). Keep the counts, or state its own 'n'."),
        ("orr: 0.163", "pfs_median: 2", ORR, "no number of summary.json is named 'pfs_median'. Did you mean 'pfs_median_months'?"),
        ("orr: 0.163", "xyz: 1", ORR, f"no number of summary.json is named 'xyz'. Known: {NAMES}."),
        ("orr: 0.163", "os_rate_52w: 0.5", ORR, "no number of summary.json is named 'os_rate_52w'. Write it as 'os_rate_<months>m'."),
        ("orr: 0.163", "pfs_rate_6m: 0.5", ORR, "no number of summary.json is named 'pfs_rate_6m'. Write it as 'pfs_rate_<weeks>w'."),
        ("orr: 0.163", "pfs_rate_0w: 1.0", ORR, "no number of summary.json is named 'pfs_rate_0w'. Write it as 'pfs_rate_<weeks>w', with a number that does not begin with 0."),
        ("orr: 0.163", "os_rate_06m: 0.5", ORR, "no number of summary.json is named 'os_rate_06m'. Write it as 'os_rate_<months>m', with a number that does not begin with 0."),
        ("orr: 0.163", "os_rate_0m: 1.0", ORR, "no number of summary.json is named 'os_rate_0m'. Write it as 'os_rate_<months>m', with a number that does not begin with 0."),
        ("orr: 0.163", "dor_median_months: 0", ORR, "'dor_median_months' is 0, and no time is. Write months, or leave it out."),
        ("orr: 0.163", "dor_median_months: {value: 0, at_least: true}", ORR, "'dor_median_months' is 0, and no time is. Write months, or leave it out."),
        ("orr: 0.163", "dor_median_months: 4000", ORR, "'dor_median_months' has 4000 months, more than 100 years. If these are days, write 131."),
        ("high: 14.0", "high: 4000", OS, "'os_median_months' has 4000 months, more than 100 years. If these are days, write 131."),
        ("low: 9.0", "low: 12.0", OS, "the interval of 'os_median_months' does not contain its value 11.5. Check the three."),
        ("high: 14.0", "high: 11.0", OS, "the interval of 'os_median_months' does not contain its value 11.5. Check the three."),
        (SOURCE, "source: {citation: Somebody 2004, use: validation}\n", OS + 1, USE.format("'validation'")),
        (SOURCE, "source: {citation: Somebody 2004, use: [prediction]}\n", OS + 1, USE.format("a list")),
        ("low: 9.0, high: 14.0, ", "", OS, "'os_median_months' has a level without an interval. Add 'low' and 'high'."),
    ],
)  # fmt: skip
def test_one_fault_gives_its_line_and_sentence(old, new, line, sentence):
    assert only_problem(published(old, new)) == (line, sentence)


@pytest.mark.parametrize(
    ("counts", "line", "sentence"),
    [
        ("cr: 2\n", ARM, "counts need their denominator. Add 'n', the patients evaluated for response."),
        ("responders: 8\n", ARM, "counts need their denominator. Add 'n', the patients evaluated for response."),
        ("n: 9\n    cr: 2\n    sd: 8\n", N, "the counts add up to 10, more than the 9 evaluated. Check them."),
        ("n: 49\n    cr: 2\n    pr: 6\n    sd: 10\n    pd: 30\n", N,
         "cr, pr, sd and pd add up to 48 of 49. Leave out what is not known, or lower 'n'."),
        ("n: 49\n    responders: 50\n", CR, "50 responders of 49 patients cannot be. Check both."),
        ("n: 49\n    responders: 9\n    cr: 2\n    pr: 6\n", CR, "9 is not cr + pr = 8. Leave it out."),
        ("n: 49\n    responders: 1\n    cr: 2\n", CR, "1 responders are fewer than the 2 of one kind. Check both."),
        ("n: 49\n    responders: 9\n    sd: 20\n    pd: 21\n", CR,
         "with sd and pd they add up to 50, more than the 49 evaluated. Check them."),
    ],
)  # fmt: skip
def test_counts_that_contradict_each_other_are_found(counts, line, sentence):
    assert only_problem(counted(counts)) == (line, sentence)


@pytest.mark.parametrize(
    "counts",
    [
        "n: 48\n    cr: 2\n    pr: 6\n    sd: 10\n    pd: 30\n",
        "n: 49\n    cr: 2\n    pr: 6\n    sd: 10\n",
        "n: 49\n    responders: 8\n    cr: 2\n    sd: 10\n    pd: 31\n",
        "n: 49\n    responders: 8\n    cr: 2\n    pr: 6\n",
    ],
)
def test_counts_that_go_together_are_accepted(counts):
    assert problems_of(counted(counts)) == []


def test_a_printed_rate_may_be_rounded_or_have_a_denominator_of_its_own():
    assert problems_of(published("orr: 0.163", "orr: 0.16")) == []
    assert problems_of(published("orr: 0.163", "orr: {value: 0.20, n: 40}")) == []


def test_an_arm_without_numbers_is_refused():
    said = "this arm reports no number. Write counts, or `metrics`, or leave the arm out."
    empty = PROTOCOL + "reported:\n  - arm: Sequence\n    n: 49\n    METRICS\n" + SOURCE
    assert only_problem(empty.replace("METRICS", "enrolled: 51")) == (ARM, said)
    assert only_problem(empty.replace("METRICS", "metrics: {}")) == (ARM, said)


def test_an_arm_is_reported_once_for_the_strategy_and_once_for_every_line():
    more = "  - {arm: Sequence, line: temozolomide, n: 20, cr: 1}\n"
    assert problems_of(published(SOURCE, more + SOURCE)) == []
    said = "arm 'Sequence' is reported twice. Join the two."
    assert only_problem(published(SOURCE, more + more + SOURCE)) == (31, said)
    whole = more.replace("line: temozolomide, ", "")
    assert only_problem(published(SOURCE, whole + SOURCE)) == (30, said)


def test_an_arm_without_treatment_has_no_line_to_report():
    two = changed("arms:\n", "arms_are: randomised\narms:\n  - {name: Nothing, treatment: []}\n")
    text = two + "reported: [{arm: Nothing, line: temozolomide, n: 20, cr: 1}]\n" + SOURCE
    assert only_problem(text) == (23, "the arm gives no agent. Leave 'line' out.")
    assert problems_of(text.replace("line: temozolomide, ", "")) == []


def test_spaces_around_names_do_not_matter():
    assert problems_of(published("- arm: Sequence", "- arm: ' Sequence '")) == []
    assert problems_of(published("    enrolled: 51", "    line: ' temozolomide'")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("- arm: Sequence", "- arm: [Sequence]", ARM, "'arm' should be text, not a list. Put quotes around it."),
        ("    enrolled: 51", "    line: [temozolomide]", ENROLLED, "'line' should be text, not a list. Put quotes around it."),
        ("n: 49", "n: 0", N, "'n' is '0'. Write a whole number from 1 to 1,000,000."),
        ("n: 49", "n: -1", N, "'n' is '-1'. Write a whole number from 1 to 1,000,000."),
        ("cr: 2", "cr: true", CR, "'cr' is 'True'. Write a whole number from 0 to 1,000,000."),
        ("orr: 0.163", "orr: true", ORR, "'orr' is 'True'. Write its keys below it, indented."),
        ("orr: 0.163", "orr: .nan", ORR, "'value' is 'nan'. Write a number from 0 up."),
        ("orr: 0.163", "orr:", ORR, "'orr' has no value."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_reported_once_and_nothing_is_made_of_it(old, new, line, sentence):
    assert only_problem(published(old, new)) == (line, sentence)


def test_entries_without_an_arm_each_lack_their_name():
    text = PROTOCOL + "reported:\n  - {n: 20, cr: 1}\n  - {n: 20, cr: 2}\n" + SOURCE
    said = "'arm' is missing. Write for example 'arm: Interleukin-2'."
    assert [(problem.line, problem.message) for problem in problems_of(text)] == [(22, said), (23, said)]


@pytest.mark.parametrize(("written", "shown"), [("5", "'5'"), ("{arm: Sequence}", "a group of keys")])
def test_reported_is_a_list(written, shown):
    text = PROTOCOL + f"reported: {written}\n" + SOURCE
    line, sentence = only_problem(text)
    assert line == 21
    assert sentence.startswith(f"'reported' is {shown}. Write a list, each item after '- '.")
