"""Runs the DAG of the samples on Airflow's LocalExecutor, in a pool, over 20 accounts: two nights, and a repair between them.

check.py PROGRAM FOLDER: everything that the test writes is in FOLDER. Airflow is the one of this Python.
"""

import collections
import contextlib
import http.client
import http.server
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime

PROGRAM, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples/deploy/airflow"
BIN = pathlib.Path(sys.executable).parent
HOME = FOLDER / "fleet"
SLOTS = 4
# Calls per second of each job.
RATE = 10
# Seconds; the slow account needs longer.
TIME_LIMIT = 8
# Seconds before the retry of a run that may succeed later.
RETRY_DELAY = 10
# Seconds for any wait, far more than it takes on a busy machine.
PATIENCE = 120


def poll(what, condition):
    """Returns the first true value of the condition."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise SystemExit(f"error: waited {PATIENCE} s in vain for {what}")


class Door(http.server.BaseHTTPRequestHandler):
    """Counts the calls of each account, refuses wrong keys, and hands all others on to the sandbox."""

    protocol_version = "HTTP/1.1"
    # Time, account, respondent and status of each call.
    calls = []
    sandbox = None
    # Accounts for which the platform is out of reach.
    down = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        account, key = re.search(r"webhooks/([^/]+)/([^/]+)/", self.path).groups()
        respondent = int(re.search(rb"id_respondent=(\d+)", body)[1])
        if account in self.down:
            status, answer = 503, b"{}"
        elif key != f"key{account}":
            status, answer = 401, b"{}"
        else:
            connection = http.client.HTTPConnection(self.sandbox)
            connection.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
            response = connection.getresponse()
            status, answer = response.status, response.read()
            connection.close()
        self.calls.append((time.time(), account, respondent, status))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


class Airflow:
    """Airflow's three processes, and its REST API."""

    def __init__(self, settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | settings | {
            "AIRFLOW_HOME": str(FOLDER / "airflow"),
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__DAGS_FOLDER": str(SAMPLES),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            # More than the pool has, so that the pool is what limits.
            "AIRFLOW__CORE__PARALLELISM": str(2 * SLOTS),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        }
        self.processes = []
        self.token = None

    def command(self, *arguments):
        subprocess.run([BIN / "airflow", *arguments], env=self.environment, check=True, stdout=self.log("command"), stderr=subprocess.STDOUT)

    def log(self, name):
        return (FOLDER / f"{name}.log").open("ab")

    def start(self, *commands):
        for command in commands:
            log = self.log(command.split()[0])
            self.processes.append(
                subprocess.Popen([BIN / "airflow", *command.split()], env=self.environment, stdout=log, stderr=log, start_new_session=True)
            )

    def stop(self):
        """Ends the processes, and after 15 s what is left in their groups."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def api(self, path, body=None, method=None):
        """Returns the API's answer, or `None` while there is none."""
        try:
            if not self.token:
                self.token = self.read("/auth/token")["access_token"]
            return self.read(f"/api/v2/{path}", body, method)
        except (urllib.error.URLError, ConnectionError, http.client.HTTPException) as error:
            if body is None:
                return None
            raise SystemExit(f"error: {path}: {error}: {getattr(error, 'read', bytes)()}") from error

    def read(self, path, body=None, method=None):
        for process in self.processes:
            if process.poll() is not None:
                raise SystemExit(f"error: {process.args} ended with {process.returncode}: see its log in {FOLDER}")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers if self.token else {}, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


class Night:
    """A run of the DAG."""

    def __init__(self, airflow, name):
        self.airflow, self.name, self.path = airflow, name, f"dags/respondent_sync/dagRuns/{name}"
        airflow.api("dags/respondent_sync/dagRuns", {"dag_run_id": name, "logical_date": None})

    def repair(self):
        """Clears each failed account and what comes after it, as a person does in the browser."""
        failed = [["sync", task["map_index"]] for task in self.tasks().values() if task["state"] == "failed" and task["map_index"] >= 0]
        self.airflow.api(
            "dags/respondent_sync/clearTaskInstances",
            {
                "dag_run_id": self.name, "task_ids": failed, "include_downstream": True, "only_failed": False,
                "reset_dag_runs": True, "dry_run": False,
            },
        )

    def end(self):
        """Waits for the end, and returns its state."""
        state = lambda: (self.airflow.api(self.path) or {}).get("state")
        return poll(f"the end of {self.name}", lambda: state() in ("success", "failed") and state())

    def tasks(self):
        """Returns the task instances: those of `sync` by their accounts' first jobs, the others by their ids."""
        tasks = self.airflow.api(f"{self.path}/taskInstances?limit=100")
        accounts = self.airflow.api(f"{self.path}/taskInstances/accounts/xcomEntries/return_value?deserialize=true")
        if not tasks or not accounts:
            return {}
        jobs = accounts["value"]
        name = lambda task: task["task_id"] if task["map_index"] < 0 else jobs[task["map_index"]][0]
        return {name(task): task for task in tasks["task_instances"]}

    def counts(self, task):
        """Returns the XCom of a task of `sync`."""
        index = task["map_index"]
        return self.airflow.api(f"{self.path}/taskInstances/sync/xcomEntries/counts?map_index={index}&deserialize=true")["value"]

    def attempts(self, task):
        """Returns the attempts of a task of `sync`, the first one first."""
        attempts = self.airflow.api(f"{self.path}/taskInstances/sync/{task['map_index']}/tries")["task_instances"]
        return sorted(attempts, key=lambda attempt: attempt["try_number"])

    def log(self, task, attempt):
        """Returns the messages in the log of an attempt of a task of `sync`."""
        index = task["map_index"]
        log = self.airflow.api(f"{self.path}/taskInstances/sync/logs/{attempt}?map_index={index}&full_content=true")
        return [line["event"] for line in log["content"]]


class Fleet:
    """The folder of the clients' jobs."""

    def __init__(self, url):
        self.url, self.accounts, self.rows = url, {}, {}

    def job(self, name, rows, account=None, **settings):
        """Adds a job, whose account is its own unless one is named. No two jobs share a respondent."""
        account = account or name
        number = self.accounts.setdefault(account, str(1000 + len(self.accounts)))
        secrets = HOME / "accounts" / account
        secrets.mkdir(parents=True, exist_ok=True)
        for secret, value in {"account": number, "webhook_key": f"key{number}", "webhook_auth": "auth"}.items():
            (secrets / secret).write_text(value)
            (secrets / secret).chmod(0o600)
        folder = HOME / "clients" / name
        folder.mkdir(parents=True)
        self.rows[name] = rows
        first = 1000 * len(self.rows)
        ids = range(first, first + rows)
        (folder / "contacts.csv").write_text("".join(f"{line}\n" for line in ["id_respondent,Segment", *(f"{id},gold" for id in ids)]))
        settings = {
            "input": "contacts.csv", "survey": "1", "base_url": self.url, "map": ["l4=Segment"], "changed_only": True,
            "output_dir": ".", "state": "state.sqlite", "report": "report.html", "expect": "daily", "rate": f"{RATE}/s",
            "max_outage": "1s", **{f"{secret}_file": f"../../accounts/{account}/{secret}" for secret in ("account", "webhook_key", "webhook_auth")},
        } | settings
        # JSON's strings, lists and words are TOML's, too.
        (folder / "job.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))
        return folder

    def calls(self, job):
        """Returns the calls of an account."""
        return [call for call in Door.calls if call[1] == self.accounts[job.removesuffix("-csat")]]


def most_at_once(attempts):
    """Returns the highest number of attempts that overlap."""
    times = [(datetime.fromisoformat(attempt[edge]), step) for attempt in attempts for edge, step in (("start_date", 1), ("end_date", -1))]
    return max(itertools.accumulate(step for _, step in sorted(times)))


def words(value):
    """Returns the strings in a value, but for keys."""
    if isinstance(value, dict):
        return set().union(*map(words, value.values()))
    return {value} if isinstance(value, str) else set()


def same(what, found, wanted):
    if found != wanted:
        raise SystemExit(f"error: {what}: found {found!r}, wanted {wanted!r}")


def true(what, holds):
    if not holds:
        raise SystemExit(f"error: it is not true that {what}")


def main(stack):
    for config in SAMPLES.glob("clients/*/job.toml"):
        subprocess.run([PROGRAM, "config", "show", "--config", config], check=True, stdout=subprocess.DEVNULL)

    sandbox = subprocess.Popen(
        [PROGRAM, "sandbox", "--port", "0"], stdout=(FOLDER / "sandbox.log").open("wb"), stderr=subprocess.STDOUT
    )
    stack.callback(sandbox.wait)
    stack.callback(sandbox.kill)
    address = lambda: re.search(r"http://([0-9.:]+),", (FOLDER / "sandbox.log").read_text())
    Door.sandbox = poll("the sandbox", address)[1]
    door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()

    # Airflow starts them in this order: those that take long come first.
    fleet = Fleet(f"http://127.0.0.1:{door.server_port}")
    fleet.job("1-slow", 24, rate="2/s")
    fleet.job("2-killed", 24, rate="4/s")
    fleet.job("3-unreachable", 20)
    for job in ("nps", "csat", "exit"):
        fleet.job(f"acme-{job}", 10, "acme")
    for job in ("csat", "exit", "nps"):
        fleet.job(f"beta-{job}", 10, "beta")
    fleet.job("broken", 10)
    plain = [f"c{number:02}" for number in range(1, 12)]
    for name in plain:
        fleet.job(name, 15)
    with (fleet.job("to-fix", 10) / "contacts.csv").open("a") as export:
        export.write(",gold\n")
    an_hour_ago = time.localtime(time.time() - 3600)
    fleet.job("too-late", 10, until=time.strftime("%H:%M", an_hour_ago))
    fleet.job("wrong-key", 20)
    same("number of accounts", len(fleet.accounts), 20)

    # What is wrong with them in the first night.
    export, config = HOME / "clients/beta-exit/contacts.csv", HOME / "clients/broken/job.toml"
    key = HOME / "accounts/wrong-key/webhook_key"
    right = {file: file.read_bytes() for file in (export, config, key)}
    export.unlink()
    config.write_text("rate = \n")
    key.write_text("another")
    Door.down.add(fleet.accounts["3-unreachable"])

    airflow = Airflow(
        {
            "FLEET_HOME": str(HOME),
            "FLEET_PROGRAM": str(PROGRAM),
            "FLEET_SCHEDULE": "",
            "FLEET_TIME_LIMIT": str(TIME_LIMIT),
            "FLEET_RETRY_DELAY": str(RETRY_DELAY),
        }
    )
    stack.callback(airflow.stop)
    airflow.command("db", "migrate")
    airflow.command("pools", "set", "respondent_sync", str(SLOTS), "runs of respondent-sync at a time")
    airflow.start("api-server --host 127.0.0.1", "dag-processor", "scheduler --skip-serve-logs")
    poll("the DAG", lambda: airflow.api("dags/respondent_sync"))

    first = Night(airflow, "first~night")
    poll("calls of the run to kill", lambda: len(fleet.calls("2-killed")) >= 5)
    lock = HOME / "clients/2-killed/contacts.results.csv.lock"
    os.kill(int(re.search(r"\d+", lock.read_text())[0]), signal.SIGKILL)
    waits = lambda: first.tasks().get("3-unreachable", {}).get("state") == "up_for_retry"
    poll("the end of the run without a platform", waits)
    Door.down.clear()
    same("state of the first night", first.end(), "failed")

    tasks = first.tasks()
    done = {
        "1-slow": "1-slow: done",
        "2-killed": "2-killed: done",
        "3-unreachable": "3-unreachable: done",
        "acme-csat": "acme-csat: done, acme-exit: done, acme-nps: done",
        **{name: f"{name}: done" for name in plain},
        "to-fix": "to-fix: rows need a fix",
        "too-late": "too-late: continues tomorrow",
    }
    failed = {
        "beta-csat": "beta-csat: done, beta-exit: exit code 3, beta-nps: done",
        "broken": "broken: exit code 2",
        "wrong-key": "wrong-key: exit code 4",
    }
    states = {"accounts": "success", **dict.fromkeys(done, "success"), **dict.fromkeys(failed, "failed")}
    same("states", {name: task["state"] for name, task in tasks.items()}, states | {"overview": "success", "failed": "failed"})
    synced = {name: task for name, task in tasks.items() if task["task_id"] == "sync"}
    same("labels", {name: task["rendered_map_index"] for name, task in synced.items()}, done | failed)

    attempts = {name: first.attempts(task) for name, task in synced.items()}
    numbers = {"1-slow": 2, "2-killed": 2, "3-unreachable": 2}
    same("attempts", {name: len(found) for name, found in attempts.items()}, dict.fromkeys(synced, 1) | numbers)
    same("most tasks at once", most_at_once(itertools.chain(*attempts.values())), SLOTS)
    reason = "Retry policy decision"
    same("whether a delay follows a time limit", reason in first.log(synced["1-slow"], 1), False)
    same("whether a delay follows a kill", reason in first.log(synced["2-killed"], 1), False)
    same("whether a delay follows an outage", reason in first.log(synced["3-unreachable"], 1), True)
    before, after = (datetime.fromisoformat(attempts["3-unreachable"][n][field]) for n, field in ((0, "end_date"), (1, "start_date")))
    true(f"{after} is {RETRY_DELAY} s after {before}", (after - before).total_seconds() >= RETRY_DELAY)
    lines = [json.loads(line) for line in first.log(synced["1-slow"], 1) if line.startswith('{"')]
    same("end of the run at the time limit", [line["exit_code"] for line in lines if line["event"] == "run_finished"], [143])

    counts = {name: first.counts(task) for name, task in synced.items()}
    codes = {job: count["exit_code"] for found in counts.values() for job, count in found.items()}
    wrong = {"to-fix": 1, "broken": 2, "beta-exit": 3, "wrong-key": 4, "too-late": 10}
    same("exit codes", codes, dict.fromkeys(fleet.rows, 0) | wrong)
    same("words in the XComs", words(counts), {"no", "next_window"})
    same("counts of one job", counts["c01"]["c01"]["statuses"]["success"], 15)

    same("calls of the run at the time limit", len(fleet.calls("1-slow")), 24)
    true("a kill repeats few calls", 24 <= len(fleet.calls("2-killed")) <= 28)
    jobs_in_turn = [job for job, _ in itertools.groupby(respondent // 1000 for _, _, respondent, _ in fleet.calls("acme-csat"))]
    same("jobs of an account in turn", len(jobs_in_turn), 3)

    for file, content in right.items():
        file.write_bytes(content)
    calls = len(Door.calls)
    first.repair()
    same("state after the repair", first.end(), "success")
    same("calls of the repair", len(Door.calls) - calls, 10 + 10 + 20)
    same("pages over all jobs", first.tasks()["overview"]["try_number"], 2)
    taken = collections.Counter((account, respondent) for _, account, respondent, status in Door.calls if status == 200)
    same("respondents updated", len(taken), sum(fleet.rows.values()) - fleet.rows["too-late"])
    killed = fleet.accounts["2-killed"]
    same("repeated calls", [key for key, times in taken.items() if times > 1 and key[0] != killed], [])

    calls = len(Door.calls)
    second = Night(airflow, "second~night")
    same("state of the second night", second.end(), "success")
    same("calls of the second night", len(Door.calls) - calls, 0)
    tasks = second.tasks()
    synced = {name: task for name, task in tasks.items() if task["task_id"] == "sync"}
    mended = {"beta-csat": "beta-csat: done, beta-exit: done, beta-nps: done", "broken": "broken: done", "wrong-key": "wrong-key: done"}
    same("labels", {name: task["rendered_map_index"] for name, task in synced.items()}, done | mended)
    same("state of `failed`", tasks["failed"]["state"], "skipped")
    page = (HOME / "overview.html").read_text()
    same("jobs missing in the overview", [job for job in fleet.rows if job not in page], [])
    reports = [job for job in fleet.rows if not (HOME / "clients" / job / "report.html").exists()]
    same("jobs without a page", reports, [])
    most = most_at_once(itertools.chain(*(second.attempts(task) for task in synced.values())))
    true(f"the second night keeps to the pool: {most}", most <= SLOTS)


FOLDER.mkdir(parents=True, exist_ok=True)
with contextlib.ExitStack() as stack:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(stack)
