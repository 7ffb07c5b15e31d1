from importlib.resources import files

import pytest

from trialkine.population.packaged import FILES, packaged_records
from trialkine.records import KINDS
from trialkine.units import dimension

RECORDS = packaged_records()


@pytest.mark.parametrize("name", RECORDS)
def test_every_number_about_bodies_and_fitness_has_a_unit_a_kind_and_a_source(name):
    record = RECORDS[name]
    dimension(record.unit)
    assert record.kind in KINDS
    assert record.source
    assert record.where


@pytest.mark.parametrize("name", [name for name, record in RECORDS.items() if record.kind == "assumed"])
def test_what_nobody_measured_has_a_range(name):
    record = RECORDS[name]
    values = list(record.value.values()) if hasattr(record.value, "values") else [record.value]
    if name == "performance_status_share":
        assert sum(values) == pytest.approx(1.0, abs=1e-12)
    else:
        assert all(record.low <= value <= record.high for value in values)


def test_every_packaged_file_is_read():
    shipped = {path.name for path in files("trialkine.population").iterdir() if path.name.endswith(".toml")}
    assert shipped == set(FILES)
