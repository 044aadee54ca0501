"""The WSGI door: serves the app of the current generation and swaps in a new one when that moves."""

from __future__ import annotations

import gc
import json
import logging
import os
import threading
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask

from core.app import REVISION, app_settings, import_steps
from core.config import Config, load_config
from core.db import engine_for
from core.host.assembly import assemble
from core.host.processes import Pulse
from core.house import EXTENSION, House, Notice

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("prospecto.switchboard")

SWITCHBOARD = "prospecto.switchboard"
"""Key of the WSGI environment and of the outer app's extensions."""


def create_app(config: Config | None = None) -> Flask:
    """The application to serve: a Flask object whose `wsgi_app` is the Switchboard.

    Raises:
        SchemaMismatch: the database does not fit this code; says the command that mends it.
        PluginError: strict mode, and a plugin is broken.
    """
    from core.host.lifecycle.recovery import recover
    from core.host.schema.check import check_schema

    config = config or load_config()
    check_schema(config)
    recover(config)
    outer = Flask("core", instance_path=str(config.instance), static_folder=None)
    outer.config.update(app_settings(config))
    switchboard = Switchboard(config)
    outer.extensions[SWITCHBOARD] = switchboard
    outer.wsgi_app = switchboard  # type: ignore[method-assign]
    return outer


class Switchboard:
    """One per process. A request ends on the app it began with; the next one gets the app of the day.

    A generation that cannot be built is tried once: the old app stays, and administrators read why.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._state = StateReader(config)
        self._lock = threading.Lock()
        self._failed: int | None = None
        self._pulse = Pulse(config, "web")
        _freeze_once()
        self._app = assemble(config)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        generation, revision = self._state.read()
        app = self.app_for(generation)
        environ[SWITCHBOARD] = self
        if environ.get("PATH_INFO") == "/healthz":
            return _health(app, start_response)
        environ[REVISION] = revision
        if environ.get("wsgi.multiprocess"):
            self._pulse.beat(house_of(app).generation)
        return app.wsgi_app(environ, start_response)

    @property
    def app(self) -> Flask:
        """The app that serves just now."""
        return self._app

    def current(self) -> Flask:
        """The app of the present generation: for workers and commands, which ask before each piece of work."""
        generation, _revision = self._state.read()
        return self.app_for(generation)

    def app_for(self, generation: int) -> Flask:
        """The app of this generation, built now if it is new; who comes meanwhile waits for it."""
        app = self._app
        if generation in (house_of(app).generation, self._failed):
            return app
        with self._lock:
            app = self._app
            generation, _revision = self._state.read()  # another request may have built while this one waited
            if generation in (house_of(app).generation, self._failed):
                return app
            began = monotonic()
            try:
                self._app = assemble(self.config)
            except Exception as error:  # whatever it is, the old app goes on serving
                self._failed = generation
                log.exception(
                    "generation %s cannot be built; generation %s stays", generation, house_of(app).generation
                )
                house_of(app).notices.append(
                    Notice("", "generation_failed", f"{type(error).__name__}: {error}")
                )
                return app
            log.info("generation %s in %.0f ms", house_of(self._app).generation, (monotonic() - began) * 1000)
        del app
        gc.collect()
        return self._app

    def adopt(self, app: Flask) -> None:
        """Serve this app, which was built to try a change that is now committed."""
        with self._lock:
            if house_of(app).generation > house_of(self._app).generation:
                self._app = app


class StateReader:
    """Reads generation and revision: the one statement every request begins with, on a connection of its own."""

    def __init__(self, config: Config) -> None:
        self._engine = engine_for(config.database_url)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._process = 0

    def read(self) -> tuple[int, int]:
        """Generation and revision as committed; zeros where the database has no tables yet."""
        with self._lock:
            if self._process != os.getpid():
                self._connection, self._process = None, os.getpid()
            try:
                return self._fetch()
            except self._engine.dialect.loaded_dbapi.Error:
                self.close()
            try:
                return self._fetch()
            except self._engine.dialect.loaded_dbapi.Error:
                self.close()
                with self._engine.connect() as connection:  # raises where the database is not reachable
                    connection.execute(sa.select(1))
                return 0, 0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        self.close()

    def _fetch(self) -> tuple[int, int]:
        if self._connection is None:
            self._connection = self._connect()
        cursor = self._connection.execute("SELECT generation, revision FROM core_state WHERE id = 1")
        row = cursor.fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
        if self._engine.dialect.name == "postgresql":
            connection.rollback()  # type: ignore[union-attr]
            connection.autocommit = True  # type: ignore[union-attr]
        return connection


def house_of(app: Flask) -> House:
    house: House = app.extensions[EXTENSION]
    return house


def _health(app: Flask, start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"status": "ok", "generation": house_of(app).generation}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start_response("200 OK", headers)
    return [body]


_frozen = False


def _freeze_once() -> None:
    """Keep what is imported out of later collections: those after a swap then look at little, and take little.

    Before the first app is made, for nothing that is frozen is ever collected.
    """
    global _frozen
    if not _frozen:
        _frozen = True
        import_steps()
        gc.freeze()
