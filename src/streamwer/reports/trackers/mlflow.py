"""MLflow: one run for a report with its files, and within it one for the figures of each system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from streamwer.config.registry import tracker
from streamwer.config.settings import setting
from streamwer.errors import StreamwerError
from streamwer.reports.trackers import TrackedReport

_PARENT = "mlflow.parentRunId"


@tracker("mlflow")
class MlflowTracker:
    """MLflow, as MLFLOW_TRACKING_URI or `uri` says."""

    @dataclass
    class Config:
        """Where a report goes."""

        experiment: str = setting("streamwer", "MLflow's experiment, made if missing")
        uri: str = setting("", "tracking server, database or folder; empty: MLflow's own choice")

    def __init__(self, config: Config) -> None:
        self._config = config

    def log_report(self, report: TrackedReport) -> str:
        """Send a report; see `Tracker`."""
        try:
            import mlflow
        except ModuleNotFoundError as error:
            raise StreamwerError(
                "MLflow is not installed: pip install 'mlflow-skinny>=3,<4'"
            ) from error
        try:
            return self._log_runs(mlflow.MlflowClient(self._config.uri or None), report)
        except mlflow.exceptions.MlflowException as error:
            text = " ".join(str(error).split())
            raise StreamwerError(f"MLflow: {text}") from error

    def _log_runs(self, client: Any, report: TrackedReport) -> str:
        name = self._config.experiment
        known = client.get_experiment_by_name(name)
        experiment = known.experiment_id if known else client.create_experiment(name)
        parent = client.create_run(experiment, run_name=report.name).info
        for system, figures in sorted(report.figures.items()):
            run = client.create_run(experiment, run_name=system, tags={_PARENT: parent.run_id})
            for key, value in figures.items():
                client.log_metric(run.info.run_id, key, value)
            client.set_terminated(run.info.run_id)
        for file in report.files:
            client.log_artifact(parent.run_id, str(file))
        client.set_terminated(parent.run_id)
        return f"experiment {name}, run {report.name} ({parent.run_id})"
