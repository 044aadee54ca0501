"""The Switchboard in one process: the next request after a change sees it, and a change that fails changes nothing."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from flask import current_app

from core.db import db, engine_for
from core.host.lifecycle import disable, enable
from core.switchboard import SWITCHBOARD, create_app

BROKEN = """
    from core.api import hookimpl

    @hookimpl
    def register_menu():
        raise RuntimeError("out of order")
"""

ASKING = """
    from flask import Blueprint
    from core.access.web.gate import before_set_up
    from core.api import db, hookimpl

    pages = Blueprint("{name}", __name__)

    @pages.get("/{name}")
    @before_set_up
    def page():
        return str(db.session.info["revision"])

    @hookimpl
    def register_blueprints():
        return [pages]
"""


def test_a_page_is_there_from_the_switch_on_and_gone_from_the_switch_off(workshop: Any) -> None:
    workshop.make("t_notes", plugin=ASKING)
    client = create_app(workshop.config).test_client()
    assert client.get("/t_notes").status_code != 200
    for _round in range(3):
        enable(workshop.config, "t_notes")
        assert client.get("/t_notes").status_code == 200
        disable(workshop.config, "t_notes")
        assert client.get("/t_notes").status_code != 200


def test_a_swap_leaves_the_engine_and_lets_the_old_app_go(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_notes")
    outer = create_app(sqlite_workshop.config)
    switchboard, client = outer.extensions[SWITCHBOARD], outer.test_client()
    old = weakref.ref(switchboard.current())
    engine = engine_for(sqlite_workshop.config.database_url)
    enable(sqlite_workshop.config, "t_notes")
    client.get("/healthz")
    with switchboard.current().app_context():
        assert db.engine is engine
    gc.collect()
    assert old() is None


def test_a_request_under_way_ends_on_the_app_it_began_with(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_notes")
    outer = create_app(sqlite_workshop.config)
    old = outer.extensions[SWITCHBOARD].current()
    with old.test_request_context("/"):
        enable(sqlite_workshop.config, "t_notes")
        new = outer.extensions[SWITCHBOARD].current()
        assert current_app._get_current_object() is old  # type: ignore[attr-defined]
        assert new is not old


def test_a_generation_that_cannot_be_built_leaves_the_old_app_and_a_notice(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_good", plugin=ASKING)
    enable(sqlite_workshop.config, "t_good")
    strict = sqlite_workshop.with_settings(strict_plugins=True)
    outer = create_app(strict)
    client = outer.test_client()
    sqlite_workshop.make("t_bad")
    generation = enable(sqlite_workshop.config, "t_bad").generation
    sqlite_workshop.forget_code()
    sqlite_workshop.write("t_bad", "plugin", BROKEN)
    assert client.get("/t_good").status_code == 200
    assert client.get("/healthz").json["generation"] == generation - 1
    notices = outer.extensions[SWITCHBOARD].app.extensions["prospecto"].notices
    assert [notice.text for notice in notices] == ["generation_failed"]
    client.get("/t_good")
    assert len(notices) == 1, "it is tried once"
    disable(sqlite_workshop.config, "t_bad")
    assert client.get("/healthz").json["generation"] == generation + 1


def test_a_request_knows_the_revision_without_asking(workshop: Any) -> None:
    workshop.make("t_notes", plugin=ASKING)
    enable(workshop.config, "t_notes")
    client = create_app(workshop.config).test_client()
    [(revision,)] = workshop.rows("SELECT revision FROM core_state")
    assert client.get("/t_notes").get_data(as_text=True) == str(revision)
    workshop.rows("UPDATE core_state SET revision = revision + 1")
    assert client.get("/t_notes").get_data(as_text=True) == str(revision + 1)


def test_without_tables_the_door_opens_all_the_same(tmp_path: Any) -> None:
    from core.config import Config

    config = Config(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}")
    assert create_app(config).test_client().get("/healthz").json == {"status": "ok", "generation": 0}
