"""Times that cannot be are faults, and times that hardly are so are warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol_samples import KNOWN, PROTOCOL, problems_of
from trialkine.cli.main import main
from trialkine.published_trials.catalogue import published_trials
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.reported_times import time_warnings


def published(*metrics: str) -> str:
    """A trial of which these numbers are reported."""
    lines = "".join(f"      {one}\n" for one in metrics)
    return (
        f"{PROTOCOL}reported:\n  - arm: Sequence\n    metrics:\n{lines}source: {{citation: Somebody 2004}}\n"
    )


def faults_of(*metrics: str) -> list[str]:
    return [problem.message for problem in problems_of(published(*metrics))]


def warnings_of(*metrics: str) -> list[str]:
    """The warnings of a trial without a fault."""
    return [*time_warnings(protocol_from_text(published(*metrics), KNOWN).reported or ())]


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        # 52 weeks are 364 days, a year 365.25: the same time; and what is free later was free before.
        ("pfs_rate_52w: 0.6", "os_rate_12m: 0.5", "who is free of progression is alive"),
        ("pfs_rate_104w: 0.6", "os_rate_12m: 0.5", "who is free of progression is alive"),
        ("rfs_rate_12m: 0.6", "os_rate_12m: 0.5", "who is free of relapse is alive"),
        ("os_rate_24m: 0.6", "os_rate_12m: 0.5", "no such rate rises with time"),
        ("ttp_rate_24w: 0.6", "ttp_rate_8w: 0.5", "no such rate rises with time"),
    ],
)
def test_a_rate_above_one_that_bounds_it_is_told(first: str, second: str, why: str) -> None:
    late, early = (one.partition(":")[0] for one in (first, second))
    sentence = f"'{late}' is 0.6, higher than '{early}', 0.5: {why}. Check both."
    assert faults_of(first, second) == []
    assert warnings_of(first, second) == warnings_of(second, first) == [f"arm 'Sequence': {sentence}"]


@pytest.mark.parametrize(
    "metrics",
    [
        ("pfs_rate_52w: 0.505", "os_rate_12m: 0.5"),  # printed in whole per cent
        ("pfs_rate_26w: 0.6", "os_rate_12m: 0.5"),  # alive later is another thing
        ("pfs_rate_52w: 0.6", "os_rate_12m: {value: 0.5, at_least: true}"),
        ("ttp_rate_52w: 0.6", "os_rate_12m: 0.5"),  # deaths are censored
        ("os_rate_24m: 0.5", "os_rate_12m: 0.5"),
        ("pfs_median_months: 12", "os_median_months: {value: 11, at_least: true}"),
        ("pfs_median_months: 11.4", "os_median_months: 11"),  # printed in whole months
        ("os_median_months: 240", "os_rate_240m: 0.5"),
        ("dor_median_months: 54", "os_median_months: 16"),  # of those who responded alone
    ],
)
def test_what_can_be_is_accepted_without_a_warning(metrics: tuple[str, ...]) -> None:
    assert faults_of(*metrics) == []
    assert warnings_of(*metrics) == []


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (("os_median_months: 480",), "'os_median_months' is 40 years. Check that it is in months."),
        (("pfs_median_months: 0.1",), "'pfs_median_months' is 3.0 days. Check that it is in months."),
        (("os_rate_480m: 0.1",), "'os_rate_480m' is of 40 years. Check the unit."),
        (
            ("ttp_median_months: 14", "os_median_months: 11"),
            "'ttp_median_months' is 14, longer than 'os_median_months', 11: that asks for many deaths before "
            "progression. Check both.",
        ),
        (
            ("rfs_median_months: {value: 14, n: 20}", "os_median_months: 11"),
            "'rfs_median_months' is 14, longer than 'os_median_months', 11: who is free of relapse is "
            "alive. Check both.",
        ),
        (
            ("pfs_median_months: 14", "os_median_months: 11"),
            "'pfs_median_months' is 14, longer than 'os_median_months', 11: who is free of progression is "
            "alive. Check both.",
        ),
    ],
)
def test_what_hardly_is_so_is_a_warning_and_no_fault(metrics: tuple[str, ...], said: str) -> None:
    assert faults_of(*metrics) == []
    assert warnings_of(*metrics) == [f"arm 'Sequence': {said}"]


def test_the_check_prints_the_warnings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(published("os_median_months: 480"), "utf-8")
    assert main(["check", str(file)]) == 0
    assert "Warning: arm 'Sequence': 'os_median_months' is 40 years." in capsys.readouterr().out
    file.write_text(published("os_median_months: 4800"), "utf-8")
    assert main(["check", str(file)]) == 2
    assert "'os_median_months' has 4800 months, more than 100 years" in capsys.readouterr().err


def test_no_trial_of_the_catalogue_is_warned_of() -> None:
    for name, trial in published_trials().items():
        assert [*time_warnings(trial.reported or ())] == [], name
