"""The page of one record: head, path, cards of values, plugins' panels, files; its timeline comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from core.host.dispatch import PluginError
from core.i18n import _
from core.maps import map_for
from core.records.attachments import attachments_of
from core.records.undo import remember_deletion, undo_address
from core.resources.context import Refused
from core.resources.declare import Panel
from core.resources.door import flash_toast
from core.resources.pages.cards import Card, cards_of
from core.resources.pages.child_cards import ChildCard, child_cards
from core.resources.pages.files import lines_of
from core.resources.pages.head import head_of, slot_of
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.path import move
from core.resources.pages.tabs import query_of
from core.resources.pages.timeline import shown_of, timeline
from core.resources.query import COUNT_LIMIT, count, neighbours
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.write import delete
from core.routing import id_of

PLACES = ("main", "side", "composer", "pending")


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>", "record", record)
    blueprint.add_url_rule(f"{at}/<int:id>/timeline", "timeline", timeline)
    blueprint.add_url_rule(f"{at}/<int:id>/beside", "beside", beside)
    blueprint.add_url_rule(f"{at}/<int:id>/move", "move", move, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/delete", "remove", remove, methods=["GET", "POST"])


@dataclass(frozen=True)
class Drawn:
    """A panel's markup; None where it failed."""

    panel: Panel
    html: Markup | None


def record(resource: str, id: int) -> ResponseReturnValue:
    here = enter(resource)
    stored = here.record(id)
    back = request.args.get("from", "")
    head = head_of(here, stored, back)
    panels = _panels(here, stored)
    rows = child_cards(here, stored, head.editable)
    return render_template(
        "resources/record.html",
        here=here,
        resource=here.resource,
        stored=stored,
        record=stored.record,
        head=head,
        address=head.address,
        cards=_in_order(here, cards_of(here, stored, head.editable), rows),
        map=map_for(here.session, here.formats) if any(each.child.pin for each in rows.values()) else None,
        panels={place: [each for each in panels if each.panel.place == place] for place in PLACES},
        frame=shown_of(here, stored.record),
        files=lines_of(attachments_of(here.session, here.resource.name, id), here.formats),
        formats=here.formats,
        back=back,
        at=request.args.get("at", 0, id_of),
        list_href=here.list_of(back),
        above=slot_of(here, stored, "record.above"),
    )


def beside(resource: str, id: int) -> ResponseReturnValue:
    """The records before and after this one in the list its reader came from."""
    here = enter(resource)
    stored = here.record(id)
    back = request.args.get("from", "")
    before, after = neighbours(
        here.session, here.resource, query_of(here, back), stored.record, here.reading, here.actor
    )
    at = request.args.get("at", 0, id_of)
    return render_template(
        "resources/parts/beside.html",
        here=here,
        before=before,
        after=after,
        back=back,
        at=at,
        place=_place(here, back, at),
    )


def _place(here: Here, back: str, at: int) -> str:
    """“2 of 248”: where in its list the reader stands; '' for who came another way."""
    if not at:
        return ""
    total = count(here.session, here.resource, query_of(here, back), here.reading, here.actor)
    shown = format_decimal(min(total, COUNT_LIMIT), locale=here.formats.language)
    return _(
        "%(place)s of %(total)s",
        place=format_decimal(at, locale=here.formats.language),
        total=f"{shown}+" if total > COUNT_LIMIT else shown,
    )


def remove(resource: str, id: int) -> ResponseReturnValue:
    """GET asks, POST deletes; the next page offers to bring the record back."""
    here = enter(resource, "delete")
    stored = here.record(id, "delete")
    title = title_of(here.resource, stored.record)
    if request.method == "GET":
        if here.resource.deleting is not None and (asked := here.resource.deleting(stored.record)):
            return redirect(url_for(asked, id=id))
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


def _in_order(here: Here, cards: Sequence[Card], rows: Mapping[str, ChildCard]) -> list[Card | ChildCard]:
    """The cards of values and of rows in the order of the declared groups."""
    found: dict[str, Card | ChildCard] = {card.name: card for card in cards} | dict(rows)
    order = dict.fromkeys([*(name for name, _label in here.resource.groups), *found])
    return [found[name] for name in order if name in found]


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
