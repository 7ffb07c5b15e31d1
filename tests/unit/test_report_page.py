"""The page: complete, honest, readable by machines that speak, and loading nothing from anywhere."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

import page_reader
from page_reader import LOADING
from report_sample_protocols import SINGLE_ARM_YAML, two_arm_text
from report_samples import SINGLE_ARM, TWO_ARMS, ArmSketch, sample_result, without_responders
from trialkine.report.figure_set import draw_figures
from trialkine.report.outcomes import summarise
from trialkine.report.page import report_page
from trialkine.report.table_types import typed
from trialkine.report.templates import unbroken
from trialkine.trial.result import TrialResult


class Page(page_reader.Page):
    """A page with the words of its drawings."""

    def __init__(self, html: str) -> None:
        super().__init__(html, unread=("style",))

    @property
    def text(self) -> str:
        return self.plain


def page_of(result: TrialResult) -> str:
    result = typed(result)
    summary = summarise(result)
    return report_page(result, summary, draw_figures(result, summary), {"Seed": "7"})


@cache
def two_arms() -> str:
    return page_of(sample_result(patients=20))


@cache
def odd(name: str) -> str:
    if name == "nobody responds":
        return page_of(without_responders(sample_result(patients=12)))
    if name == "one patient":
        return page_of(sample_result(patients=1, failed=0))
    if name == "all failed":
        return page_of(sample_result(patients=4, failed=4))
    if name == "trials":
        return page_of(sample_result(patients=8, replicates=3))
    if name == "some trials":
        return page_of(sample_result(patients=4, failed=0, replicates=9))
    if name == "enough trials":
        return page_of(sample_result(patients=4, failed=0, replicates=39))
    if name == "randomised":
        return page_of(sample_result(patients=12, protocol_text=two_arm_text("randomised", "recist-1.1")))
    return page_of(sample_result(SINGLE_ARM, patients=10, failed=0, protocol_text=SINGLE_ARM_YAML))


ODD = ("nobody responds", "one patient", "all failed", "trials", "randomised", "single arm")


def test_the_page_loads_nothing_from_anywhere() -> None:
    page = Page(two_arms())
    assert not [tag for tag, _ in page.tags if tag in LOADING]
    for tag, attributes in page.tags:
        assert "src" not in attributes, tag
        for name in ("href", "xlink:href"):
            target = attributes.get(name)
            assert target is None or target.startswith("#") or tag == "a", (tag, target)
    assert not re.findall(r"url\((?!#)", two_arms())
    assert "@import" not in two_arms()


def test_the_banner_stands_on_top_and_at_the_bottom() -> None:
    text = Page(two_arms()).text
    banner = "Simulated data. Not for treating patients."
    assert text.count(banner) == 2
    assert text.index(banner) < text.index("High-dose interleukin-2, then low-dose temozolomide, in", 80)
    assert text.rindex(banner) > text.index("Provenance")


def test_sections_come_in_the_order_of_a_study_report() -> None:
    headings = re.findall(r"<h2>([^<]+)</h2>", two_arms())
    assert headings == [
        "The published record beside it",
        "Outcomes",
        "Survival",
        "Tumour size and course",
        "Biomarkers",
        "Dose delivery",
        "Toxicity",
        "Flow of patients",
        "Assumptions",
        "Equations",
        "Failed patients",
        "Provenance",
    ]


def test_the_question_stands_before_the_answer() -> None:
    page = two_arms()
    assert 0 < page.index('class="question"') < page.index('id="answer"')


def test_figures_are_numbered_in_the_order_of_the_page() -> None:
    numbers = [int(number) for number in re.findall(r"<b>Figure (\d+)\.</b>", two_arms())]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_contents_link_leads_to_a_section() -> None:
    page = Page(two_arms())
    targets = {attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("href")}
    names = {f"#{attributes['id']}" for _, attributes in page.tags if attributes.get("id")}
    inside = {target for target in targets if target and target.startswith("#")}
    assert len(inside) == 12
    assert inside <= names


def test_identifiers_are_unique_in_the_whole_page() -> None:
    counts = Counter(attributes["id"] for _, attributes in Page(two_arms()).tags if "id" in attributes)
    assert [name for name, count in counts.items() if count > 1] == []


def test_tables_and_figures_speak_to_a_screen_reader() -> None:
    page = Page(two_arms())
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(drawings) == 7
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)
    assert sum(tag == "figcaption" for tag, _ in page.tags) == 7
    assert ("html", {"lang": "en"}) in page.tags


@pytest.mark.parametrize("name", ODD)
def test_odd_trials_make_a_page_that_closes_its_tags_and_shows_no_nan(name: str) -> None:
    page = Page(odd(name))
    assert page.open == []
    assert not re.search(r"\b(nan|NaN|None|null|inf)\b", page.text)


def test_what_is_undefined_says_why() -> None:
    assert "nobody responded" in Page(odd("nobody responds")).text
    assert "not reached" in Page(odd("nobody responds")).text
    assert "no patients" in Page(odd("all failed")).text


def test_counterfactual_arms_get_paired_contrasts_and_no_log_rank_p_value() -> None:
    text = Page(two_arms()).text
    assert "A log-rank test would count each patient as two independent ones, and is not given." in text
    assert "McNemar" in text
    assert not re.search(r"log-rank[^.]{0,60}p [=<]", text)
    assert "McNemar" not in Page(odd("randomised")).text
    assert re.search(r"log-rank[^.]{0,60}p [=<]", Page(odd("randomised")).text)


def test_the_page_says_what_a_published_figure_compares_with() -> None:
    assert "A published trial of a sequence as planned reports the whole strategy" in Page(two_arms()).text
    assert "Every arm has a single line of treatment" in Page(odd("single arm")).text


def test_the_page_says_what_its_intervals_leave_out() -> None:
    assert "conditional on one set of model parameters" in Page(two_arms()).text
    predictive = Page(odd("enough trials")).text
    assert "Intervals are predictive: 95 of 100 further simulated trials" in predictive
    assert "with 95 % predictive intervals" in predictive


def test_few_trials_get_the_interval_they_allow_and_no_other() -> None:
    # Limits at ranks q (R + 1) need 39 trials for 95 % and 9 for 80 %.
    some = Page(odd("some trials")).text
    assert "with 80 % predictive intervals" in some
    assert "Intervals are predictive: 80 of 100 further simulated trials" in some
    assert "the band that holds 80 % of them" in some
    assert "95 % predictive" not in some
    few = Page(odd("trials")).text
    assert "No predictive intervals: 3 trials are too few for any." in few
    assert few.count("too few") == 2  # in the answer and in the caption of the outcomes
    assert not re.search(r"\d % predictive|band that holds", few)


def test_the_page_says_which_progression_of_a_strategy_counts() -> None:
    text = Page(two_arms()).text
    assert "Median progression-free survival (to progression on the last line), months" in text
    assert "Progression-free survival (to progression on the last line): Kaplan-Meier" in text
    assert "best of its lines, each against its own baseline" in text
    assert "All sums are against the first baseline" in text
    assert "last line" not in Page(odd("single arm")).text


def test_the_page_says_who_is_not_enrolled() -> None:
    assert (
        Page(two_arms())
        .text.lower()
        .count("the least fit 35 % of all patients with the disease are not enrolled")
        == 2
    )


def test_doses_of_several_agents_are_not_added_up() -> None:
    text = Page(two_arms()).text
    assert re.search(r"Doses given, mean per patient [\d.]+ [\d.]+ to [\d.]+ – see line by line", text)


def test_assumptions_are_listed_with_their_evidence_weakest_first() -> None:
    text = Page(two_arms()).text
    assert "3 parameters: 1 assumed, 1 calibrated and 1 measured" in text
    assert "weakest grade of evidence among them, which here is 'assumed'" in text
    assert "sensitive: 1; resistant: 0.03 (plausible 0.01 to 1)" in text
    assert text.index("susceptibility") < text.index("killing_ rate")


def test_sources_of_the_parameters_are_spelt_out_and_unknown_ones_named() -> None:
    text = Page(two_arms()).text
    assert "Starting calibration of this model" in text
    assert re.search(r"no_ ?such_ ?source not in the catalogue of sources", text)


def test_failed_patients_are_listed_by_reason() -> None:
    assert "HD IL-2 too many steps 2 10.0 %" in Page(two_arms()).text
    assert "No simulated patient failed." in Page(odd("one patient")).text


def test_words_of_the_protocol_cannot_become_markup() -> None:
    evil = '<script>alert(1)</script> & "quotes"'
    text = two_arm_text().replace("title: High-dose", f"title: '{evil} High-dose")
    text = text.replace("in metastatic melanoma\nq", "in metastatic melanoma'\nq")
    named = (ArmSketch(evil, ("aldesleukin",), 0.2, 300.0), TWO_ARMS[1])
    html = page_of(sample_result(named, patients=4, failed=1, protocol_text=text))
    assert "<script" not in html
    assert evil in Page(html).text


def test_only_plain_web_addresses_become_links() -> None:
    text = two_arm_text().replace("    pmid: '10561265'", "    url: 'javascript:alert(1)'")
    assert "javascript:" not in page_of(sample_result(patients=3, failed=0, protocol_text=text))


def test_short_names_with_a_hyphen_stay_on_one_line() -> None:
    assert unbroken("HD IL-2 & low-dose") == 'HD <span class="unbroken">IL-2</span> &amp; low-dose'


def test_text_colours_of_the_page_can_be_read_on_their_background() -> None:
    from test_report_figures import contrast_with_white

    # WCAG 2 asks 4.5 of small text; the washes behind some of it are nearly white.
    colours = dict(re.findall(r"--(ink|muted|accent|warn-ink): (#[0-9a-f]{6});", two_arms()))
    assert len(colours) == 4
    assert min(contrast_with_white(colour) for colour in colours.values()) >= 5.0
