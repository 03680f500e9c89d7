#!/usr/bin/env python3
"""What is sent twice after `kill -9`: a night of `--changed-only` is killed at a random moment, then the same line goes on with the
same export (a resume), or with one that was written anew and differs in its last row (another night). Counted at the platform: rows
that had been answered before the kill and are asked for again with the same content. Needs a release build.

    python3 tests/bench/killed.py [KILLS]
"""

import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
ROWS = 4_000
FOLDER = os.path.abspath("target/killed")
TOOL = os.path.abspath("target/release/respondent-sync")
SECRETS = {f"RESPONDENT_SYNC_{name}": "1" for name in ("ACCOUNT", "WEBHOOK_KEY", "WEBHOOK_AUTH")}
# The rate, the most calls before the kill, and calls at a time.
PACES = [("5/s", 20, 4), ("100/s", 300, 16), ("unlimited", 3_000, 64)]


class Platform:
    """Answers every call after `delay` seconds with success, and keeps the body of each, which names the respondent and what is said of them."""

    def __init__(self):
        self.answered, self.delay, self.kill_at, self.kill = [], 0.02, None, None
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True).start()
        ready.wait()

    async def serve(self, ready):
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:{}".format(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    async def connection(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
                call = await reader.readexactly(length)
                await asyncio.sleep(self.delay)
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"type":"success"}')
                await writer.drain()
                self.answered.append(call)
                if self.kill_at == len(self.answered):
                    self.kill()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def export(last):
    with open(f"{FOLDER}/contacts.csv", "w") as file:
        file.write("id_respondent,l1\n")
        file.writelines(f"{id},{last if id == ROWS else 'silver'}\n" for id in range(1, ROWS + 1))


def night(platform, rate, concurrency, *flags):
    command = [TOOL, "run", "contacts.csv", "--survey", "7", "--base-url", platform.url, "--rate", rate, "-c", str(concurrency)]
    command += ["--changed-only", "--state", "state.sqlite", "--resume", "--rotate", "-q", "--no-progress", *flags]
    environment = {**os.environ, **SECRETS, "XDG_STATE_HOME": FOLDER}
    return subprocess.Popen(command, cwd=FOLDER, env=environment, stderr=subprocess.DEVNULL)


def killed(platform, rate, most, concurrency, is_resumed):
    """Rows answered before the kill, and how many of them are asked for again."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    export("silver")
    platform.answered.clear()
    platform.kill_at = random.randint(1, most)
    run = night(platform, rate, concurrency)
    platform.kill = run.kill
    run.wait()
    platform.kill_at = None
    before = set(platform.answered)
    platform.answered.clear()
    if not is_resumed:
        export("gold")
    ended = night(platform, "unlimited", 64).wait()
    if ended != 0:
        sys.exit(f"the second run ended with {ended}")
    return len(before), sum(call in before for call in platform.answered)


def main():
    random.seed(7)
    platform = Platform()
    print("| rate, calls at a time | then | rows answered before the kill | of these, asked for again: median, most |")
    print("| --- | --- | --- | --- |")
    for rate, most, concurrency in PACES:
        for then, is_resumed in (("the same export", True), ("a new export", False)):
            figures = [killed(platform, rate, most, concurrency, is_resumed) for _ in range(KILLS)]
            before, again = zip(*figures)
            print(f"| {rate}, {concurrency} | {then} | {min(before)} to {max(before)} | {statistics.median(again):g}, {max(again)} |", flush=True)


main()
