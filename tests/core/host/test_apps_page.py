"""The Apps and Health pages: an administrator reads what a switch would do, presses it, and everybody stays signed in."""

from __future__ import annotations

import importlib
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.host.lifecycle import enable
from core.host.loader import unmap
from core.testing.installation import Installation, Shape

MANIFEST = """
name = "{name}"
title = "The {name}"
version = "1.0.0"
summary = "For a test."
depends = {depends}
"""

PLUGIN = """
    from flask import Blueprint
    from core.api import MenuItem, hookimpl

    pages = Blueprint("{name}", __name__)

    @pages.get("/{name}")
    def page():
        return "{name} says hello"

    @hookimpl
    def register_blueprints():
        return [pages]

    @hookimpl
    def register_menu():
        return [MenuItem("{name}", "Menu of {name}", "{name}.page", "apps")]
"""


@pytest.fixture
def company(install: Callable[..., Installation], tmp_path: Path) -> Any:
    """A company with two apps to be switched, one of which needs the other."""
    for name, depends in (("t_base", "[]"), ("t_more", '["t_base"]')):
        folder = tmp_path / "made" / name
        folder.mkdir(parents=True)
        (folder / "plugin.toml").write_text(MANIFEST.format(name=name, depends=depends))
        (folder / "plugin.py").write_text(textwrap.dedent(PLUGIN).replace("{name}", name))
        (folder / "__init__.py").touch()
    made = install(Shape(language="en", mode="simple", apps=("crm_clients",)))
    made.close()
    config = made.config.__class__(
        made.config.instance,
        made.config.database_url,
        plugin_folders=(*made.config.plugin_folders, tmp_path / "made"),
    )
    yield Installation(config)
    for name in ("t_base", "t_more"):
        unmap(f"plugins.{name}", ())
    namespace = importlib.import_module("plugins")
    namespace.__path__[:] = [each for each in namespace.__path__ if each != str(tmp_path / "made")]


def test_an_app_is_switched_on_and_off_by_its_page(company: Installation) -> None:
    ana, ben = company.browser(), company.browser()
    page = ana.client.get("/apps").get_data(as_text=True)
    assert "The t_more" in page and "By other authors" in page
    panel = ana.client.get("/apps?app=t_more").get_data(as_text=True)
    assert "Menu “Menu of t_more” under Sales" in panel
    assert "1.0.0, switched on too" in panel
    assert ana.client.get("/t_more").status_code == 404

    answer = ana.post("/apps/t_more/enable")
    assert answer.status_code == 303
    after = ana.client.get(answer.location).get_data(as_text=True)
    assert "The t_more is on" in after
    assert "Menu of t_more" in after
    assert "Switched on" in after and "Ada Admin" in after
    assert ben.client.get("/t_more").get_data(as_text=True) == "t_more says hello"

    assert "Switch off The t_more too" in ben.client.get("/apps?app=t_base").get_data(as_text=True)
    refused = ben.post("/apps/t_base/disable")
    assert "cannot go: The t_more need it" in ben.client.get(refused.location).get_data(as_text=True)
    ben.post("/apps/t_base/disable", {"with_dependents": "1"})
    assert ana.client.get("/t_more").status_code == 404
    assert "Menu of t_more" not in ana.client.get("/apps").get_data(as_text=True)
    assert ana.client.get("/profile").status_code == 200, "nobody was signed out"


def test_an_app_is_uninstalled_after_its_name_was_typed(company: Installation) -> None:
    ana = company.browser()
    ana.post("/apps/t_base/enable")
    ana.post("/apps/t_base/disable")
    panel = ana.client.get("/apps?app=t_base&do=uninstall").get_data(as_text=True)
    assert "Type t_base to confirm" in panel
    wrong = ana.post("/apps/t_base/uninstall", {"typed_name": "t_bas", "do": "uninstall"})
    assert "Type t_base to uninstall it." in ana.client.get(wrong.location).get_data(as_text=True)
    done = ana.post("/apps/t_base/uninstall", {"typed_name": "t_base"})
    assert "The t_base is uninstalled" in ana.client.get(done.location).get_data(as_text=True)
    assert len(list(company.config.exports.glob("t_base-*.zip"))) == 1


def test_what_is_wrong_with_an_app_is_told_with_its_traceback(company: Installation, tmp_path: Path) -> None:
    (tmp_path / "made" / "t_base" / "plugin.py").write_text("import nothing_of_this_name\n")
    ana = company.browser()
    panel = ana.client.get("/apps?app=t_base").get_data(as_text=True)
    assert "It could not be loaded: ModuleNotFoundError" in panel
    assert "Traceback" in panel
    refused = ana.post("/apps/t_base/enable")
    assert "nothing_of_this_name" in ana.client.get(refused.location).get_data(as_text=True)
    assert ana.client.get("/apps").status_code == 200


def test_a_quarantined_app_stands_first_and_on_the_health_page(company: Installation, tmp_path: Path) -> None:
    enable(company.config, "t_base")
    unmap("plugins.t_base", ())
    (tmp_path / "made" / "t_base" / "plugin.py").write_text("import nothing_of_this_name\n")
    again = Installation(company.config)
    ana = again.browser()
    page = ana.client.get("/apps").get_data(as_text=True)
    assert "In quarantine" in page and "Try again" in page
    health = ana.client.get("/health").get_data(as_text=True)
    assert "The t_base: It could not be loaded" in health
    assert re.search(r"crm_clients_\d{4} · fits", health)
    (tmp_path / "made" / "t_base" / "plugin.py").write_text(
        textwrap.dedent(PLUGIN).replace("{name}", "t_base")
    )
    ana.post("/apps/t_base/enable")
    assert ana.client.get("/t_base").status_code == 200
    assert "In quarantine" not in ana.client.get("/apps").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/apps", "/health", "/apps?app=crm_clients"])
def test_only_who_may_sees_the_pages(company: Installation, path: str) -> None:
    company.user("sam@example.com")
    assert company.browser("sam@example.com").client.get(path).status_code == 403
    assert company.browser(None).client.get(path).status_code == 302


def test_only_who_may_switches(company: Installation) -> None:
    company.user("sam@example.com")
    assert company.browser("sam@example.com").post("/apps/t_base/enable").status_code == 403
    assert company.browser().client.get("/t_base").status_code == 404
    assert company.browser().client.post("/apps/t_base/enable").status_code == 400, "a forged form"
