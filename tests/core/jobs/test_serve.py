"""`prospecto serve` as a whole: the pages answer, the worker beside them works, and nothing is left when it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from sqlalchemy.orm import Session

from core.access.passwords import is_password
from core.access.service import find_user
from core.db import engine_for
from core.jobs.whereabouts import is_gone

from .conftest import Place


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def start(place: Place, port: int, log: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "core.cli", "serve", "--port", str(port), "--workers", "2", *more]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | place.environ, stdout=output, stderr=output)
    place.processes.append(process)
    place.wait(lambda: answers(port) or process.poll() is not None)
    assert process.poll() is None, log.read_text()
    return process


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def worker_of(place: Place, job_id: int) -> str:
    return place.row(job_id).worker or ""


def test_the_worker_beside_the_pages_works_is_replaced_and_ends_with_them(
    place: Place, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "serve.log"
    server = start(place, port, log)
    assert "/setup/" in log.read_text()

    job_id = place.enqueue("probe.count", rows=100, pause=0.05)
    place.wait(lambda: len(place.effects(job_id)) >= 5)
    first = worker_of(place, job_id)
    os.kill(int(first.split("|")[1]), signal.SIGKILL)
    place.wait(lambda: place.row(job_id).status == "done")
    assert len(place.effects(job_id)) == 100
    assert answers(port)

    last = place.enqueue("probe.count", rows=1000, pause=0.05)
    place.wait(lambda: len(place.effects(last)) >= 2)
    worker = worker_of(place, last)
    server.terminate()
    assert server.wait(20) == 0
    assert is_gone(worker)
    assert place.row(last).status == "queued"
    assert not answers(port)


def test_a_killed_server_leaves_no_worker_behind(place: Place, tmp_path: Path) -> None:
    port = free_port()
    server = start(place, port, tmp_path / "serve.log")
    job_id = place.enqueue("probe.count", rows=1000, pause=0.05)
    place.wait(lambda: len(place.effects(job_id)) >= 2)
    worker = worker_of(place, job_id)
    server.kill()
    server.wait()
    place.wait(lambda: bool(is_gone(worker)))
    place.wait(lambda: not answers(port))


def test_the_demonstration_can_be_signed_in_to(place: Place, tmp_path: Path) -> None:
    """What `make run DEMO=1` starts."""
    place.environ["PROSPECTO_INSTANCE"] = str(tmp_path / "demo")
    place.environ["PROSPECTO_DATABASE_URL"] = ""
    port, log = free_port(), tmp_path / "serve.log"
    server = start(place, port, log, "--demo")
    found = re.search(r"sign in as (\S+) with the password (\S+)", log.read_text())
    assert found is not None
    with Session(engine_for(f"sqlite:///{tmp_path}/demo/prospecto.sqlite")) as session:
        user = find_user(session, found[1])
        assert user is not None
        assert is_password(user.password, found[2])
    server.terminate()
    server.wait(20)

    start(place, port, log, "--demo")
    assert found[0] in log.read_text()  # the same the second time
