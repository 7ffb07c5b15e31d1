"""The examples as files, as schema instances, and as what they say."""

import jsonschema
import pytest
from ruamel.yaml import YAML

from protocol_samples import EXAMPLES, KNOWN, PROTOCOL, TRIAL_FILES, changed
from trialkine.trial.agent_facts import known_names
from trialkine.trial.checking import protocol_from_text, read_protocol
from trialkine.trial.protocol import Protocol, protocol_schema
from trialkine.trial.start_words import StartRule


def plain(text: str):
    return YAML(typ="safe", pure=True).load(text)


def test_there_are_examples():
    assert {path.name for path in TRIAL_FILES} >= {"il2-then-temozolomide-melanoma.yaml", "im862-renal.yaml"}


@pytest.fixture(scope="module")
def installed():
    return known_names()


@pytest.mark.parametrize("path", TRIAL_FILES, ids=lambda path: path.stem)
def test_every_example_reads_validates_and_survives_writing(path, installed):
    protocol = read_protocol(path, installed)
    jsonschema.validate(plain(path.read_text("utf-8")), protocol_schema())
    written = protocol.to_yaml()
    jsonschema.validate(plain(written), protocol_schema())
    again = protocol_from_text(written, installed, str(path))
    assert again == protocol
    assert again.content_hash == protocol.content_hash


def test_the_melanoma_example_treats_the_same_patients_four_ways():
    protocol = read_protocol(EXAMPLES / "il2-then-temozolomide-melanoma.yaml", KNOWN)
    assert protocol.is_counterfactual
    assert [[line.agent for line in arm.treatment] for arm in protocol.arms] == [
        ["aldesleukin"],
        ["temozolomide"],
        ["aldesleukin", "temozolomide"],
        ["temozolomide", "aldesleukin"],
    ]
    assert protocol.agents == ("aldesleukin", "temozolomide")
    second = protocol.arms[2].treatment[1]
    assert second.start == StartRule("aldesleukin", "fails", 0, 42, "within 6 weeks after aldesleukin fails")
    assert len(second.regimen.dose_days) == 21
    months = protocol.enrolment.patients / protocol.enrolment.per_month
    assert months == pytest.approx(24, abs=0.05)  # the comment in the file says 24
    assert protocol.eligibility.excluded_fraction == 0.4
    assert protocol.cut_off_days(730.5) == pytest.approx(730.5 + 36 * 30.4375)


def test_the_im862_example_gives_168_doses_of_20_mg_per_cycle():
    protocol = read_protocol(EXAMPLES / "im862-renal.yaml", KNOWN)
    regimen = protocol.arms[0].treatment[0].regimen
    assert (regimen.amount, regimen.unit, regimen.basis, len(regimen.dose_days)) == (20, "mg", "flat", 168)
    assert protocol.design.two_stage.first_stage == 25
    assert protocol.eligibility.age == (18, None)
    times = protocol.assessments.biomarkers["plasma_vegf"].at
    assert [time.days for time in times] == [28, 56]
    assert protocol.arms_are is None


def descriptions(schema: dict):
    groups = [schema, *schema["$defs"].values()]
    for group in groups:
        for name, field in group.get("properties", {}).items():
            yield f"{group.get('title')}.{name}", field.get("description", "")


def test_every_field_of_the_schema_is_described_and_its_examples_hold():
    schema = protocol_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    found = dict(descriptions(schema))
    assert len(found) > 40
    assert [name for name, text in found.items() if len(text) < 10] == []
    for group in (schema, *schema["$defs"].values()):
        for field in group.get("properties", {}).values():
            for example in field.get("examples", []):
                jsonschema.validate(example, {"$defs": schema["$defs"], **field})


def test_the_schema_refuses_an_unknown_key():
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate({**plain(PROTOCOL), "colour": "blue"}, protocol_schema())


def test_the_hash_ignores_comments_and_order_but_not_content():
    original = protocol_from_text(PROTOCOL, KNOWN).content_hash
    lines = PROTOCOL.splitlines()
    moved = "\n".join(["# a comment", *lines[-1:], *lines[:-1]])
    assert protocol_from_text(moved, KNOWN).content_hash == original
    respelled = changed("600000 IU/kg", "600,000  IU/kg").replace("every 8 h, up", "Every 8 h,  up")
    assert protocol_from_text(respelled, KNOWN).content_hash == original
    other = protocol_from_text(changed("600000", "600001"), KNOWN).content_hash
    assert other != original


def test_a_protocol_cannot_be_changed():
    protocol = protocol_from_text(PROTOCOL, KNOWN)
    with pytest.raises(ValueError, match="frozen"):
        protocol.title = "Another"


def test_defaults_are_those_documented():
    protocol = protocol_from_text(PROTOCOL, KNOWN)
    line = protocol.arms[0].treatment[0]
    assert line.is_held_for_toxicity
    assert line.start.on == "start"
    assert protocol.eligibility.performance_status == (0, 1, 2, 3, 4)
    assert protocol.assessments.missed_fraction == 0
    assert protocol.enrolment.dropout_per_year == 0
    assert protocol.design is None
    assert isinstance(protocol, Protocol)


def test_sources_may_be_text_or_keys():
    text = PROTOCOL + "sources:\n  - Some one 2001\n  - {citation: Other, pmid: 10561265}\n"
    first, second = protocol_from_text(text, KNOWN).sources
    assert (first.citation, second.citation, second.pmid) == ("Some one 2001", "Other", "10561265")
