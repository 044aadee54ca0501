"""Each hook of the host does what its reference says; the example plugin implements every one."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.host import hookspecs
from core.host.hookdocs import reference
from core.host.lifecycle import disable, enable, uninstall
from core.resources.context import write_context
from core.resources.write import check_draft, read_draft, write_drafts
from core.testing.installation import Installation, Shape

EXAMPLE = Path(__file__).parent / "example"
HOOKS = [
    name
    for name, each in vars(hookspecs).items()
    if inspect.isfunction(each) and each.__module__ == hookspecs.__name__
]


@pytest.fixture
def everything(install: Callable[..., Installation]) -> Installation:
    return install(Shape(mode="simple", apps=("crm_clients", "t_everything"), plugins=(EXAMPLE,)))


def made(installation: Installation, **fields: Any) -> int:
    response = installation.app.test_client().post(
        "/api/v1/clients", json=fields, headers=installation.token()
    )
    assert response.status_code == 201, response.get_data(as_text=True)
    return int(response.json["id"])


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_implemented_and_tested(hook: str) -> None:
    assert (getattr(hookspecs, hook).__doc__ or "").strip()
    example = ast.parse((EXAMPLE / "t_everything" / "plugin.py").read_text())
    assert any(isinstance(each, ast.FunctionDef) and each.name == hook for each in example.body)
    shown = re.search(rf"  # .*\b{hook}\b", Path(__file__).read_text())
    assert shown, "say in a comment which assertion shows it"


def test_the_reference_is_up_to_date() -> None:
    written = Path(__file__).parents[3] / "docs" / "hooks.md"
    assert written.read_text(encoding="utf-8") == reference(), "run: python -m core.host.hookdocs"


def test_what_is_registered_is_in_the_house(everything: Installation) -> None:
    house, client = everything.house, everything.app.test_client()
    assert house.resources["notebooks"].plugin == "t_everything"  # register_resources
    assert client.get("/everything").get_data(as_text=True) == "everything"  # register_blueprints
    assert "everything" in [item.name for item in house.menu]  # register_menu
    assert ("everything", "see") in [
        (each.resource, each.action) for each in house.permissions
    ]  # register_permissions
    assert house.settings["everything"].plugin == "t_everything"  # register_settings
    assert house.jobs["everything_tidy"].plugin == "t_everything"  # register_jobs
    assert "everything" in [command.name for command in house.commands]  # register_commands
    assert house.errands["everything_ring"].plugin == "t_everything"  # register_errands
    assert house.notifications["everything_done"].plugin == "t_everything"  # register_notifications


def test_a_plugin_adds_to_anothers_records(everything: Installation) -> None:
    clients = everything.house.resources["clients"]
    assert "initial" in [each.name for each in clients.extra_columns]  # extend_columns
    assert "early" in [each.name for each in clients.extra_filters]  # extend_filters
    assert "wave" in [each.name for each in clients.actions]  # extend_actions
    id = made(everything, name="Ana", nickname="Anita")
    stored = everything.app.test_client().get(f"/api/v1/clients/{id}", headers=everything.token()).json
    assert stored["nickname"] == "Anita"  # extend_form
    page = everything.browser().client.get(f"/clients/{id}").get_data(as_text=True)
    assert "<p>about Ana</p>" in page  # extend_detail
    body = {"name": "Logbook <1>"}
    everything.app.test_client().post("/api/v1/notebooks", json=body, headers=everything.token())
    shown = everything.browser().client.get(f"/clients/{id}/timeline?show=notebooks").get_data(as_text=True)
    assert "Logbook &lt;1&gt;" in shown  # extend_timeline


def test_a_plugin_describes_its_own_addresses(everything: Installation) -> None:
    document = everything.app.test_client().get("/api/v1/openapi.json", headers=everything.token()).json
    told = document["paths"]["/api/v1/everything"]["get"]
    assert told["operationId"] == "everything.read" and "401" in told["responses"]  # describe_api


def test_a_plugin_adds_to_the_pages(everything: Installation) -> None:
    home = everything.browser().client.get("/").get_data(as_text=True)
    assert "<p>Good morning</p>" in home  # render_slot
    assert "<p>Nice to see you</p>" in home  # home_widgets


def test_a_plugin_has_a_say_in_reading_and_writing(everything: Installation) -> None:
    client, headers = everything.app.test_client(), everything.token()
    client.post("/api/v1/clients", json={"name": "Hidden"}, headers=headers)
    names = [each["name"] for each in client.get("/api/v1/clients", headers=headers).json["items"]]
    assert "Hidden" not in names  # filter_query
    refused = client.post("/api/v1/clients", json={"name": "Nobody"}, headers=headers)
    assert refused.status_code == 422  # validate_record
    assert "Nobody is no name" in refused.get_data(as_text=True)
    fixed, kept = made(everything, name="Fixed"), made(everything, name="Kept")
    stored = client.get(f"/api/v1/clients/{fixed}", headers=headers).json
    assert stored["notes"] == "Welcome"  # before_save
    assert client.delete(f"/api/v1/clients/{fixed}", headers=headers).status_code in (
        403,
        404,
    )  # check_access
    assert client.delete(f"/api/v1/clients/{kept}", headers=headers).status_code in (
        409,
        422,
    )  # before_delete
    pair = {"keep": made(everything, name="Alone"), "merge": [made(everything, name="Other")]}
    assert (
        client.post("/api/v1/clients/merge", json=pair, headers=headers).status_code == 409
    )  # merge_records
    with everything.session() as session:
        from plugins.t_everything.models import Diary

        context = write_context(session, everything.house, None, "command")
        clients = everything.house.resources["clients"]
        drafts = [read_draft(clients, {"name": name}, context) for name in ("One", "Two")]
        for draft in drafts:
            check_draft(draft, context)
        write_drafts(drafts, context)
        told = [each.entry for each in session.query(Diary)]
        assert "2 clients at once, by command" in told  # after_write_all
        session.rollback()
    heard = importlib.import_module("plugins.t_everything.plugin").heard
    assert fixed in [event.record_id for event in heard]  # after_commit


def test_a_plugin_knows_of_its_own_life(everything: Installation) -> None:
    from core.switchboard import SWITCHBOARD

    def diary() -> list[str]:
        from plugins.t_everything.models import Diary

        with everything.session() as session:
            return [each.entry for each in session.query(Diary).order_by(Diary.id)]

    assert diary() == ["installed", "enabled"]  # on_install, on_enable
    with everything.session() as session:
        from core.host.state import PluginRow

        session.get_one(PluginRow, "t_everything").version = "0.9.0"
        session.commit()
    from core.host.lifecycle import upgrade_all

    upgrade_all(everything.config)
    assert diary()[-1] == "from 0.9.0 to 1.0.0"  # on_upgrade
    serving = everything.app.extensions[SWITCHBOARD].current()
    disable(everything.config, "t_everything", app=serving)
    assert diary()[-1] == "disabled"  # on_disable
    heard = importlib.import_module("plugins.t_everything.plugin").heard
    heard.append("something")
    uninstall(everything.config, "t_everything", typed_name="t_everything")
    assert heard == []  # on_uninstall
    enable(everything.config, "t_everything")
    assert diary() == ["installed", "enabled"]


def test_a_comment_names_only_hooks_there_are() -> None:
    named = re.findall(
        r"# ((?:register|extend|on|before|after|home|render|filter|check|validate)_\w+)",
        Path(__file__).read_text(),
    )
    assert set(named) <= set(HOOKS)
