"""The assay file: what it says, and every fault with its line and what to write instead."""

import jsonschema
import pytest
from ruamel.yaml import YAML

from assay_samples import ASSAY_FILES, PLAIN, changed
from trialkine.assay.checking import assay_from_text, read_assay
from trialkine.assay.protocol import AssayProtocol, assay_schema
from trialkine.errors import ProblemsError

FILE = """\
schema: 1
title: A small assay
assay: pbmc
donors: 6
wells:
  - name: IMP321
    stimuli: {imp321: 10 ug/mL}
times: [4 h, 18 h]
responder: {at: 18 h}
"""


def fault(old, new):
    with pytest.raises(ProblemsError) as caught:
        assay_from_text(FILE.replace(old, new), "a.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", ASSAY_FILES, ids=lambda path: path.stem)
def test_every_example_reads_and_fits_the_schema(path):
    protocol = read_assay(path)
    jsonschema.validate(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), assay_schema())
    jsonschema.validate(protocol.to_dict(), assay_schema())
    again = AssayProtocol.model_validate(protocol.to_dict())
    assert again == protocol
    assert again.content_hash == protocol.content_hash


def test_a_number_of_donors_means_healthy_ones():
    assert assay_from_text(FILE).donors.groups == {"healthy": 6}


def test_times_are_read_in_order_and_once():
    assert changed(times=["18 h", "4 h", "1 day", "24 h"]).hours == (4.0, 18.0, 24.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("imp321: 10", "imp312: 10", "a.yaml:7: no stimulus is named 'imp312'. Did you mean 'imp321'?"),
        (
            "10 ug/mL",
            "10",
            "a.yaml:7: concentration '10' is no number with a unit. Write it as in '10 ug/mL'.",
        ),
        ("10 ug/mL", "10 IU/mL", "a.yaml:7: IMP321 is given in 'nmol/L' or 'ug/mL', not in 'IU/mL'."),
        ("10 ug/mL", "10 blorp", "is not a unit of concentration"),
        ("[4 h, 18 h]", "[4 h, 18 h, 5 days]", "a.yaml:8: 5 days is longer than cells keep in a well."),
        ("{at: 18 h}", "{at: 12 h}", "a.yaml:9: responders are judged at 12 h, when no well is read."),
        ("assay: pbmc", "assay: plasma", "a.yaml:3: 'assay' cannot be 'plasma'."),
        ("name: IMP321", "name: unstimulated", "a.yaml:6: 'unstimulated' is added to every assay by itself."),
        ("donors: 6", "donors: {}", "a.yaml:4: nobody gives blood."),
    ],
)
def test_each_fault_is_a_sentence_with_its_line(old, new, said):
    assert any(said in sentence for sentence in fault(old, new)), fault(old, new)


def test_a_misspelt_key_is_named_with_its_neighbour():
    assert "a.yaml:2: 'titel' is not a known key here. Did you mean 'title'?" in fault("title:", "titel:")


def test_several_faults_come_together_in_the_order_of_lines():
    found = fault("imp321: 10 ug/mL}\ntimes: [4 h", "imp312: 10 ug/mL}\ntimes: [400 h")
    assert [sentence.split(": ")[0] for sentence in found] == ["a.yaml:7", "a.yaml:8"]


def test_two_varied_concentrations_in_one_well_are_refused():
    with pytest.raises(ProblemsError, match="two concentrations are lists"):
        changed(
            wells=[
                {"name": "x", "stimuli": {"imp321": ["1 nM", "2 nM"], "tlr_agonist": ["1 ng/mL", "2 ng/mL"]}}
            ]
        )


def test_a_published_number_must_belong_to_a_well_a_time_and_a_group():
    entry = {"well": "IMP3", "what": "cd8_type_1", "at": "5 h", "percent": 1}
    with pytest.raises(ProblemsError) as caught:
        changed(published=[entry])
    said = str(caught.value)
    assert "no well is named 'IMP3'" in said
    assert "no well is read at 5 h" in said


def test_wells_of_one_name_are_refused():
    with pytest.raises(ProblemsError, match="has the name of an earlier one"):
        changed(wells=[PLAIN["wells"][0], PLAIN["wells"][0]])
