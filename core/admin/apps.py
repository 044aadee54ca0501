"""The Apps page: what there is, what switching it would do, and the switch itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from core.access.web.gate import fresh_only, require
from core.config import Config
from core.db import db
from core.declare import MenuItem
from core.fields.moments import DateTime
from core.formats import formats_for
from core.host.assembly import FAULTS, present_stand
from core.host.discovery import discover
from core.host.lifecycle import (
    Outcome,
    Preview,
    Remains,
    disable,
    enable,
    install,
    preview_enable,
    preview_uninstall,
    uninstall,
)
from core.host.overview import Overview, overview
from core.host.state import PluginEvent, Standing
from core.host.words import range_in_words, sentence, title_of
from core.house import House, current_house
from core.i18n import Text, _, _l
from core.resources.context import Refused
from core.resources.door import flash_toast

blueprint = Blueprint("apps", __name__, url_prefix="/apps")

CATEGORIES: dict[str, Text] = {
    "sales": _l("Sales"),
    "capture": _l("Capture and marketing"),
    "analysis": _l("Analysis"),
    "admin": _l("Administration"),
    "other": _l("More"),
}
FOREIGN: Text = _l("By other authors")

PHASES: dict[str, Text] = {
    "check": _l("Checked what it needs"),
    "build": _l("Tried it out"),
    "migrate": _l("Prepared its data"),
    "commit": _l("Switched"),
    "export": _l("Wrote the export"),
    "remove": _l("Removed its data"),
}
HISTORY = 6


@dataclass
class Panel:
    """What stands at the right: one app, and what doing something with it would mean."""

    app: Overview
    deed: str
    preview: Preview | None = None
    remains: Remains | None = None
    dependents: Sequence[str] = ()
    refusal: str = ""
    gone: dict[str, Any] = field(default_factory=dict)
    history: Sequence[PluginEvent] = ()
    phases: Sequence[tuple[Text, str]] = ()
    opens: str = ""


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("")
@require("apps", "edit")
def page() -> ResponseReturnValue:
    found = overview(_config(), current_app.extensions[FAULTS])
    chosen = next((each for each in found if each.name == request.args.get("app")), None)
    if request.args.get("app") and chosen is None:
        abort(404)
    panel = _panel(chosen) if chosen is not None else None
    show, text = request.args.get("show", "all"), request.args.get("q", "").strip()
    formats = formats_for(db.session(), g.actor)
    return render_template(
        "apps/page.html",
        groups=list(_groups(found, show, text)),
        problems=[each for each in found if each.has_problem],
        on=sum(each.is_on and each.fault is None for each in found),
        panel=panel,
        show=show,
        text=text,
        moment=lambda value: DateTime().text(value, formats),
        needs_restart=_needs_restart,
        Standing=Standing,
    )


@blueprint.post("/<name>/enable")
@require("apps", "edit")
def switch_on(name: str) -> ResponseReturnValue:
    return _carry_out(name, lambda config: enable(config, name, by=g.actor, why="page"), _l("%(app)s is on"))


@blueprint.post("/<name>/install")
@require("apps", "edit")
def bring_in(name: str) -> ResponseReturnValue:
    return _carry_out(
        name, lambda config: install(config, name, by=g.actor, why="page"), _l("%(app)s is installed")
    )


@blueprint.post("/<name>/disable")
@require("apps", "edit")
def switch_off(name: str) -> ResponseReturnValue:
    def change(config: Config) -> Outcome:
        with_dependents = bool(request.form.get("with_dependents"))
        serving = current_app._get_current_object()  # type: ignore[attr-defined]
        return disable(config, name, by=g.actor, why="page", with_dependents=with_dependents, app=serving)

    undo = url_for(".switch_on", name=name)
    return _carry_out(name, change, _l("%(app)s is off; its data is kept"), undo=undo)


@blueprint.post("/<name>/uninstall")
@require("apps", "edit")
@fresh_only
def remove(name: str) -> ResponseReturnValue:
    def change(config: Config) -> Outcome:
        return uninstall(config, name, typed_name=request.form.get("typed_name", ""), by=g.actor, why="page")

    return _carry_out(name, change, _l("%(app)s is uninstalled"), back_to_panel=False)


def _carry_out(
    name: str, change: Callable[[Config], Outcome], told: Text, *, undo: str = "", back_to_panel: bool = True
) -> ResponseReturnValue:
    """Do it outside this request's transaction, serve the app that was tried, and go back to the page."""
    config, title = _config(), title_of(name, discover(_config()))
    db.session.rollback()  # the operation has a transaction of its own, and must not wait for this one
    try:
        outcome = change(config)
    except Refused as refusal:
        flash_toast(refusal.message, tone="bad")
        return redirect(url_for(".page", app=name, do=request.form.get("do") or None), 303)
    switchboard = request.environ.get("prospecto.switchboard")
    if outcome.app is not None and switchboard is not None:
        switchboard.adopt(outcome.app)
    flash_toast(str(told) % {"app": title}, undo=undo)
    session["apps.phases"] = [[phase, round(ms)] for phase, ms in outcome.phases]
    if outcome.export is not None:
        flash_toast(_("Its data was written to %(file)s", file=f"exports/{outcome.export.name}"))
    return redirect(url_for(".page", app=name if back_to_panel else None), 303)


def _panel(app: Overview) -> Panel:
    """What can be done with this app now; `do` in the address chooses among it."""
    wanted = request.args.get("do", "")
    panel = Panel(app, "show", history=_history(app.name), phases=_phases())
    if app.standing is Standing.BROKEN:
        return panel
    if panel.phases and app.is_on:
        panel.deed, panel.opens = "done", _first_page(app.name)
        return panel
    try:
        if wanted == "uninstall" and app.standing is not Standing.DISCOVERED:
            panel.deed, panel.remains = "uninstall", preview_uninstall(_config(), app.name)
        elif app.is_on:
            _add_disabling(panel)
        elif app.standing is not Standing.MISSING:
            panel.deed = "enable"
            serving = current_app._get_current_object()  # type: ignore[attr-defined]
            panel.preview = preview_enable(_config(), app.name, serving)
    except Refused as refusal:
        panel.deed, panel.refusal = "show", str(refusal.message)
    return panel


def _add_disabling(panel: Panel) -> None:
    name, house = panel.app.name, current_house()
    catalogue, stand = discover(_config()), present_stand(_config())
    panel.deed = "disable"
    panel.dependents = [title_of(each, catalogue) for each in catalogue.dependents_of(name, stand.enabled)]
    resources = [each for each in house.resources.values() if each.plugin == name]
    panel.gone = {
        "menu": [each.plural for each in resources] + [each.label for each in _menu_of(house, name)],
        "jobs": [each.label for each in house.jobs.values() if each.plugin == name],
        "settings": [each.label for each in house.settings.values() if each.plugin == name],
    }


def _menu_of(house: House, plugin: str) -> list[MenuItem]:
    """The entries whose pages are the plugin's own: its blueprints bear its name."""
    return [item for item in house.menu if item.endpoint.partition(".")[0] in (plugin, f"{plugin}_pages")]


def _first_page(plugin: str) -> str:
    """Where one goes to look at what was just switched on."""
    house = current_house()
    for resource in house.resources.values():
        if resource.plugin == plugin:
            return f"{request.script_root}/{resource.name}"
    return next((url_for(item.endpoint, **item.values) for item in _menu_of(house, plugin)), "")


def _groups(found: Sequence[Overview], show: str, text: str) -> Iterator[tuple[Text, list[Overview]]]:
    """The apps to be shown, by category; those of other authors stand together at the end."""
    wanted = [each for each in found if _is_shown(each, show) and _is_found(each, text)]
    for category, label in CATEGORIES.items():
        mine = [each for each in wanted if each.is_shipped and each.category == category]
        if mine:
            yield label, sorted(mine, key=lambda each: each.title.casefold())
    foreign = [each for each in wanted if not each.is_shipped]
    if foreign:
        yield FOREIGN, sorted(foreign, key=lambda each: (not each.has_problem, each.title.casefold()))


def _is_shown(app: Overview, show: str) -> bool:
    return {"on": app.is_on, "new": app.standing is Standing.DISCOVERED}.get(show, True)


def _is_found(app: Overview, text: str) -> bool:
    return text.casefold() in f"{app.name} {app.title} {app.summary}".casefold()


def _needs_restart(app: Overview) -> bool:
    """Its code on the disk is of another version than the one this process runs."""
    running = current_house().manifests.get(app.name)
    return running is not None and running.version != app.version


def _history(name: str) -> Sequence[PluginEvent]:
    query = sa.select(PluginEvent).where(PluginEvent.plugin == name).order_by(PluginEvent.id.desc())
    return db.session.scalars(query.limit(HISTORY)).all()


def _phases() -> list[tuple[Text, str]]:
    """What was just done for this panel, told once."""
    return [(PHASES[name], f"{ms} ms") for name, ms in session.pop("apps.phases", []) if name in PHASES]


def _config() -> Config:
    return current_house().config


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """What the templates say in words."""
    catalogue = discover(_config())
    return {
        "sentence": lambda fault: sentence(fault, catalogue),
        "title_of": lambda name: title_of(name, catalogue),
        "range_in_words": range_in_words,
        "actions": ACTIONS,
    }


ACTIONS: dict[str, Text] = {
    "install": _l("Installed"),
    "enable": _l("Switched on"),
    "disable": _l("Switched off"),
    "uninstall": _l("Uninstalled"),
    "upgrade": _l("Upgraded"),
    "quarantine": _l("Put into quarantine"),
    "revert": _l("Reverted after an interruption"),
}
