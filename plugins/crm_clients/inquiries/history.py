"""What an inquiry leaves behind in the history of a record, and whom it is told to."""

from __future__ import annotations

from typing import Any

from core.api import NotificationKind, Resource, WriteContext, _l, note, notify, title_of
from plugins.crm_clients.inquiries.declare import AS_INQUIRY, Inquiry

HAPPENINGS = ((AS_INQUIRY, _l("An inquiry came in"), "inbox"),)
"""For the resources to which inquiries go."""

WROTE_AGAIN = NotificationKind(
    "wrote_again", _l("Somebody writes again"), _l("“%(record)s” has written again"), "inbox", mail=True
)

SAID = ("title", "message", "name", "company", "email", "phone", "document")
MOST_KEPT = 2000


def note_inquiry(context: WriteContext, resource: Resource, record: Any, inquiry: Inquiry) -> None:
    """Write into a record's history what was said."""
    said = {name: [None, text[:MOST_KEPT]] for name in SAID if (text := getattr(inquiry, name))}
    note(context.session, context, resource, record, AS_INQUIRY, said)


def tell_owner(context: WriteContext, resource: Resource, record: Any) -> None:
    """Who works on the record hears that somebody wrote again, unless they wrote it down themselves."""
    owner = getattr(record, resource.owner) if resource.owner else None
    if owner is None or (context.actor is not None and context.actor.user_id == owner):
        return
    notify(
        context.session,
        [owner],
        WROTE_AGAIN.name,
        {"record": title_of(resource, record)},
        resource=resource.name,
        record_id=record.id,
    )
