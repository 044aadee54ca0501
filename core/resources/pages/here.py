"""Where a request stands: which resource, who asks, and how values look to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.access.actor import ANONYMOUS, Actor
from core.db import db
from core.fields import Formats, Reading
from core.formats import formats_for, reading_for
from core.house import House, current_house
from core.i18n import Text
from core.merging.trail import led_on
from core.resources import read
from core.resources.closing import why_closed
from core.resources.context import WriteContext, write_context
from core.resources.declare import Resource
from core.resources.rights import may

LOOKS = ("board",)
"""The host's looks of a list besides rows; each is an address under the list's."""


@dataclass(frozen=True)
class Here:
    """The surroundings of one request at a resource."""

    resource: Resource
    house: House
    session: Session
    actor: Actor
    look: str = ""
    """How the list stands here: '' as rows, one of LOOKS, or of the resource's own looks."""

    @cached_property
    def formats(self) -> Formats:
        return formats_for(self.session, self.actor)

    @cached_property
    def reading(self) -> Reading:
        return reading_for(self.session, self.actor, formats=self.formats)

    @property
    def address(self) -> str:
        """The resource's own address."""
        return f"{request.script_root}/{self.resource.name}"

    @property
    def list_address(self) -> str:
        """The list's address, as it stands here."""
        return f"{self.address}/{self.look}" if self.look else self.address

    def address_of(self, id: int) -> str:
        return f"{self.address}/{id}"

    def address_from(self, id: int, back: str) -> str:
        """The record's address as one reaches it from a list of this query, which it then knows the way back to."""
        tail = urlencode({"from": back}) if back else ""
        return f"{self.address_of(id)}?{tail}" if tail else self.address_of(id)

    def list_of(self, back: str) -> str:
        """The address of the list that a record's page was reached from: its query, and how it stood."""
        pairs = parse_qsl(back)
        looks = (*LOOKS, *(each.name for each in self.resource.looks))
        look = next((value for name, value in pairs if name == "look" and value in looks), "")
        tail = urlencode([pair for pair in pairs if pair[0] != "look"])
        return f"{self.address}{'/' + look if look else ''}{'?' + tail if tail else ''}"

    def writing(self, source: str = "page", **reading: Any) -> WriteContext:
        """The surroundings of a write in this person's name; `reading` says how input is understood otherwise."""
        return write_context(self.session, self.house, self.actor, source, **reading)

    @cached_property
    def closed(self) -> Text:
        """Why no new record can be made now; '' where one can."""
        return why_closed(self.session, self.resource)

    def may(self, action: str) -> bool:
        """Whether there is any record on which this person may do it, or could make one now."""
        return self.actor.may(self.resource.name, action) and not (action == "create" and self.closed)

    def may_with(self, record: Any, action: str) -> bool:
        return may(self.resource, record, action, self.actor, self.house)

    def leave(self, record: Any, address: str) -> ResponseReturnValue:
        """Go on to an address of a record after a change; to the list where that took it out of the reader's sight."""
        return onward(address if self.may_with(record, "view") else self.address)

    def record(self, id: int, action: str = "view") -> read.Stored:
        """The record of this id; a missing one, another's, and one the person may not so treat all answer 404.

        The address of one that was merged into another leads on to that.
        """
        found = read.find(self.session, self.resource, id)
        if found is None and (into := self._led_on(id)):
            abort(redirect(into))
        if found is None or not self.may_with(found.record, "view"):
            abort(404)
        if action != "view" and not self.may_with(found.record, action):
            abort(403)
        return found

    def _led_on(self, id: int) -> str:
        """Where a reader of a merged record's page is led; '' where they are not."""
        given = request.view_args or {}
        if request.method != "GET" or given.get("id") != id or not request.endpoint:
            return ""
        into = led_on(self.session, self.resource, id)
        if into is None:
            return ""
        tail = urlencode([*request.args.items(multi=True)])
        return url_for(request.endpoint, **{**given, "id": into}) + (f"?{tail}" if tail else "")


def enter(name: str, action: str = "view", look: str = "") -> Here:
    """Stand at a resource of this name: 404 where there is none, 403 where the person may do this to no record."""
    house = current_house()
    resource = house.resources.get(name)
    if resource is None:
        abort(404)
    here = Here(resource, house, db.session(), g.get("actor", ANONYMOUS), look)
    if not here.actor.may(name, action):
        abort(403)
    return here


def arguments() -> Mapping[str, Sequence[str]]:
    """The arguments of the URL, all values of each name."""
    return request.args.to_dict(flat=False)


def onward(address: str) -> ResponseReturnValue:
    """Go on to a page after something was done: a redirect, or for script its own way of being told."""
    if is_htmx():
        return "", 204, {"HX-Redirect": address}
    return redirect(address)


def go_back() -> ResponseReturnValue:
    """To the page one came from, if it is one of ours; else home."""
    came_from = urlsplit(request.referrer or "")
    target = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    ours = (
        came_from.netloc == request.host and target.startswith("/") and not target.startswith(("//", "/\\"))
    )
    return redirect(target if ours else f"{request.script_root}/")


def is_htmx() -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"
