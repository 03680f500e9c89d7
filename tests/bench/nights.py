#!/usr/bin/env python3
"""Two nights of `--changed-only`: the first sends everybody, the second, of which one row in a hundred has changed, is measured:
seconds and peak memory, beside `wc -l` and, where they are installed, `xsv count` and `qsv count` on the same file; and how large
the store is. Ids are in no order, as keys of a store like them least. Needs a release build of the tool and of the bench (`cargo
bench --bench speed --no-run`) and GNU time.

    python3 tests/bench/nights.py [ROWS] [FOLDER]
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import time

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
FOLDER = sys.argv[2] if len(sys.argv) > 2 else "target/nights"
TOOL = os.path.abspath("target/release/respondent-sync")
# Coprime to every number of rows that anybody measures, so that each id comes once.
STEP = 7_368_787
SECRETS = {f"RESPONDENT_SYNC_{name}": "1" for name in ("ACCOUNT", "WEBHOOK_KEY", "WEBHOOK_AUTH")}


def export(path, night):
    """60 bytes a row."""
    with open(path, "w") as file:
        file.write("id_respondent,l1,l2,l3,l4\n")
        for number in range(ROWS):
            value = night if number % 100 == 7 else 0
            id = 10_000_000 + number * STEP % ROWS
            file.write(f"{id},silver {value},{number % 11},2026-{number % 12 + 1:02}-{number % 28 + 1:02},Somebody {number % 1000}\n")


def timed(command, **more):
    """Seconds and MiB."""
    began = time.monotonic()
    ended = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)
    if ended.returncode != 0:
        sys.exit(f"{command}: {ended.returncode}\n{ended.stderr}")
    return time.monotonic() - began, int(ended.stderr.split()[-1]) / 1024


def night(url, *flags):
    command = [TOOL, "run", "contacts.csv", "--survey", "7", "--base-url", url, "--rate", "unlimited", "-c", "64", "-q", "--no-progress"]
    command += ["--changed-only", "--state", "state.sqlite", "--resume", "--rotate=1", *flags]
    return timed(command, cwd=FOLDER, env={**os.environ, **SECRETS, "XDG_STATE_HOME": os.path.abspath(FOLDER)})


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    path = f"{FOLDER}/contacts.csv"
    bench = max((file for file in glob.glob("target/release/deps/speed-*") if "." not in file), key=os.path.getmtime)
    server = subprocess.Popen([bench, "--bench", "serve"], stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    try:
        export(path, 0)
        print("first night, {} rows: {:.1f} s, {:.1f} MiB".format(ROWS, *night(url)), flush=True)
        size = sum(os.path.getsize(file) for file in glob.glob(f"{FOLDER}/state.sqlite*"))
        print(f"store: {size / 1e6:.1f} MB, {size / ROWS:.1f} bytes a respondent", flush=True)
        for changed in (1, 2, 3):
            export(path, changed)
            seconds, memory = night(url)
            summary = json.load(open(f"{FOLDER}/contacts.summary.json"))
            print(f"night {changed + 1}: {seconds:.2f} s, {memory:.1f} MiB, {summary['attempts']} calls", flush=True)
        seconds, memory = night(url, "--full-refresh", "--max-changes", "100%")
        print(f"in full: {seconds:.1f} s, {memory:.1f} MiB")
        for command in (["wc", "-l", path], ["xsv", "count", path], ["qsv", "count", path]):
            if shutil.which(command[0]):
                print("{}: {:.2f} s, {:.1f} MiB".format(" ".join(command[:2]), *timed(command)))
    finally:
        server.kill()


main()
