"""A fresh installation to measure in, its server, and a client that is signed in."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

EMAIL, PASSWORD = "admin@example.com", "a long bench passphrase"
APPS = "crm_clients,crm_leads,crm_reports"


@dataclass
class Place:
    """One installation in a folder of its own."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def database(self) -> Path:
        return self.instance / "prospecto.sqlite"

    def command(self, *arguments: str, timeout: float = 3600) -> str:
        """Run the `prospecto` command; answers what it printed. Raises CalledProcessError."""
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *arguments],
            env=self._env(),
            text=True,
            timeout=timeout,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(
                f"prospecto {' '.join(arguments)} → {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done.stdout

    def measured(self, *arguments: str) -> tuple[float, int]:
        """Run the command alone; its seconds, and its own peak memory in MB."""
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", *arguments], env=self._env(), stdout=subprocess.DEVNULL
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"prospecto {' '.join(arguments)} → {status}")
        return time.perf_counter() - start, usage.ru_maxrss // 1024

    def start(self, *arguments: str, port: int, log: str = "serve.log") -> subprocess.Popen[bytes]:
        out = (self.folder / log).open("ab")
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "core.cli",
                "serve",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                *arguments,
            ],
            env=self._env(),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def _env(self) -> dict[str, str]:
        return {**os.environ, "PROSPECTO_INSTANCE": str(self.instance), **self.environment}


@contextmanager
def installation(database_url: str = "", *, apps: str = APPS) -> Iterator[Place]:
    """A new installation of a Venezuelan company in classic mode, removed at the end; on SQLite if nothing is said."""
    folder = Path(tempfile.mkdtemp(prefix="prospecto-bench-"))
    try:
        place = Place(folder, {"PROSPECTO_DATABASE_URL": database_url} if database_url else {})
        place.command(
            "init",
            "--email",
            EMAIL,
            "--password",
            PASSWORD,
            "--company",
            "Bench",
            "--country",
            "VE",
            "--currency",
            "USD",
            "--language",
            "es",
            "--timezone",
            "America/Caracas",
            "--mode",
            "classic",
            "--apps",
            apps,
        )
        yield place
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(place: Place, *arguments: str) -> Iterator[int]:
    """The installation's server on a free port, until the end of the block."""
    port = free_port()
    server = place.start(*arguments, port=port)
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


class Browser:
    """One signed-in keep-alive connection; as little of our own time per request as Python allows."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.token = ""

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        return self._ask("GET", path, None, headers or {})

    def post(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        body = urlencode({"csrf_token": self.token, **fields})
        return self._ask(
            "POST",
            path,
            body,
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": self.token,
                **(headers or {}),
            },
        )

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> Browser:
        _status, page = self.get("/sign-in")
        self._read_token(page)
        status, page = self.post("/sign-in", {"email": email, "password": password})
        if status not in (302, 303):
            raise RuntimeError(f"sign-in answered {status}: {page[:2000]!r}")
        _status, page = self.get("/")
        self._read_token(page)
        return self

    def again(self) -> Browser:
        """The same person over a connection of their own."""
        other = Browser(self.port, self.cookies)
        other.token = self.token
        return other

    def _read_token(self, page: bytes) -> None:
        found = re.search(rb'name="csrf-token" content="([^"]+)"', page) or re.search(
            rb'name="csrf_token"[^>]*value="([^"]+)"', page
        )
        if found:
            self.token = found.group(1).decode()

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()  # the server may close an idle keep-alive connection at any time
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, content


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def at_once(workers: int, seconds: float, act) -> tuple[int, list[float]]:  # type: ignore[no-untyped-def]
    """Have several clients call `act(number)` again and again for some seconds; calls done and their seconds."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def work(number: int) -> None:
        while time.perf_counter() < end:
            start = time.perf_counter()
            act(number)
            taken.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken), taken


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 30) -> float:
    """Seconds until the server answers `/healthz`."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.01)
    raise TimeoutError("the server does not answer")
