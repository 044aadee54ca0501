"""Pages of Settings that are forms: the sections, and the search that jumps to one."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access.web.gate import require
from core.admin.settings import EDIT, blueprint
from core.admin.settings.catalogue import find_pages, groups_for
from core.admin.settings.inputs import SettingsForm, form_for, shown_values
from core.admin.settings.sections import save_section
from core.db import db
from core.declare import SettingsSection
from core.formats import reading_for
from core.host.faults import PluginError
from core.house import current_house
from core.i18n import _
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.settings import settings_of


@blueprint.get("/settings")
@require(*EDIT)
def page() -> Response:
    """Settings begin with the company."""
    return redirect(url_for("settings.section", name="company"))


@blueprint.get("/settings/find")
@require(*EDIT)
def find() -> str | Response:
    """To the only page of this name; to a choice where there are several."""
    text = request.args.get("q", "").strip()
    found = find_pages(current_house(), g.actor, text)
    if len(found) == 1:
        return redirect(found[0].url)
    return render("settings/find.html", text=text, found=found)


@blueprint.get("/settings/sections/<name>")
@require(*EDIT)
def section(name: str) -> str | Response:
    declared = _section(name)
    if declared.endpoint:
        return redirect(url_for(declared.endpoint))
    return _form_page(declared, _form(declared))


@blueprint.post("/settings/sections/<name>")
@require(*EDIT)
def save(name: str) -> Any:
    declared = _section(name)
    form = _form(declared, submitted=True)
    if not form.validate():
        return _form_page(declared, form), 422
    session = db.session()
    save_section(session, declared, form.parsed)
    session.commit()
    flash_toast(_("Saved."))
    return redirect(url_for("settings.section", name=name))


@blueprint.post("/settings/sections/<name>/try")
@require(*EDIT)
def try_out(name: str) -> Any:
    """Try the stored settings of a section out, and say what came of it."""
    declared = _section(name)
    if declared.trial is None:
        abort(404)
    try:
        told = declared.trial.run(db.session(), request.form.get("text", "").strip()[:200])
    except (Refused, PluginError) as error:
        db.session.rollback()
        flash_toast(str(getattr(error, "message", error)), tone="bad")
    else:
        flash_toast(told)
    return redirect(url_for("settings.section", name=name))


def render(template: str, **values: Any) -> str:
    """A page of Settings, with its left column."""
    return render_template(template, groups=groups_for(current_house(), g.actor), **values)


def _section(name: str) -> SettingsSection:
    declared = current_house().settings.get(name)
    if declared is None:
        abort(404)
    return declared


def _form(declared: SettingsSection, submitted: bool = False) -> SettingsForm:
    session = db.session()
    reading = reading_for(session, g.actor)
    settings = settings_of(session)
    made = form_for(declared.settings, reading)
    shown = shown_values(
        declared.settings, lambda name: settings.get(f"{declared.name}.{name}"), reading.formats
    )
    return made(request.form if submitted else None, data=shown)


def _form_page(declared: SettingsSection, form: SettingsForm) -> str:
    return render("settings/section.html", section=declared, form=form)
