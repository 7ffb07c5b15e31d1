"""The Python interface: what a notebook needs, in a few words.

import trialkine as tk

trial = tk.run("il2-then-temozolomide-melanoma.yaml", patients=200, seed=7)
trial                       # a table of outcomes, in a notebook
trial.outcomes              # one row per patient and arm, polars
trial.kaplan_meier("os")    # a matplotlib figure
trial.save("my-run")        # the run folder with report.html
tk.compare(["my-run", trial])  # arms against each other, paired where patients are the same
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trialkine.model.compose import compose
from trialkine.model.model import Model
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from matplotlib.figure import Figure

    from trialkine.report.comparison.compare import ArmComparison
    from trialkine.report.operating_view import DesignTrials
    from trialkine.solver.ensemble import Ensemble

Endpoint = Literal["os", "pfs", "ttp", "dor"]


class Trial:
    """A finished trial that shows itself."""

    def __init__(self, result: TrialResult) -> None:
        self.result = result

    @property
    def outcomes(self) -> pl.DataFrame:
        """One row per arm and patient: response, times to events, doses."""
        return self.result.patients

    @property
    def lines(self) -> pl.DataFrame:
        """One row per arm, patient and line of treatment reached."""
        return self.result.lines

    @property
    def visits(self) -> pl.DataFrame:
        """One row per visit: tumour size, response, biomarkers."""
        return self.result.visits

    def kaplan_meier(self, endpoint: Endpoint = "os") -> Figure:
        """Kaplan-Meier curves of every arm with numbers at risk."""
        from trialkine.report.figures.kaplan_meier import kaplan_meier

        return kaplan_meier(self.result, endpoint)

    def summary(self) -> dict[str, Any]:
        """What `summary.json` of the run folder holds."""
        from trialkine.report.outcomes import summarise
        from trialkine.report.summary_json import summary_record

        return summary_record(self.result, summarise(self.result))

    def save(self, folder: str | Path) -> Path:
        """Write the run folder: report, figures, data sets, summary and manifest.

        Raises: InputError, when the folder is taken or cannot be written.
        """
        from trialkine.report.run_folder import write_run_folder

        return write_run_folder(self.result, Path(folder), protocol_text=self.result.protocol.to_yaml())

    def _repr_html_(self) -> str:
        from trialkine.report.html_repr import result_html

        return result_html(self.result)

    def __repr__(self) -> str:
        size = self.result.patients.height
        return f"Trial('{self.result.protocol.title}', {len(self.result.arms)} arms, {size} patients)"


def run(
    protocol: str | Path | Protocol,
    *,
    patients: int | None = None,
    trials: int = 1,
    seed: int = 0,
    jobs: int | None = None,
    with_ensemble: bool = False,
) -> Trial:
    """Run a trial from a protocol file or a protocol.

    `patients` replaces the protocol's number per arm; `trials` repeats the trial. With `with_ensemble` each
    repetition takes another member of the calibrated ensemble.

    Raises: ProblemsError, with every fault of the file; SimulationError, when too many patients failed.
    """
    from trialkine.calibration.ensemble_file import read_ensemble

    chosen = protocol if isinstance(protocol, Protocol) else Protocol.read(protocol)
    members = read_ensemble().members if with_ensemble else None
    return Trial(
        run_protocol(chosen, patients=patients, trials=trials, seed=seed, jobs=jobs, ensemble=members)
    )


class Comparison:
    """Arms of finished trials against one of them, which shows itself."""

    def __init__(self, found: ArmComparison) -> None:
        self.found = found

    @property
    def pairs(self) -> pl.DataFrame:
        """One row per patient and pair of arms that hold the same patients: outcomes under both."""
        from trialkine.report.comparison.pairs import pair_rows

        return pair_rows(self.found)

    def kaplan_meier(self) -> Figure:
        """Kaplan-Meier curves of every arm with numbers at risk."""
        from trialkine.report.comparison.figure_set import curves_figure

        return curves_figure(self.found)

    def summary(self) -> dict[str, Any]:
        """What `compare.json` holds."""
        from trialkine.report.comparison.summary_json import comparison_record

        return comparison_record(self.found)

    def save(self, folder: str | Path) -> Path:
        """Write compare.html, compare.json, figures and pairs.

        Raises: InputError, when the folder is taken or cannot be written.
        """
        from trialkine.report.comparison.folder import write_comparison_folder

        return write_comparison_folder(self.found, Path(folder))

    def _repr_html_(self) -> str:
        from trialkine.report.comparison.html_repr import comparison_html

        return comparison_html(self.found)

    def __repr__(self) -> str:
        return f"Comparison({len(self.found.contrasts)} arms against '{self.found.reference.name}')"


def compare(
    runs: Sequence[str | Path | Trial],
    *,
    reference: str | None = None,
    endpoint: Literal["os", "pfs"] = "os",
    landmark: str | None = None,
    tau: str | None = None,
    level: float = 0.95,
) -> Comparison:
    """Compare the arms of finished runs, given as run folders or as trials.

    Every arm is set against `reference`, the first unless named: within patients where both hold the same
    virtual patients, as randomised groups where not. Survival is read at `landmark` ('12 months'), means are
    restricted to `tau` (the shortest last follow-up).

    Raises: InputError, when a folder holds no run, there is one arm only, or the runs have no such endpoint.
    """
    from trialkine.report.comparison.collect import collect_runs
    from trialkine.report.comparison.compare import compare_arms
    from trialkine.report.comparison.question import question

    asked = question(endpoint, landmark, tau, level)
    given = [one.result if isinstance(one, Trial) else Path(one) for one in runs]
    return Comparison(compare_arms(collect_runs(given), asked, reference))


def operating_characteristics(
    protocol: str | Path | Protocol,
    *,
    trials: int = 2000,
    pool: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    with_ensemble: bool = False,
    keep: str | Path | None = None,
) -> DesignTrials:
    """Carry out a protocol's design in virtual trials, drawn from a pool that is simulated once.

    `pool` is the number of patients simulated; in the folder `keep` pools are kept and found again.

    Raises: InputError, when the protocol has no design or the numbers do not fit.
    """
    from trialkine.calibration.ensemble_file import read_ensemble
    from trialkine.operating.run import operating_characteristics as carried_out
    from trialkine.report.operating_view import DesignTrials

    found = carried_out(
        protocol if isinstance(protocol, Protocol) else Protocol.read(protocol),
        trials=trials,
        pool=pool,
        seed=seed,
        jobs=jobs,
        ensemble=read_ensemble().members if with_ensemble else None,
        keep=None if keep is None else Path(keep),
    )
    return DesignTrials(found)


def core_model(*agents: str) -> Model:
    """The core model with some agents, by name. `print(core_model(...))` shows every equation.

    Raises: InputError, when an agent is not known.
    """
    from trialkine.agents.catalogue import find_agent
    from trialkine.mechanisms.core import mechanisms_for

    found = [find_agent(name) for name in agents]
    return compose(mechanisms_for(found), found)


def ensemble(disease: str, *agents: str, patients: int = 100, seed: int = 0) -> Ensemble:
    """Virtual patients of a disease, ready to be dosed and advanced outside any trial.

    Raises: InputError, when the disease or an agent is not known.
    """
    from trialkine.study import draw_ensemble

    return draw_ensemble(disease, agents, patients, seed)
