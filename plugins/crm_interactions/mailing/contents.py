"""What mail brings to the plugin: its pages, its button on records, its commands, what it listens to."""

from __future__ import annotations

from core.api import Action, Event, MailEvent, Resource, _l, db, writing
from plugins.crm_interactions.mailing import rest
from plugins.crm_interactions.mailing.settling import settle
from plugins.crm_interactions.mailing.views import blueprint

rest.add_routes(blueprint)


def mail_action(resource: Resource) -> Action:
    """The button “Write a mail” of a record."""
    return Action(
        "mail",
        _l("Write a mail"),
        "mail",
        "crm_interactions_mail.write",
        permission="view",
        page=True,
        values={"resource": resource.name},
    )


def hear(event: Event) -> None:
    """Note what the outbox tells of a mail."""
    if not isinstance(event, MailEvent):
        return
    with writing():
        settle(db.session(), event)
        db.session.commit()
