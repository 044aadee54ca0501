"""What the timeline says of a mail: whether it has left, why it did not arrive, how to send it once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Words, _l
from plugins.crm_interactions.mailing.models import BOUNCED, REFUSED, SENT, WAITING, MailMessage

STATES: Mapping[str, tuple[Words, str, str]] = {
    WAITING: (_l("Waiting to be sent"), "clock", "amber"),
    SENT: (_l("Sent"), "check", "green"),
    REFUSED: (_l("Not taken by the server"), "alert-circle", "red"),
    BOUNCED: (_l("Came back"), "alert-circle", "red"),
}


def mails_of(session: Session, ids: Sequence[int], editable: Collection[int]) -> Mapping[int, list[Markup]]:
    """{interaction's id: what is said of its mail}, of those that are mails of ours, in one query."""
    found = session.scalars(sa.select(MailMessage).where(MailMessage.interaction_id.in_(ids)))
    return {each.interaction_id: [_said(each, each.interaction_id in editable)] for each in found}


def _said(message: MailMessage, editable: bool) -> Markup:
    label, icon, hue = STATES[message.status]
    again = editable and message.status in (REFUSED, BOUNCED)
    return Markup(
        render_template(
            "crm_interactions/mail_state.html", message=message, label=label, icon=icon, hue=hue, again=again
        )
    )
