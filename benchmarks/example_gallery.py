"""Writes docs/gallery.md: for every example its question, answer, record, lesson, command and main figure."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from example_figures import against_record, rates, smaller, thirds
from example_records import NEVER_FITTED, PERCENT, Comparison
from example_runs import EXAMPLES, ExampleRun, command

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
LARGEST_FIGURE = 150_000  # bytes
METRIC_WORDS = {
    "orr": "Responded",
    "rfs_rate_24m": "Free of relapse at 24 months",
    "os_rate_12m": "Alive at 12 months",
    "pfs_rate_16w": "Progression-free at 16 weeks",
    "grade34_rate": "Toxicity of grade 3 or 4",
    "cr_rate": "Complete responses",
}
DIFFERENCE_WORDS = {
    "response_difference": (PERCENT, "percentage points of response"),
    "restricted_survival_difference_months": (1.0, "months alive"),
    "relapse_free_difference_months": (1.0, "months free of relapse"),
}


@dataclass(frozen=True)
class Entry:
    """What `gallery.toml` says about one example; the numbers come from the run."""

    example: str
    figure: str
    conclude: str
    metric: str = "orr"
    contrast: tuple[str, str] | None = None
    difference: str = "response_difference"


def read_entries() -> dict[str, tuple[Entry, ...]]:
    """The entries by section, in the order of the page."""
    document = tomllib.loads((HERE / "gallery.toml").read_text(encoding="utf-8"))
    return {
        section["title"]: tuple(
            Entry(**{**entry, "contrast": tuple(entry["contrast"]) if "contrast" in entry else None})
            for entry in section["entries"]
        )
        for section in document["section"]
    }


def write_gallery(runs: Sequence[ExampleRun], comparisons: Sequence[Comparison]) -> None:
    """The page and its figures, for the examples that were run.

    Raises: ValueError, when an example has no entry or a figure is too large.
    """
    sections, by_name = read_entries(), {run.name: run for run in runs}
    missing = set(by_name) - {entry.example for entries in sections.values() for entry in entries}
    if missing:
        raise ValueError(f"gallery.toml has no entry for {', '.join(sorted(missing))}. Add one.")
    figures = DOCS / "figures"
    figures.mkdir(exist_ok=True)
    (figures / "model-against-record.svg").write_text(smaller(against_record(comparisons)), encoding="utf-8")
    lines = [*_preface(comparisons)]
    for title, entries in sections.items():
        lines += [f"## {title}", ""]
        for entry in entries:
            if entry.example in by_name:
                run = by_name[entry.example]
                _write_figure(figures / f"{entry.example}.svg", _figure(run, entry, comparisons))
                lines += _described(run, entry, comparisons)
    (DOCS / "gallery.md").write_text("\n".join(lines), encoding="utf-8")


def _preface(comparisons: Sequence[Comparison]) -> Iterator[str]:
    groups = {word: Counter[str]() for word in ("free", "used")}
    for one in comparisons:
        groups["free" if one.record.used == NEVER_FITTED else "used"][one.verdict] += 1
    free, used = groups["free"], groups["used"]
    yield from (
        "# Gallery",
        "",
        "Every example with its main figure. Numbers are from runs at seed 0, and intervals are 95 %",
        "confidence intervals: they show the luck of the patients drawn, not the doubt about the model. The",
        "page is written by `python benchmarks/examples.py --gallery`.",
        "",
        f"Of {sum(free.values())} published numbers that nothing was fitted to,",
        f"{free['agrees'] + free['near']} agree with the simulated ones within their intervals or nearly; of",
        f"{sum(used.values())} that were fitted to or looked at, {used['agrees'] + used['near']}.",
        "See [examples.md](../benchmarks/results/examples.md). Many published intervals are wide, and then",
        "agreement is cheap.",
        "",
        "![Published rates against simulated ones](figures/model-against-record.svg)",
        "",
    )


def _figure(run: ExampleRun, entry: Entry, comparisons: Sequence[Comparison]) -> str:
    if entry.figure == "rates":
        return rates(run, entry.metric, comparisons)
    if entry.figure == "thirds":
        return thirds(run)
    return (run.folder / "figures" / f"{entry.figure}.svg").read_text(encoding="utf-8")


def _write_figure(path: Path, document: str) -> None:
    text = smaller(document)
    if len(text.encode()) > LARGEST_FIGURE:
        raise ValueError(f"The figure '{path.name}' has {len(text.encode()):,} bytes. Choose another one.")
    path.write_text(text, encoding="utf-8")


def _described(run: ExampleRun, entry: Entry, comparisons: Sequence[Comparison]) -> Iterator[str]:
    file = EXAMPLES / f"{run.name}.yaml"
    plain = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    yield from (f"### {plain['title']}", "", f"**Question.** {_one_line(plain['question'])}", "")
    yield from (f"**Result.** {_result(run, entry)}", "")
    if "record" in plain:
        yield from (f"**Record.** {_one_line(plain['record'])}", "")
    beside = [_beside(one) for one in comparisons if one.record.example == run.name]
    if beside:
        yield from (f"**Published beside simulated.** {'; '.join(beside)}.", "")
    yield from (f"**What to conclude.** {_one_line(entry.conclude)}", "")
    yield from (f"    {command(file)}", "")
    yield from (f"![{plain['title']}](figures/{run.name}.svg)", "")


def _result(run: ExampleRun, entry: Entry) -> str:
    if run.is_assay:
        return _assay_result(run)
    told = [
        f"{name} {_with_interval(arm['metrics'][entry.metric], PERCENT, ' %')}"
        for name, arm in run.arms.items()
    ]
    size = next(iter(run.arms.values()))["n"]
    each = " in each arm" if len(run.arms) > 1 else ""
    text = f"{METRIC_WORDS[entry.metric]}, {size:,} patients{each}: {'; '.join(told)}."
    if entry.contrast is None:
        return text
    arm, reference = entry.contrast
    found = next(
        one for one in run.summary["contrasts"] if {one["arm"], one["reference"]} == {arm, reference}
    )
    scale, unit = DIFFERENCE_WORDS[entry.difference]
    if found["arm"] != arm:
        scale = -scale
    difference = _with_interval(found[entry.difference], scale, f" {unit}", "+")
    return f"{text} {arm} against {reference}: {difference}."


def _assay_result(run: ExampleRun) -> str:
    told = [
        f"{row['well']}, {row['what'].replace('_', ' ')} "
        f"{_with_interval(row['simulated_percent'], 1.0, ' %')} (published {row['percent']:g} %)"
        for row in run.summary["published"]
    ]
    return f"{'; '.join(told)}."


def _with_interval(found: dict[str, Any], scale: float, unit: str, sign: str = "") -> str:
    if found["estimate"] is None:
        return "not known"
    estimate = f"{scale * found['estimate']:{sign}.1f}{unit}"
    if found["low"] is None or found["high"] is None:
        return estimate
    low, high = sorted((scale * found["low"], scale * found["high"]))
    return f"{estimate} ({low:{sign}.1f} to {high:{sign}.1f})"


def _beside(one: Comparison) -> str:
    simulated = "not reached" if one.estimate is None else f"{one.estimate:.1f}"
    return f"{one.record.arm}, {one.record.words}: {one.record.value:g} beside {simulated} ({one.verdict})"


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
