"""What must be said beside a comparison: what pairs are, what intervals cover, and how runs differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from trialkine.report.comparison.compare import ArmComparison
from trialkine.report.comparison.run_data import RunData
from trialkine.report.comparison.words import untold_words
from trialkine.report.words import listed, plain_name, whole

ONLY_IN_A_MODEL = (
    "The same virtual patient under both arms can exist only in a model. In the clinic nobody starts twice "
    "from the same state, so no randomised trial measures who fares better under which arm."
)
SHARED_LUCK = (
    "What is said of patients' own outcomes (who fares better, worse or the same, and how wide the paired "
    "intervals are) rests on the model's assumption that a patient brings the same luck into every arm; "
    "the differences between whole arms do not."
)
NO_LOGRANK = (
    "There is no log-rank test of arms that hold the same patients, as it would count each of them as two; "
    "the interval of their hazard ratio counts each once."
)
SIZE = (
    "Intervals and p-values tell of the luck of this many simulated patients. More patients make them as "
    "narrow as one likes, and the model no truer."
)
SEVERAL_TESTS = "p-values are not adjusted for several comparisons."
HAZARD_RATIO = (
    "A hazard ratio is one number for the whole of follow-up. Where curves cross or part late, read the "
    "restricted means, which assume nothing of the kind."
)


@final
@dataclass(frozen=True)
class Cautions:
    """Sentences about pairs, empty without any; about every comparison; about how the runs differ; and about
    trials that gave no number."""

    pairs: tuple[str, ...]
    always: tuple[str, ...]
    runs: tuple[str, ...]
    trials: tuple[str, ...]

    @property
    def beside_the_answer(self) -> tuple[str, ...]:
        """What nobody may miss."""
        said = (*self.trials, *self.runs)
        return (" ".join(self.pairs[:2]), *said) if self.pairs else said

    @property
    def below(self) -> tuple[str, ...]:
        """The others."""
        return (*self.pairs[2:], *self.always)

    @property
    def all(self) -> tuple[str, ...]:
        """All of them in the order of reading."""
        return (*self.pairs, *self.trials, *self.runs, *self.always)


def cautions(comparison: ArmComparison) -> Cautions:
    """What holds of this comparison."""
    has_pairs = any(contrast.paired is not None for contrast in comparison.contrasts)
    return Cautions(
        pairs=(ONLY_IN_A_MODEL, SHARED_LUCK, NO_LOGRANK) if has_pairs else (),
        always=(
            f"{SIZE} They take as given {_conditional_on(comparison)}.",
            HAZARD_RATIO,
            *([SEVERAL_TESTS] if len(comparison.contrasts) > 1 else []),
        ),
        runs=tuple(_of_runs(comparison)),
        trials=tuple(_of_trials(comparison)),
    )


def _of_trials(comparison: ArmComparison) -> Iterator[str]:
    """Which trials gave no number, of every contrast and of every arm by itself."""
    for contrast in comparison.contrasts:
        yield from untold_words(f"{contrast.arm.name} against {contrast.reference.name}", contrast.untold)
    for one in comparison.arms:
        yield from untold_words(one.arm.name, one.untold)


def _conditional_on(comparison: ArmComparison) -> str:
    ensembles = {run.provenance.ensemble for run in comparison.runs}
    if ensembles == {""}:
        return "one set of model parameters"
    named = listed(sorted(ensemble for ensemble in ensembles if ensemble))
    return f"the equations, with the parameters of an ensemble ({named})"


def _of_runs(comparison: ArmComparison) -> Iterator[str]:
    yield from _of_patients(comparison)
    diseases = list(dict.fromkeys(run.provenance.disease for run in comparison.runs))
    if len(diseases) > 1:
        named = listed([plain_name(disease).lower() for disease in diseases])
        yield f"The arms treat different diseases ({named}): their difference is not one of treatments."
    elif _differ([_population(run) for run in comparison.runs]) and _has_unpaired(comparison):
        yield (
            "The runs enrol by different rules or with a different case mix, so that arms of different runs "
            "differ in their patients as well as in their treatment."
        )
    if _differ([(run.provenance.version, run.provenance.model_files) for run in comparison.runs]):
        yield (
            "The runs rest on different versions, data files or files of their own, so that arms of "
            "different runs may differ in the model as well as in their treatment."
        )
    yield from _of_endpoints(comparison)


def _of_patients(comparison: ArmComparison) -> Iterator[str]:
    """Why patients of the same seed are not paired, and how many of the arms' patients are."""
    lucky: dict[str, list[str]] = {}
    parts = []
    for contrast in comparison.contrasts:
        if contrast.has_shared_luck:
            lucky.setdefault(contrast.why_not_paired, []).append(contrast.arm.name)
        sizes = contrast.arm.evaluable.height, contrast.reference.evaluable.height
        if contrast.paired is not None and contrast.paired.rows.height < max(sizes):
            pairs = contrast.paired.rows.height
            parts.append(f"{contrast.arm.name}, {whole(pairs)} of {whole(sizes[0])} and {whole(sizes[1])}")
    reference = comparison.reference.name
    for why, arms in lucky.items():
        yield (
            f"{listed(arms)} and {reference} are not paired: {why}. Their patients were drawn with the same "
            "random numbers all the same, so they are not independent; intervals and tests treat them as if "
            "they were. Run one of them with another '--seed'."
        )
    if parts:
        yield f"Only patients of both arms are compared with those of {reference}: {'; '.join(parts)}."


def _of_endpoints(comparison: ArmComparison) -> Iterator[str]:
    lines = {one.arm.run.lines[one.arm.arm] for one in comparison.arms if one.arm.run.criteria}
    criteria = {run.criteria for run in comparison.runs if run.criteria}
    if len(lines) > 1 and max(lines) > 1:
        yield (
            "The arms differ in their number of lines of treatment. A strategy of several lines, one after "
            "the other has failed, has several chances to respond, each against a baseline of its own, and "
            "its progression is that on the last line started; so responses and progression of such arms are "
            "not alike in kind. Overall survival is."
        )
    if len(criteria) > 1:
        named = listed(sorted(criteria))
        yield f"Responses were judged by different criteria ({named}), which alone can make rates differ."


def _population(run: RunData) -> tuple[object, ...]:
    return (dict(run.provenance.eligibility), run.provenance.case_mix)


def _has_unpaired(comparison: ArmComparison) -> bool:
    return any(contrast.paired is None for contrast in comparison.contrasts)


def _differ(values: list[tuple[object, ...]]) -> bool:
    return any(value != values[0] for value in values[1:])
