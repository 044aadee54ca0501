"""Apps are switched under load: two gunicorn workers go on answering, nobody sees yesterday's app, nobody is signed out."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from core.config import Config
from core.db import dispose_engine
from core.host.lifecycle import disable, enable
from core.host.processes import processes
from core.testing.installation import Installation, Shape, config_for, make

CLIENTS = 3
PAGE = """
    import os
    from flask import Blueprint, jsonify
    from core.access.web.gate import public
    from core.api import current_house, db, hookimpl

    pages = Blueprint("t_live", __name__)

    @pages.get("/t_live")
    @public
    def page():
        return jsonify(pid=os.getpid(), engine=id(db.engine), generation=current_house().generation)

    @hookimpl
    def register_blueprints():
        return [pages]
"""


class Load:
    """Clients that ask without a pause until they are told to stop; keeps every answer that should not have been."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._stop = threading.Event()
        self.wrong: list[str] = []
        self.engines: dict[int, set[int]] = defaultdict(set)
        self.waits: list[float] = []
        self._threads = [threading.Thread(target=self._ask) for _client in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            for path, allowed in (("/t_live", {200, 404}), ("/profile", {200})):
                began = time.perf_counter()
                try:
                    status, body = ask(self._port, path, self._cookie)
                except OSError as error:
                    self.wrong.append(f"{path}: {error}")
                    continue
                self.waits.append(time.perf_counter() - began)
                if status not in allowed:
                    self.wrong.append(f"{path}: {status} {body[:200]!r}")
                elif path == "/t_live" and status == 200:
                    answer = json.loads(body)
                    self.engines[answer["pid"]].add(answer["engine"])


def ask(port: int, path: str, cookie: str = "") -> tuple[int, bytes]:
    """One request on a connection of its own, so that either worker may get it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def gunicorn(config: Config, plugins: Path) -> Iterator[tuple[int, int]]:
    """Two workers serving the installation; the port and the master's process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        **os.environ,
        "PROSPECTO_INSTANCE": str(config.instance),
        "PROSPECTO_DATABASE_URL": config.database_url,
        "PROSPECTO_PLUGINS": str(plugins),
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "core.switchboard:create_app()",
        "--workers",
        "2",
        "--threads",
        "2",
    ]
    log = config.instance / "gunicorn.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
            env=environ, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        for _try in range(200):
            try:
                if ask(port, "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        else:
            raise AssertionError(log.read_text())
        yield port, server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def shown_processes(installation: Installation, generation: int) -> Counter[tuple[str, int]]:
    """Kind and generation of the processes that showed themselves, once they have had the time to."""
    for _try in range(50):
        with installation.session() as session:
            found = Counter((row.kind, row.generation) for row in processes(session))
        if found == {("web", generation): 2}:
            break
        time.sleep(0.2)
    return found


def memory_of_workers(master: int) -> dict[int, float]:
    """Megabytes that each worker alone holds."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    found = {}
    for child in map(int, children):
        lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        private = [line.split()[1] for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))]
        found[child] = sum(map(int, private)) / 1024
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, Path, int]]:
    """An installation with one plugin to be switched, and how often."""
    plugins = tmp_path / "made"
    for name, text in {"__init__.py": "", "plugin.py": PAGE, "plugin.toml": MANIFEST}.items():
        path = plugins / "t_live" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    shape = Shape(mode="simple", apps=("crm_clients",), plugins=(plugins,))
    config = config_for(tmp_path / "instance", shape, url)
    make(config, shape)
    installation = Installation(config)
    yield installation, plugins, 100 if request.param == "sqlite" else 20
    installation.close()
    dispose_engine(config.database_url)


MANIFEST = 'name = "t_live"\ntitle = "Live"\nversion = "1.0.0"\nsummary = "To be switched."\n'


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_switching_an_app_under_load_fails_no_request(live: Any) -> None:
    installation, plugins, switches = live
    browser = installation.browser()
    cookie = "; ".join(f"{each.key}={each.value}" for each in browser.client._cookies.values())
    with gunicorn(installation.config, plugins) as (port, master):
        load = Load(port, cookie)
        stale: list[str] = []
        settled: dict[int, float] = {}
        try:
            for number in range(switches):
                on = number % 2 == 0
                change = enable if on else disable
                generation = change(installation.config, "t_live").generation
                for _again in range(4):  # whichever worker answers: what it says is of today
                    status, _body = ask(port, "/t_live")
                    told = json.loads(ask(port, "/healthz")[1])["generation"]
                    if status != (200 if on else 404) or told != generation:
                        stale.append(f"switch {number}: {status}, generation {told} of {generation}")
                if number == switches // 2:
                    settled = memory_of_workers(master)
            final = memory_of_workers(master)
            shown = shown_processes(installation, generation)
        finally:
            load.stop()
    assert load.wrong == []
    assert stale == []
    assert shown == {("web", generation): 2}, "both show themselves for the Health page"
    assert len(load.waits) > switches
    assert len(load.engines) == 2, "both workers answered"
    assert all(len(engines) == 1 for engines in load.engines.values()), "one engine per process"
    assert set(final) == set(settled), "no worker died"
    for process, megabytes in final.items():
        assert megabytes - settled[process] < 8, f"memory grew: {settled} to {final}"
    print(
        f"median {median(load.waits) * 1000:.0f} ms, longest {max(load.waits) * 1000:.0f} ms, {len(load.waits)} requests"
    )
