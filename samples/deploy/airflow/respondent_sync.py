"""Runs the jobs of all clients each night, one task per account, then makes one page over them.

A job is a folder with a `job.toml`: `clients/<job>/job.toml`. README.md beside this file says how to install it. These
variables, set for all of Airflow's components, hold what differs between fleets:

- `FLEET_HOME` (/srv/respondent-sync): the folder that holds `clients`; `overview.html` is written there.
- `FLEET_PROGRAM` (/usr/local/bin/respondent-sync)
- `FLEET_SCHEDULE` (0 3 * * *): cron, in the time zone `FLEET_ZONE` (Europe/Warsaw); empty: only by hand.
- `FLEET_POOL` (respondent_sync): the pool of all accounts, whose slots are the ceiling (see below).
- `FLEET_QUEUE` (default): the queue of the workers that have `FLEET_HOME`.
- `FLEET_TIME_LIMIT` (14400): seconds that one attempt of an account may take; longer than `until` in job.toml allows.
- `FLEET_RETRY_DELAY` (900): seconds before the retry of a run that may succeed later.

The fleet's ceiling is the pool's slots × the highest `rate` in the job.toml files, in calls per second: each task holds one
slot and runs one job at a time, and a job never exceeds its `rate`, retries included. 4 slots at 5/s are 20 calls
per second; a single second may hold one more for each slot.
"""

import json
import os
import re
import subprocess
import tomllib
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import DAG, BaseOperator, ExceptionRetryPolicy, RetryRule, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

setting = os.environ.get
seconds = lambda name, default: timedelta(seconds=float(setting(name, default)))
HOME = Path(setting("FLEET_HOME", "/srv/respondent-sync"))
PROGRAM = setting("FLEET_PROGRAM", "/usr/local/bin/respondent-sync")
# The exit codes that are a success, as the grid shows them. All others fail or are retried.
SUCCESS = {0: "done", 1: "rows need a fix", 10: "continues tomorrow"}


class Delayed(AirflowException):
    """The platform is out of reach (5), or another run has the account (11): retry in some minutes."""


class Sync(BaseOperator):
    """Runs the jobs of one account, one after the other. If one fails, the others still run."""

    child, stopped = None, False

    def __init__(self, jobs, **kwargs):
        super().__init__(**kwargs)
        self.jobs = jobs

    def execute(self, context):
        counts = {job: self.run_job(job, context["ti"]) for job in self.jobs}
        codes = {job: count["exit_code"] for job, count in counts.items()}
        ending = ", ".join(f"{job}: {SUCCESS.get(code, f'exit code {code}')}" for job, code in codes.items())
        context["ending"] = ending  # The label in the grid, by `map_index_template`.
        context["ti"].xcom_push("counts", counts)
        # On the retry, a job that is done makes no call.
        if "now" in (retries := {count["retry"] for count in counts.values()}):
            raise AirflowException(ending)
        if "delayed" in retries:
            raise Delayed(ending)
        if not SUCCESS.keys() >= set(codes.values()):
            raise AirflowFailException(ending)

    def run_job(self, job, ti):
        """Returns the counts of the summary that this attempt printed, and its verdict; no personal data."""
        if self.stopped:
            raise AirflowException(f"stopped before {job}")
        command = [PROGRAM, "run", "--config", HOME / "clients" / job / "job.toml", "--resume", "--rotate", "--unattended"]
        command += ["--summary", "-", "--log-format", "json"]
        run_id = re.sub(r"[^A-Za-z0-9._:+-]", "-", f"{ti.run_id}.{job}.{ti.try_number}")[-200:]
        # stderr=1 puts its log into the task's log. Airflow kills the task's processes 5 s after SIGTERM; the run has a
        # session of its own, as its last calls and files may take longer.
        env = os.environ | {"RESPONDENT_SYNC_RUN_ID": run_id}
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=1, start_new_session=True, env=env)
        stdout, code = self.child.communicate()[0], self.child.returncode
        summary = json.loads(stdout) if stdout.endswith(b"}\n") else {}
        self.log.info("%s: exit code %s, report: %s", job, code, summary.get("report"))
        # A signal ended it: kill, 130 or 143. The summary says `no` to 130, which on a terminal is a person's Ctrl-C.
        retry = "now" if code < 0 or code > 128 else summary.get("retry", "no")
        counts = {key: summary.get(key) for key in ("rows", "statuses", "error_codes", "attempts")}
        return counts | {"exit_code": code, "retry": retry}

    def on_kill(self):
        """Ends the run in order. Airflow calls this at the time limit and at SIGTERM."""
        self.stopped = True
        if self.child:
            self.child.terminate()
            self.child.wait(45)


with DAG(
    "respondent_sync",
    doc_md=__doc__,
    schedule=setting("FLEET_SCHEDULE", "0 3 * * *") or None,
    start_date=pendulum.datetime(2026, 1, 1, tz=setting("FLEET_ZONE", "Europe/Warsaw")),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1000,  # The pool is the limit.
    default_args={"retries": 6, "retry_delay": timedelta(0), "queue": setting("FLEET_QUEUE", "default")},
):

    @task
    def accounts():
        """Returns the jobs of each account."""
        jobs = defaultdict(list)
        for config in sorted(HOME.glob("clients/*/job.toml")):
            try:
                account = str(tomllib.loads(config.read_text()).get("account_file", config))
            except (OSError, ValueError):
                account = config  # Its own task fails, and says why.
            jobs[(config.parent / account).resolve()].append(config.parent.name)
        if not jobs:
            raise AirflowException(f"no clients/*/job.toml in {HOME}: is the volume mounted?")
        return list(jobs.values())

    @task(trigger_rule="all_done")
    def overview():
        subprocess.run([PROGRAM, "report", "--overview", HOME / "clients", "-o", HOME / "overview.html"], check=True)

    @task(trigger_rule="one_failed", retries=0)
    def failed():
        """Fails the DAG run if an account failed: the overview alone would make it a success."""
        raise AirflowFailException("an account failed: see the red squares of sync")

    sync = Sync.partial(
        task_id="sync",
        pool=setting("FLEET_POOL", "respondent_sync"),
        execution_timeout=seconds("FLEET_TIME_LIMIT", "14400"),
        # A task that was killed raises nothing: it is retried after the DAG's `retry_delay`, at once.
        retry_policy=ExceptionRetryPolicy([RetryRule(Delayed, retry_delay=seconds("FLEET_RETRY_DELAY", "900"))]),
        map_index_template="{{ (ending or task.jobs | join(', '))[:250] }}",
    ).expand(jobs=accounts())
    sync >> [overview(), failed()]
