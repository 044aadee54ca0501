"""The page of one record: head, path, cards of values, plugins' panels, files; its timeline comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.routing import BuildError

from core.fields import Reference, Tags
from core.host.dispatch import PluginError
from core.i18n import _
from core.records.attachments import attachments_of
from core.records.timeline import story_of
from core.records.undo import remember_deletion, undo_address
from core.resources.context import Refused
from core.resources.declare import Action, Panel
from core.resources.door import flash_toast
from core.resources.pages.cards import cards_of
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.path import move, walk_of
from core.resources.pages.tabs import query_of
from core.resources.query import neighbours
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.write import delete
from core.routing import id_of


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>", "record", record)
    blueprint.add_url_rule(f"{at}/<int:id>/timeline", "timeline", timeline)
    blueprint.add_url_rule(f"{at}/<int:id>/beside", "beside", beside)
    blueprint.add_url_rule(f"{at}/<int:id>/move", "move", move, methods=["POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/delete", "remove", remove, methods=["GET", "POST"])


@dataclass(frozen=True)
class Button:
    """An action of the record that its reader may do now."""

    action: Action
    href: str


@dataclass(frozen=True)
class Drawn:
    """A panel's markup; None where it failed."""

    panel: Panel
    html: Markup | None


def record(resource: str, id: int) -> ResponseReturnValue:
    here = enter(resource)
    stored = here.record(id)
    editable = here.may_with(stored.record, "edit")
    panels = _panels(here, stored)
    back = request.args.get("from", "")
    buttons = _buttons(here, stored)
    return render_template(
        "resources/record.html",
        here=here,
        resource=here.resource,
        stored=stored,
        record=stored.record,
        title=title_of(here.resource, stored.record),
        address=here.address_of(id),
        editable=editable,
        deletable=here.may_with(stored.record, "delete"),
        subtitle=_text(here, stored, here.resource.subtitle),
        tags=stored.tags if any(isinstance(each.kind, Tags) for each in here.resource.fields) else (),
        words=_words(here, stored),
        cards=cards_of(here, stored, editable),
        walk=walk_of(here, stored),
        buttons=buttons,
        main_panels=[each for each in panels if each.panel.place == "main"],
        side_panels=[each for each in panels if each.panel.place == "side"],
        files=attachments_of(here.session, here.resource.name, id),
        formats=here.formats,
        back=back,
        list_href=f"{here.address}?{back}" if back else here.address,
        above=_slot(here, stored, "record.above"),
        beside_title=_slot(here, stored, "record.title"),
    )


def timeline(resource: str, id: int) -> ResponseReturnValue:
    """The record's history: its newest entries, or those before the one named."""
    here = enter(resource)
    stored = here.record(id)
    story = story_of(
        here.session,
        here.resource,
        stored.record,
        here.formats,
        before=request.args.get("before", None, id_of),
    )
    return render_template("resources/timeline.html", story=story, address=here.address_of(id), here=here)


def beside(resource: str, id: int) -> ResponseReturnValue:
    """The records before and after this one in the list its reader came from."""
    here = enter(resource)
    stored = here.record(id)
    back = request.args.get("from", "")
    before, after = neighbours(
        here.session, here.resource, query_of(here, back), stored.record, here.reading, here.actor
    )
    return render_template("resources/parts/beside.html", here=here, before=before, after=after, back=back)


def remove(resource: str, id: int) -> ResponseReturnValue:
    """GET asks, POST deletes; the next page offers to bring the record back."""
    here = enter(resource, "delete")
    stored = here.record(id, "delete")
    title = title_of(here.resource, stored.record)
    if request.method == "GET":
        template = "resources/delete.html" if is_htmx() else "resources/delete_page.html"
        return render_template(
            template,
            here=here,
            resource=here.resource,
            title=title,
            action=f"{here.address_of(id)}/delete",
            back=here.address_of(id),
        )
    try:
        undo = remember_deletion(here.session, here.actor, here.resource, [id])
        delete(here.resource, [stored.record], here.writing())
        here.session.commit()
    except (Refused, PluginError) as error:
        here.session.rollback()
        flash_toast(getattr(error, "message", str(error)), tone="bad")
        return onward(here.address_of(id))
    flash_toast(_("“%(record)s” was deleted.", record=title), undo=undo_address(undo))
    return onward(here.address)


def _text(here: Here, stored: Stored, name: str | None) -> str:
    if not name:
        return ""
    declared = here.resource.field(name)
    return declared.kind.text(stored.value(declared), here.formats)


def _words(here: Here, stored: Stored) -> list[Markup]:
    """The coloured words under the title (a segment)."""
    return [
        declared.kind.html(value, here.formats)
        for declared in here.resource.fields
        if isinstance(declared.kind, Reference)
        and declared.kind.look == "square"
        and (value := stored.value(declared)) is not None
    ]


def _buttons(here: Here, stored: Stored) -> list[Button]:
    found = []
    for action in here.resource.actions:
        try:
            visible = action.visible is None or action.visible(stored.record)
        except Exception as error:  # the guard around a plugin
            blamed = here.house.plugin_behind(action.visible, here.resource.plugin)
            here.house.hooks.failed(blamed, f"action {action.name}", error)
            continue
        if visible and here.may_with(stored.record, action.permission):
            try:
                found.append(Button(action, url_for(action.endpoint, id=stored.id)))
            except BuildError as error:
                here.house.hooks.failed(here.resource.plugin, f"action {action.name}", error)
    return found


def _panels(here: Here, stored: Stored) -> list[Drawn]:
    found = []
    for panel in here.resource.panels:
        if panel.permission is not None and not here.actor.may(*panel.permission):
            continue
        try:
            with here.session.begin_nested():  # what a panel breaks in the transaction stays its own
                html = panel.render(stored.record)
        except Exception as error:  # the guard around a plugin
            blamed = here.house.plugin_behind(panel.render, here.resource.plugin)
            here.house.hooks.failed(blamed, f"panel {panel.name}", error)
            found.append(Drawn(panel, None))
            continue
        if html is not None:
            found.append(Drawn(panel, escape(html)))
    return found


def _slot(here: Here, stored: Stored, slot: str) -> Markup:
    if not here.house.hooks.has("render_slot"):
        return Markup("")
    context: dict[str, Any] = {"resource": here.resource, "record": stored.record, "formats": here.formats}
    drawn: Sequence[tuple[str, Any]] = list(here.house.hooks.each("render_slot", slot=slot, context=context))
    return Markup("").join(escape(value) for _plugin, value in drawn)
