"""The order of a study of biomarkers: simulate, read, predict, compare, hold it against the literature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialkine.biomarker_study.catalogue import Marker, find_markers
from trialkine.biomarker_study.ceiling import Ceiling, ceilings
from trialkine.biomarker_study.cohort import ArmCohort, Progress, run_cohort
from trialkine.biomarker_study.enrichment import Enrichment, enrichment
from trialkine.biomarker_study.interaction import Interaction, interactions
from trialkine.biomarker_study.literature import Beside, beside_literature
from trialkine.biomarker_study.marker_calibration import MarkerCalibration, marker_calibration
from trialkine.biomarker_study.prediction import Prediction, best_of, predict
from trialkine.biomarker_study.readings import BEFORE, MOMENTS, Reading, readings
from trialkine.biomarker_study.sensitivity import Sensitivity, sensitivity
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.agent_facts import known_names
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult
from trialkine.trial.words import Duration

USUAL_PATIENTS, USUAL_MEMBERS = 1600, 20
USUAL_EARLY = Duration(4.0, "week")
FEWEST_PER_MEMBER = 20
SIMULATED = 0.8  # of the progress bar
NOBODY = (
    "Nobody responded in any arm, so that nothing predicts it. Simulate more patients with '--patients', "
    "or a treatment that works."
)


@dataclass(frozen=True)
class BiomarkerStudy:
    """A finished study: what was simulated, and everything found.

    `members` is 0 with the usual parameter set. `markers` are those looked at, in order.
    """

    protocol: Protocol
    result: TrialResult
    markers: tuple[Marker, ...]
    early: Duration
    patients: int
    members: int
    seed: int
    cohorts: tuple[ArmCohort, ...]
    readings: Mapping[str, tuple[Reading, ...]]
    predictions: tuple[Prediction, ...]
    interactions: tuple[Interaction, ...]
    calibrations: tuple[MarkerCalibration, ...]
    ceilings: tuple[Ceiling, ...]
    sensitivities: tuple[Sensitivity, ...]
    enrichments: tuple[Enrichment, ...]
    literature: tuple[Beside, ...]

    def of_arm(self, arm: str, moment: str) -> tuple[Prediction, ...]:
        """The predictions of an arm at a moment, the strongest first, those without a value last."""
        mine = [one for one in self.predictions if (one.arm, one.moment) == (arm, moment)]
        return tuple(sorted(mine, key=lambda one: (bool(one.why), -one.strength)))

    def best(self, arm: str, moment: str = BEFORE) -> Prediction | None:
        """The strongest marker of an arm at a moment."""
        return best_of(self.predictions, arm, moment)


def study_biomarkers(
    protocol: Protocol,
    *,
    markers: Sequence[str] = (),
    early: Duration | None = None,
    patients: int = USUAL_PATIENTS,
    members: int = USUAL_MEMBERS,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
    ensemble: ParameterEnsemble | None = None,
) -> BiomarkerStudy:
    """Find what predicts response and survival in a protocol's arms.

    `patients` per arm are shared evenly among the first `members` of the ensemble; without an ensemble, or
    with 0 members, all have the usual numbers. `early` is the time of the early draw; absent: the protocol's
    first, or four weeks.

    Raises: InputError, when a marker is unknown, numbers do not fit, or nobody responds; SimulationError,
    when too many patients failed.
    """
    used = 0 if ensemble is None else min(members, len(ensemble))
    each = _patients_each(patients, used)
    moment = early or early_of(protocol)
    looked_at = find_markers(protocol, _known(protocol), markers)
    result, cohorts = run_cohort(
        protocol,
        looked_at,
        moment,
        patients=each,
        trials=max(1, used),
        seed=seed,
        jobs=jobs,
        progress=lambda done, message: progress(SIMULATED * done, message),
        ensemble=ensemble if used else None,
    )
    if not any(cohort.responded.any() for cohort in cohorts):
        raise InputError(NOBODY)
    progress(SIMULATED, "judging markers")
    found = {cohort.arm: tuple(readings(cohort, looked_at, seed)) for cohort in cohorts}
    predictions = tuple(one for cohort in cohorts for one in predict(cohort, found[cohort.arm]))
    pairs = {cohort.arm: (cohort, found[cohort.arm]) for cohort in cohorts[1:]}
    study = BiomarkerStudy(
        protocol=protocol,
        result=result,
        markers=looked_at,
        early=moment,
        patients=each * max(1, used),
        members=used,
        seed=seed,
        cohorts=cohorts,
        readings=found,
        predictions=predictions,
        interactions=interactions(cohorts, found, protocol.is_counterfactual),
        calibrations=_calibrations(cohorts, found, predictions),
        ceilings=tuple(one for cohort in cohorts for one in ceilings(cohort, found[cohort.arm])),
        sensitivities=tuple(sensitivity(cohort) for cohort in cohorts),
        enrichments=tuple(
            enrichment(cohort, found[cohort.arm], pairs if cohort is cohorts[0] else {}) for cohort in cohorts
        ),
        literature=beside_literature(protocol, predictions),
    )
    progress(1.0, "done")
    return study


def early_of(protocol: Protocol) -> Duration:
    """The first draw after the start that the protocol states before any scan, or the usual time."""
    assessments = protocol.assessments
    first = (assessments.first_at or assessments.every).days
    stated = [
        moment
        for marker in assessments.biomarkers.values()
        for moment in marker.at or ()
        if 0.0 < moment.days < first
    ]
    usual = USUAL_EARLY if USUAL_EARLY.days < first else Duration(first / 2.0, "day")
    return min(stated, key=lambda moment: moment.days, default=usual)


def _patients_each(patients: int, members: int) -> int:
    """Patients of each repetition. Raises: InputError, when a member would have too few to compare."""
    if members and patients < FEWEST_PER_MEMBER * members:
        raise InputError(
            f"{patients} patients are too few for {members} members of the ensemble, which need "
            f"{FEWEST_PER_MEMBER} each. Write '--patients {FEWEST_PER_MEMBER * members}' or more, "
            "fewer '--members', or '--members 0' for the usual parameter set."
        )
    return -(-patients // max(1, members))


def _known(protocol: Protocol) -> tuple[str, ...]:
    """The quantities that the protocol's model has or can have on demand."""
    own = protocol.own
    return known_names().biomarkers if own is None else own_quantities(protocol)


def own_quantities(protocol: Protocol) -> tuple[str, ...]:
    """The quantities of a user's own model."""
    from trialkine.arm_models import disease_of, protocol_models

    everywhere, _ = protocol_models(protocol, disease_of(protocol))
    return everywhere.model.single_names


def _calibrations(
    cohorts: Sequence[ArmCohort],
    found: Mapping[str, Sequence[Reading]],
    predictions: Sequence[Prediction],
) -> tuple[MarkerCalibration, ...]:
    """The best marker of every arm at every moment."""
    calibrations = []
    for cohort in cohorts:
        for moment in MOMENTS:
            best = best_of(predictions, cohort.arm, moment)
            if best is None:
                continue
            reading = next(
                one for one in found[cohort.arm] if (one.marker, one.moment) == (best.marker, moment)
            )
            calibrations.append(marker_calibration(cohort, reading))
    return tuple(calibrations)
