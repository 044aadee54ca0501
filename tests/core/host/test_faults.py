"""A broken plugin never takes the host down: it is left out, quarantined with its traceback, and can be tried again."""

from __future__ import annotations

from typing import Any

import pytest

from core.db import engine_for
from core.host.assembly import FAULTS
from core.host.faults import PluginError
from core.host.lifecycle import CannotTakePart, disable, enable
from core.host.overview import overview
from core.host.state import Standing
from core.switchboard import create_app

REGISTERING = (
    "register_resources",
    "register_blueprints",
    "register_menu",
    "register_permissions",
    "register_settings",
    "register_jobs",
    "register_commands",
)
EXTENDING = ("extend_form", "extend_columns", "extend_filters", "extend_detail", "extend_actions")

GOOD = """
from flask import Blueprint
from core.api import hookimpl

pages = Blueprint("{name}", __name__)

@pages.get("/{name}")
def page():
    return "{name} says hello"

@hookimpl
def register_blueprints():
    return [pages]
"""


def fail_in(hook: str, arguments: str = "") -> str:
    return f"""
        from core.api import hookimpl

        @hookimpl
        def {hook}({arguments}):
            raise RuntimeError("out of order")
    """


def serving(workshop: Any) -> Any:
    """What a process that starts now serves, and its app."""
    outer = create_app(workshop.config)
    return outer.test_client(), outer.extensions["prospecto.switchboard"].current()


def break_later(workshop: Any, name: str, plugin: str, **modules: str) -> None:
    """Enable a good version, then put a broken one in its place, as an update by the operator would."""
    workshop.make(name)
    enable(workshop.config, name)
    workshop.forget_code()
    workshop.write(name, "plugin", plugin)
    for module, text in modules.items():
        workshop.write(name, module, text)


@pytest.mark.parametrize("hook", REGISTERING)
def test_who_fails_at_registering_is_quarantined_and_the_others_serve(workshop: Any, hook: str) -> None:
    workshop.make("t_good")
    enable(workshop.config, "t_good")
    break_later(workshop, "t_bad", fail_in(hook))
    before = workshop.generation()

    client, app = serving(workshop)
    assert client.get("/healthz").json == {"status": "ok", "generation": before + 1}
    assert "t_good" in app.extensions["prospecto"].manifests
    assert workshop.standing("t_bad") is Standing.QUARANTINED
    assert workshop.events("t_bad")[-1] == ("quarantine", "")
    fault = next(each for each in overview(workshop.config) if each.name == "t_bad").fault
    assert fault is not None
    assert (fault.code, fault.facts["at"]) == ("build", hook)
    assert "out of order" in fault.trace

    workshop.write("t_bad", "plugin", GOOD)
    enable(workshop.config, "t_bad")
    assert workshop.standing("t_bad") is Standing.ENABLED
    assert client.get("/healthz").json["generation"] == before + 2


@pytest.mark.parametrize(
    ("plugin", "modules", "code"),
    [
        ("import nothing_of_this_name", {}, "import"),
        ("def broken(:", {}, "import"),
        ("", {"models": "raise RuntimeError('no tables today')"}, "models"),
        (
            "",
            {
                "models": """
                    from sqlalchemy.orm import Mapped, mapped_column, relationship
                    from core.api import Id, Model

                    class Note(Model):
                        __tablename__ = "t_bad_note"
                        id: Mapped[int] = mapped_column(Id, primary_key=True)
                        whose = relationship("NoSuchClass")
                """
            },
            "models",
        ),
    ],
)
def test_who_cannot_be_imported_is_quarantined(
    workshop: Any, plugin: str, modules: dict[str, str], code: str
) -> None:
    workshop.make("t_good")
    enable(workshop.config, "t_good")
    break_later(workshop, "t_bad", plugin, **modules)
    _client, app = serving(workshop)
    assert workshop.standing("t_bad") is Standing.QUARANTINED
    assert app.extensions[FAULTS]["t_bad"].code == code
    assert "t_good" in app.extensions["prospecto"].manifests

    from sqlalchemy.orm import Session

    from core.host.state import PluginRow  # and everybody's mappers still work

    with Session(engine_for(workshop.config.database_url)) as session:
        assert session.get(PluginRow, "t_good") is not None


def test_dependents_of_a_broken_plugin_wait_and_come_back_with_it(workshop: Any) -> None:
    workshop.make("t_more", manifest='depends = ["t_bad"]\n')
    workshop.make("t_bad")
    enable(workshop.config, "t_more")
    workshop.forget_code()
    workshop.write("t_bad", "plugin", fail_in("register_menu"))
    _client, app = serving(workshop)
    assert not app.extensions["prospecto"].manifests
    assert workshop.standing("t_more") is Standing.ENABLED
    assert app.extensions[FAULTS]["t_more"].code == "off"

    workshop.write("t_bad", "plugin", GOOD)
    enable(workshop.config, "t_bad")
    _client, app = serving(workshop)
    assert set(app.extensions["prospecto"].manifests) == {"t_bad", "t_more"}


def test_enabling_a_broken_plugin_is_refused_and_changes_nothing(workshop: Any) -> None:
    workshop.make("t_bad", plugin=fail_in("register_resources"))
    before = workshop.generation()
    with pytest.raises(CannotTakePart) as refusal:
        enable(workshop.config, "t_bad")
    assert "out of order" in refusal.value.fault.trace
    assert workshop.standing("t_bad") is None
    assert workshop.tables("t_bad") == []
    assert workshop.generation() == before


@pytest.mark.parametrize("hook", ["on_install", "on_enable"])
def test_a_failing_hook_of_its_own_life_rolls_enabling_back(workshop: Any, hook: str) -> None:
    workshop.make("t_bad", plugin=fail_in(hook, "session"))
    with pytest.raises(CannotTakePart, match="out of order"):
        enable(workshop.config, "t_bad")
    assert workshop.standing("t_bad") is None
    assert workshop.tables("t_bad") == []


def test_a_failing_on_disable_keeps_it_on_but_the_command_gets_by(workshop: Any) -> None:
    workshop.make("t_bad", plugin=fail_in("on_disable", "session"))
    enable(workshop.config, "t_bad")
    _client, app = serving(workshop)
    with pytest.raises(CannotTakePart, match="out of order"):
        disable(workshop.config, "t_bad", app=app)
    assert workshop.standing("t_bad") is Standing.ENABLED
    disable(workshop.config, "t_bad")
    assert workshop.standing("t_bad") is Standing.DISABLED


def test_what_a_hook_of_its_own_life_writes_is_kept(workshop: Any) -> None:
    workshop.make(
        "t_notes",
        plugin="""
            from core.api import hookimpl
            from plugins.t_notes.models import Note

            @hookimpl
            def on_install(session):
                session.add(Note(text="first"))

            @hookimpl
            def on_enable(session):
                session.add(Note(text="again"))
                session.commit()
        """,
    )
    enable(workshop.config, "t_notes")
    disable(workshop.config, "t_notes")
    enable(workshop.config, "t_notes")
    assert workshop.rows("SELECT text FROM t_notes_note ORDER BY id") == [("first",), ("again",), ("again",)]


@pytest.mark.parametrize("hook", EXTENDING)
def test_who_fails_at_extending_is_left_out_there_and_noticed(sqlite_workshop: Any, hook: str) -> None:
    sqlite_workshop.make("t_things", plugin=RESOURCE, models=THINGS)
    sqlite_workshop.make("t_bad", plugin=fail_in(hook, "resource"), tables=False)
    enable(sqlite_workshop.config, "t_things")
    enable(sqlite_workshop.config, "t_bad")
    _client, app = serving(sqlite_workshop)
    house = app.extensions["prospecto"]
    assert set(house.manifests) == {"t_things", "t_bad"}
    assert "things" in house.resources
    assert [(notice.plugin, hook in notice.text) for notice in house.notices] == [("t_bad", True)]


def test_plugins_extend_each_others_resources(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_things", plugin=RESOURCE, models=THINGS)
    sqlite_workshop.make(
        "t_extra",
        plugin="""
            from core.api import Panel, hookimpl

            @hookimpl
            def extend_detail(resource):
                return [Panel("extra", "Extra", lambda record: "")]
        """,
        tables=False,
    )
    enable(sqlite_workshop.config, "t_things")
    enable(sqlite_workshop.config, "t_extra")
    _client, app = serving(sqlite_workshop)
    assert [panel.name for panel in app.extensions["prospecto"].resources["things"].panels] == ["extra"]


def test_an_optional_hook_waits_for_its_publisher(sqlite_workshop: Any) -> None:
    sqlite_workshop.make(
        "t_asks",
        hookspecs="""
            from core.api import hookspec

            @hookspec(firstresult=True)
            def t_route(word):
                "Where a word goes."
        """,
    )
    sqlite_workshop.make(
        "t_answers",
        plugin="""
            from core.api import hookimpl

            @hookimpl(optionalhook=True)
            def t_route(word):
                return word.upper()
        """,
        manifest='optional = ["t_asks"]\n',
    )
    enable(sqlite_workshop.config, "t_answers")
    _client, app = serving(sqlite_workshop)
    assert not app.extensions["prospecto"].hooks.has("t_route")
    enable(sqlite_workshop.config, "t_asks")
    _client, app = serving(sqlite_workshop)
    assert app.extensions["prospecto"].hooks.first("t_route", word="up") == "UP"


def test_a_hook_that_nobody_publishes_is_an_error(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_bad", plugin=fail_in("register_nonsense"))
    with pytest.raises(CannotTakePart, match="register_nonsense"):
        enable(sqlite_workshop.config, "t_bad")


def test_a_folder_without_a_usable_manifest_is_listed_and_hurts_nobody(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_good")
    place = sqlite_workshop.folder / "t_unreadable"
    place.mkdir()
    (place / "plugin.toml").write_text('name = "something_else"\n')
    enable(sqlite_workshop.config, "t_good")
    broken = [each for each in overview(sqlite_workshop.config) if each.standing is Standing.BROKEN]
    assert [each.name for each in broken] == ["t_unreadable"]
    assert "needs summary, title, version" in broken[0].reason


def test_safe_mode_serves_the_core_alone_and_quarantines_nobody(sqlite_workshop: Any) -> None:
    sqlite_workshop.make("t_good")
    enable(sqlite_workshop.config, "t_good")
    sqlite_workshop.forget_code()
    sqlite_workshop.write("t_good", "plugin", "raise SystemError('not imported in safe mode')")
    sqlite_workshop.write("t_good", "models", "raise SystemError('not imported in safe mode')")
    outer = create_app(sqlite_workshop.with_settings(safe_mode=True))
    assert outer.test_client().get("/healthz").status_code == 200
    assert not outer.extensions["prospecto.switchboard"].app.extensions["prospecto"].manifests
    assert sqlite_workshop.standing("t_good") is Standing.ENABLED


def test_strict_mode_refuses_to_start_with_a_broken_plugin(sqlite_workshop: Any) -> None:
    break_later(sqlite_workshop, "t_bad", fail_in("register_jobs"))
    with pytest.raises(PluginError, match="register_jobs"):
        create_app(sqlite_workshop.with_settings(strict_plugins=True))


RESOURCE = """
    from core.api import Field, ReferenceList, Resource, Text, hookimpl
    from plugins.t_things.models import Thing

    @hookimpl
    def register_resources():
        return [Resource(name="things", model=Thing, label="Thing", plural="Things", icon="puzzle",
                         fields=(Field("name", "Name", Text(), required=True),), columns=("name",))]
"""

THINGS = """
    import sqlalchemy as sa
    from sqlalchemy.orm import Mapped, mapped_column
    from core.api import Model, Record

    class Thing(Record, Model):
        __tablename__ = "t_things_note"
        name: Mapped[str] = mapped_column("text", sa.String(200))
"""
