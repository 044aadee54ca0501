"""Serves the web pages with several processes, and keeps one worker process running beside them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from typing import Any

from flask import Flask

from core.config import Config

log = logging.getLogger(__name__)

THREADS = 4
STOP_SECONDS = 12.0
START_PAUSE = 1.0
"""The pages come first: a machine with two cores has its hands full with them at the start."""
RESTART_PAUSE = 5.0


def serve(config: Config, host: str, port: int, workers: int = 2, *, jobs: bool = True) -> None:
    """Serve until told to stop; does not return."""
    if sys.platform == "win32":
        _serve_with_waitress(config, host, port, workers, jobs)
    else:
        _serve_with_gunicorn(config, host, port, workers, jobs)


class JobProcess:
    """The worker process beside the server: started anew when it dies, ended with the server."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._next_start = time.monotonic() + START_PAUSE

    def keep_alive(self) -> None:
        """Start it if it is not running; one that dies at once is not started again at once."""
        if self._process is not None and self._process.poll() is None:
            return
        if time.monotonic() < self._next_start:
            return
        if self._process is not None:
            log.warning("The worker ended; it is started again")
        self._next_start = time.monotonic() + RESTART_PAUSE
        command = [sys.executable, "-m", "core.cli", "worker", "--parent", str(os.getpid())]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        """Tell it to end and wait: it gives its job back to the queue."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _serve_with_gunicorn(config: Config, host: str, port: int, workers: int, jobs: bool) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.arbiter import Arbiter

    _import_before_fork()
    job_process = JobProcess() if jobs else None

    class Site(BaseApplication):
        def load_config(self) -> None:
            for name, value in _settings(host, port, workers).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            from core.switchboard import create_app

            return create_app(config)

    class Master(Arbiter):
        def manage_workers(self) -> None:
            super().manage_workers()
            if job_process:
                job_process.keep_alive()

        def stop(self, graceful: bool = True) -> None:
            if job_process:
                job_process.stop()
            super().stop(graceful)

    Master(Site()).run()


def _import_before_fork() -> None:
    """Read the code once, in the master; apps, engines and everything with a state are each process's own."""
    from core import switchboard as _switchboard  # noqa: F401
    from core.app import import_steps

    import_steps()


def _settings(host: str, port: int, workers: int) -> dict[str, Any]:
    """Threads, so that a slow reader or a kept-alive connection holds up nobody else."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": 120,
        "graceful_timeout": 30,
        "keepalive": 5,
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "forwarded_allow_ips": os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
    }


def _serve_with_waitress(config: Config, host: str, port: int, workers: int, jobs: bool) -> None:
    import threading

    import waitress

    from core.switchboard import create_app

    job_process = JobProcess()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1.0):
            job_process.keep_alive()

    if jobs:
        threading.Thread(target=watch, daemon=True).start()
    try:
        waitress.serve(create_app(config), host=host, port=port, threads=workers * THREADS)
    finally:
        ended.set()
        job_process.stop()
