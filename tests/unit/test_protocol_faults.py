# ruff: noqa: E501  (tables of whole sentences)
"""Each fault of a protocol file gives one sentence with the line it is in."""

from dataclasses import replace

import pytest

from protocol_samples import KNOWN, PROTOCOL, changed, only_problem, problems_of
from trialkine.errors import ProblemsError
from trialkine.trial.checking import protocol_from_text

ARMS = PROTOCOL[PROTOCOL.index("  - name: Sequence") : PROTOCOL.index("assessments:")]
HEAD = PROTOCOL[: PROTOCOL.index("assessments:")]


def test_the_sample_protocol_has_no_fault():
    assert problems_of(PROTOCOL) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("title:", "titel:", None, None),
        ("600000 IU/kg", "600000 IU", 8, "dose '600000 IU' has no weight basis, aldesleukin is dosed per kg or per m2. "
         "Write '600000 IU/kg'."),
        ("600000 IU/kg", "18 MIU", 8, "dose '18 MIU' has no weight basis, aldesleukin is dosed per kg or per m2. "
         "Write the basis: '/kg' or '/m2'."),
        ("75 mg/m2", "18", 12, "dose 18 has no unit. Write it as in '75 mg/m2'."),
        ("intravenous over 15 min", "intravenos", 9, "'intravenos' is not a route of aldesleukin. Did you mean "
         "'intravenous over 15 min'?"),
        ("intravenous over 15 min", "intravenos over 1 h", 9, "'intravenos' is not a route of aldesleukin. Did you mean "
         "'intravenous'?"),
        ("intravenous over 15 min", "xyz", 9, "'xyz' is not a route of aldesleukin. Write one of 'intravenous over 15 min', "
         "'subcutaneous'."),
        ("75 mg/m2", "75 mg", 12, "dose '75 mg' has no weight or surface basis, temozolomide is dosed per m2. "
         "Write '75 mg/m2'."),
        ("75 mg/m2", "75 mg/kg", 12, "dose '75 mg/kg' is per kg, temozolomide is dosed per m2. Write '75 mg/m2'."),
        ("600000 IU/kg", "1 mg/kg", 8, "dose '1 mg/kg' is in mg, aldesleukin is dosed in IU, kIU, MIU."),
        ("75 mg/m2", "75 mgs/m2", 12, "'mgs' is not a unit of dose in dose '75 mgs/m2'. Did you mean 'mg'?"),
        ("75 mg/m2", "-75 mg/m2", 12, "the amount must be above zero in dose '-75 mg/m2'. Write it as in '75 mg/m2'."),
        ("dose: 75 mg/m2", "dose:", 12, "'dose' has no value. Write for example 'dose: 75 mg/m2'."),
        ("agent: temozolomide", "agent: temozolamide", 11, "no agent is named 'temozolamide'. Did you mean 'temozolomide'?"),
        ("agent: temozolomide", "agent: xyz", 11, "no agent is named 'xyz'. Write one of 'aldesleukin', 'im862', 'lymphocyte_product', 'temozolomide'."),
        ("oral", "subcutaneous", 13, "'subcutaneous' is not a route of temozolomide. Write 'oral'."),
        ("oral", "oral over 15 min", 13, "route 'oral over 15 min' has an infusion time, but temozolomide is not infused "
         "by it. Write 'oral'."),
        ("intravenous over 15 min", "intravenous", 9, "route 'intravenous' has no infusion time. Write 'intravenous over "
         "15 min' or 'intravenous bolus'."),
        ("every 8 h", "evry 8 h", 10, "'evry' is not a schedule word in schedule 'evry 8 h, up to 14 doses'. "
         "Did you mean 'every'?"),
        ("intravenous over 15 min", "intravenous over 24 h", 10, "an infusion over 24 h outlasts the time between doses in "
         "schedule 'every 8 h, up to 14 doses'. Write a shorter infusion or fewer doses."),
        ("who-1979", "who", 17, "'criteria' cannot be 'who'. Did you mean 'who-1979'?"),
        ("8 weeks", "8", 18, "duration 8 has no unit of time. Write it as in '8 weeks'."),
        ("8 weeks", "2 h", 18, "'every' is '2 h', less than a day. Write it as in '8 weeks'."),
        ("patients: 40", "patients: -3", 19, "'patients' is '-3'. Write a whole number from 1 to 1,000,000."),
        ("patients: 40", "patients: 40.5", 19, "'patients' is '40.5'. Write a whole number from 1 to 1,000,000."),
        ("patients: 40", "patients: yes", 19, "'patients' is 'yes'. Write a whole number from 1 to 1,000,000."),
        ("patients: 40", "patients: true", 19, "'patients' is 'True'. Write a whole number from 1 to 1,000,000."),
        ("patients: 40, ", "", 19, "'patients' is missing. Write for example 'patients: 40'."),
        ("per_month: 3", "per_month: 0", 19, "'per_month' is '0'. Write a number above 0."),
        ("per_month: 3", "per_month: .nan", 19, "'per_month' is 'nan'. Write a number above 0."),
        ("per_month: 3", "per_month: .inf", 19, "'per_month' is 'inf'. Write a number above 0."),
        ("per_month: 3", "per_month: 1e400", 19, "'per_month' is 'inf'. Write a number above 0."),
        ("per_month: 3", "per_mnth: 3", None, None),
        ("disease: melanoma", "disease: melanom", 3, "no disease is named 'melanom'. Did you mean 'melanoma'?"),
        ("schema: 1", "schema: 2", 1, "'schema' cannot be '2'. Write '1'."),
        ("follow_up: 36 months\n", "", 1, "nothing says how long patients are followed. Add 'follow_up: 36 months'."),
        ("follow_up: 36 months", "follow_up: 36 months\ndata_cut_off: 5 years", 21,
         "follow_up and data_cut_off both say when the trial ends. Keep one."),
        ("title: Two lines in melanoma", "title: 5", 2, "'title' should be text, not '5'. Put quotes around it."),
        ("title: Two lines in melanoma", "title: ''", 2, "'title' is empty. Write some text."),
        ("disease: melanoma", "disease: melanoma\ndisease: renal_cell", 4,
         "'disease' is given twice, first in line 3. Keep one of the two."),
        ("enrolment: {patients: 40, per_month: 3}", "enrolment: 40", 19,
         "'enrolment' is '40'. Write its keys below it, indented. It holds 'patients', 'per_month', 'dropout_per_year'."),
    ],
)  # fmt: skip
def test_one_fault_gives_its_line_and_sentence(old, new, line, sentence):
    if sentence is None:
        said = [problem.message for problem in problems_of(changed(old, new))]
        assert any(f"'{old[:-1]}' is missing" in text or "is missing" in text for text in said)
        assert any("is not a known key here. Did you mean" in text for text in said)
        assert len(said) == 2
        return
    assert only_problem(changed(old, new)) == (line, sentence)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("within 6 weeks after im862 fails", "no earlier line gives 'im862'. Write 'aldesleukin'."),
        ("within 6 weeks after aldesleukine fails", "no earlier line gives 'aldesleukine'. Did you mean 'aldesleukin'?"),
        ("within 6 weeks after temozolomide fails", "line 2 waits for its own agent temozolomide. Name the agent of an "
         "earlier line."),
        ("within 6 weeks after aldesleukin fail", "'fail' is not something that happens to 'aldesleukin' in start rule "
         "'within 6 weeks after aldesleukin fail'. Did you mean 'fails'?"),
    ],
)  # fmt: skip
def test_a_start_rule_that_cannot_hold_is_refused(rule, sentence):
    text = changed("within 6 weeks after aldesleukin fails", rule)
    assert only_problem(text) == (15, sentence)


def test_a_later_line_must_say_when_it_starts():
    text = changed("        starts: within 6 weeks after aldesleukin fails\n", "")
    line, sentence = only_problem(text)
    assert line == 11
    assert sentence.startswith(
        "nothing says when line 2 starts. Write 'starts: within 6 weeks after aldesleukin"
    )


def test_lines_that_wait_for_each_other_are_refused():
    text = changed("up to 14 doses\n", "up to 14 doses\n        starts: at once after temozolomide fails\n")
    said = "line 1 waits for temozolomide, which comes later. Put the line of temozolomide first."
    assert only_problem(text) == (11, said)


def test_two_lines_waiting_for_the_same_agent_are_refused():
    third = "      - {agent: im862, dose: 20 mg, route: intranasal, schedule: daily, starts: RULE}\n"
    text = changed("assessments:", third.replace("RULE", "at once after aldesleukin fails") + "assessments:")
    said = "lines 2 and 3 both start after aldesleukin. Let one start after the other's agent."
    assert only_problem(text) == (16, said)
    assert problems_of(text.replace("once after aldesleukin", "once after temozolomide")) == []
    assert problems_of(text.replace("at once after aldesleukin fails", "at once")) == []


def test_an_agent_whose_schedule_never_ends_cannot_trigger_by_ending():
    text = changed(", up to 14 doses", "").replace("aldesleukin fails", "aldesleukin ends")
    line, sentence = only_problem(text)
    assert (line, sentence[:55]) == (15, "aldesleukin never ends: its schedule has no last dose. ")
    assert problems_of(changed("aldesleukin fails", "aldesleukin ends")) == []


def test_one_agent_in_two_lines_from_the_start_is_refused():
    text = changed("agent: temozolomide", "agent: aldesleukin").replace("75 mg/m2", "9 MIU/m2")
    text = text.replace("route: oral", "route: subcutaneous").replace("9 MIU/m2", "18 MIU")
    text = text.replace("within 6 weeks after aldesleukin fails", "at once")
    line, sentence = only_problem(text)
    assert line == 15
    assert sentence.startswith("lines 1 and 2 both give aldesleukin from the start.")


def test_arms_need_different_names_and_a_word_on_their_patients():
    two = PROTOCOL.replace(ARMS, ARMS + ARMS.replace("Sequence", "SEQUENCE"))
    said = [(problem.line, problem.message) for problem in problems_of(two)]
    assert said == [
        (
            4,
            "nothing says how the arms share patients. Write 'arms_are: counterfactual' (same patients) or "
            "'arms_are: randomised'.",
        ),
        (16, "arm 'SEQUENCE' has the name of an earlier arm. Give each arm its own."),
    ]


def test_a_ratio_belongs_to_randomised_arms():
    text = changed("  - name: Sequence\n", "  - name: Sequence\n    ratio: 2\n")
    assert problems_of(text) == []
    refused = text.replace("disease:", "arms_are: counterfactual\ndisease:")
    assert [problem.line for problem in problems_of(refused)] == [7]


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ("{simon: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8}}", None),
        ("{two_stage: {first_stage: 25, stop_at_or_below: 0}}", None),
        ("{two_stage: {first_stage: 10, stop_at_or_below: 1, total: 29, success_above: 5}}", None),
        ("{simon: {p0: 0.3, p1: 0.1, alpha: 0.05, power: 0.8}}", "p1 0.1 is not above p0 0.3"),
        (
            "{simon: {p0: 0.1, p1: 1.3, alpha: 0.05, power: 0.8}}",
            "'p1' is '1.3'. Write a number between 0 and 1.",
        ),
        ("{two_stage: {first_stage: 25, stop_at_or_below: 25}}", "leaves no way on"),
        ("{two_stage: {first_stage: 25, stop_at_or_below: 0, total: 30}}", "belong together"),
        (
            "{two_stage: {first_stage: 50, stop_at_or_below: 0}}",
            "'first_stage' needs 50 patients, but only 40",
        ),
        ("{}", "holds no single rule"),
        ("{simom: {}}", "Did you mean 'simon'?"),
    ],
)
def test_a_design_is_checked(design, said):
    found = [problem.message for problem in problems_of(PROTOCOL + f"design: {design}\n")]
    assert (found == []) if said is None else any(said in message for message in found)


@pytest.mark.parametrize(
    ("eligibility", "said"),
    [
        ("{performance_status: [0, 1], age: [18, 75], prior_therapy: none, excluded_fraction: 0.64}", None),
        ("{age: [18, null]}", None),
        ("{performance_status: [0, 2]}", "'performance_status' is [0, 2]. List every grade in order, as in [0, 1, 2]."),
        ("{performance_status: [5]}", "List grades from 0 to 4"),
        ("{performance_status: 1}", "List grades from 0 to 4"),
        ("{performance_status: []}", "List grades from 0 to 4"),
        ("{age: [75, 18]}", "which nobody meets"),
        ("{age: 18}", "Write [18, 75], or [18, null]"),
        ("{age: [18, .nan]}", "Write [18, 75], or [18, null]"),
        ("{excluded_fraction: 0.95}", "Write a number from 0 to below 0.95."),
        ("{excluded_fraction: -0.1}", "Write a number from 0 to below 0.95."),
    ],
)  # fmt: skip
def test_eligibility_is_checked(eligibility, said):
    found = [problem.message for problem in problems_of(PROTOCOL + f"eligibility: {eligibility}\n")]
    assert (found == []) if said is None else any(said in message for message in found)


@pytest.mark.parametrize(
    ("biomarkers", "line", "said"),
    [
        ("[plasma_vegf, lymphocyte_count]", None, None),
        ("{plasma_vegf: {at: [4 weeks, 8 weeks]}, lymphocyte_count: }", None, None),
        ("[plasma_vgf]", 19, "no biomarker is named 'plasma_vgf'. Did you mean 'plasma_vegf'?"),
        ("{plasma_vegf: {at: [4]}}", 19, "duration 4 has no unit of time. Write it as in '8 weeks'."),
        ("plasma_vegf", 19, "Write its keys below it"),
    ],
)
def test_biomarkers_are_checked(biomarkers, line, said):
    text = changed("  every: 8 weeks\n", f"  every: 8 weeks\n  biomarkers: {biomarkers}\n")
    if said is None:
        assert problems_of(text) == []
        return
    assert only_problem(text)[0] == line
    assert said in only_problem(text)[1]


def test_the_usual_biomarkers_are_suggested_first():
    names = ("lymphocyte_count", "lymphocyte_pool", "plasma_vegf", "vegf_effect", "hypotension")
    known = replace(KNOWN, biomarkers=names)

    def said(name):
        text = changed("  every: 8 weeks\n", f"  every: 8 weeks\n  biomarkers: [{name}]\n")
        with pytest.raises(ProblemsError) as caught:
            protocol_from_text(text, known)
        return caught.value.problems[0].message

    assert said("lymphocytes").endswith("Did you mean 'lymphocyte_count'?")
    assert said("VEGF").endswith("Did you mean 'plasma_vegf'?")
    assert said("hypotensoin").endswith("Did you mean 'hypotension'?")
    assert said("xyz").endswith("Write one of 'lymphocyte_count', 'plasma_vegf'.")


def test_a_data_cut_off_before_the_last_patient_is_refused():
    text = changed("patients: 40, per_month: 3", "patients: 29, per_month: 3")
    early = text.replace("follow_up: 36 months", "data_cut_off: 3 months")
    # 29 patients at 3 a month come within 9.67 months, in the tenth
    said = (
        "the data cut-off at 3 months comes before the last of 29 patients is enrolled, at about 10 months. "
        "Write a later cut-off, or `follow_up`."
    )
    assert only_problem(early) == (20, said)
    assert problems_of(early.replace("cut_off: 3 months", "cut_off: 10 months")) == []
    assert [problem.line for problem in problems_of(early.replace("per_month: 3", "per_month: x"))] == [19]


def test_all_faults_come_at_once_in_the_order_of_lines():
    text = PROTOCOL
    for old, new in (
        ("600000 IU/kg", "600000 IU"),
        ("every 8 h", "evry 8 h"),
        ("temozolomide\n", "temozolamide\n"),
        ("who-1979", "who"),
        ("patients: 40", "patients: 0"),
        ("36 months", "36"),
    ):
        text = changed(old, new, text)
    assert [problem.line for problem in problems_of(text)] == [8, 10, 11, 17, 19, 20]


def test_a_word_in_a_folded_schedule_is_found_in_its_own_line():
    folded = "schedule: >-\n          every 8 h,\n          up to 14 dosis"
    text = changed("schedule: every 8 h, up to 14 doses", folded)
    line, sentence = only_problem(text)
    assert (line, "'dosis'" in sentence) == (12, True)
    plain = changed("schedule: every 8 h, up to 14 doses", "schedule: every 8 h,\n          up to 14 dosis")
    assert only_problem(plain)[0] == 11
    quoted = changed(
        "schedule: every 8 h, up to 14 doses", 'schedule: "every 8 h,\n          up to 14 dosis"'
    )
    assert only_problem(quoted)[0] == 11
