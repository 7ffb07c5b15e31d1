"""A study of biomarkers from Python: one call, and an answer that shows itself.

found = tk.biomarkers("burden-and-suppression.yaml", patients=800, members=0)
found                       # the answer, in a notebook
found.table                 # one row per arm, marker and moment, polars
found.save("my-markers")    # the folder with biomarkers.html
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialkine.biomarker_study.run import USUAL_MEMBERS, USUAL_PATIENTS, BiomarkerStudy, study_biomarkers
from trialkine.trial.protocol import Protocol

if TYPE_CHECKING:
    import polars as pl


class Biomarkers:
    """A finished study of biomarkers that shows itself; `study` holds everything."""

    def __init__(self, study: BiomarkerStudy) -> None:
        self.study = study

    @property
    def table(self) -> pl.DataFrame:
        """One row per arm, marker and moment: the area for response, and Harrell's C for death."""
        import polars as pl

        rows = [
            {
                "arm": one.arm,
                "marker": one.marker.name,
                "moment": one.moment,
                "patients": one.patients,
                "responders": one.responders,
                "area": one.read.mean.estimate,
                "low": one.read.mean.low,
                "high": one.read.mean.high,
                "area_with_a_perfect_assay": one.true.mean.estimate,
                "survival_c": one.deaths.mean.estimate,
                "patients_needed": one.patients_needed,
                "why": one.why,
            }
            for one in self.study.predictions
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def record(self) -> dict[str, Any]:
        """What `biomarkers.json` of the folder holds."""
        from trialkine.biomarker_study.study_json import study_record

        return study_record(self.study)

    def save(self, folder: str | Path) -> Path:
        """Write the folder: page, numbers, figures, protocol and manifest.

        Raises: InputError, when the folder is taken or cannot be written.
        """
        from trialkine.biomarker_study.folder import write_study_folder

        return write_study_folder(self.study, Path(folder), protocol_text=self.study.protocol.to_yaml())

    def _repr_html_(self) -> str:
        from trialkine.biomarker_study.words import CAUTION, answers, literature_words
        from trialkine.report.words import BANNER

        items = "".join(f"<li><b>{escape(arm)}</b>: {escape(said)}</li>" for arm, said in answers(self.study))
        beside = "".join(f"<p>{escape(literature_words(one))}</p>" for one in self.study.literature)
        title = f"<strong>{escape(self.study.protocol.title)}</strong>"
        return f"<div>{title}<ul>{items}</ul>{beside}<small>{escape(BANNER)} {escape(CAUTION)}</small></div>"

    def __repr__(self) -> str:
        study = self.study
        return (
            f"Biomarkers('{study.protocol.title}', {len(study.result.arms)} arms, {len(study.markers)} "
            f"markers, {study.patients} patients per arm)"
        )


def biomarkers(
    protocol: str | Path | Protocol,
    *,
    markers: Sequence[str] = (),
    early: str | None = None,
    patients: int = USUAL_PATIENTS,
    members: int = USUAL_MEMBERS,
    seed: int = 0,
    jobs: int | None = None,
) -> Biomarkers:
    """Find which quantities before treatment and early on predict response and survival in a protocol's arms.

    `markers` are further quantities of the model, `early` is the time of the early draw ("4 weeks"),
    `patients` are those of each arm, shared among `members` of the calibrated ensemble; 0 members: the usual
    parameter set.

    Raises: ProblemsError, with every fault of the file; InputError, when a marker is unknown, numbers do not
    fit or nobody responds; SimulationError, when too many patients failed.
    """
    from trialkine.calibration.ensemble_file import read_ensemble
    from trialkine.trial.words import parse_duration

    chosen = protocol if isinstance(protocol, Protocol) else Protocol.read(protocol)
    moment = None if early is None else parse_duration(early, "early draw")
    ensemble = read_ensemble().members if members else None
    return Biomarkers(
        study_biomarkers(
            chosen,
            markers=markers,
            early=moment,
            patients=patients,
            members=members,
            seed=seed,
            jobs=jobs,
            ensemble=ensemble,
        )
    )
