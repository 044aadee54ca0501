"""`prospecto mail`: write a mail to a record, take in returned mail, see what became of those that were sent."""

from __future__ import annotations

from typing import BinaryIO

import click
import sqlalchemy as sa

from core.api import (
    NotValid,
    Refused,
    Wrong,
    find,
    in_app,
    json_option,
    load_config,
    say,
    say_json,
    write_context,
)
from plugins.crm_interactions.mailing.letters import Letter, NotReady, begin, checked
from plugins.crm_interactions.mailing.models import MailMessage
from plugins.crm_interactions.mailing.rest import as_json as mail_as_json
from plugins.crm_interactions.mailing.service import send as send_mail
from plugins.crm_interactions.mailing.settling import NotReadable, take_bounce
from plugins.crm_interactions.models import Interaction


@click.group()
def mail() -> None:
    """Write mails to records, and learn what became of them."""


@mail.command()
@click.argument("resource")
@click.argument("id", type=click.IntRange(1))
@click.option("--template", type=click.IntRange(1), metavar="ID", help="Begin from this template.")
@click.option("--to", metavar="ADDRESSES", help="Else the record's own address.")
@click.option("--subject", help="Else the template's.")
@click.option("--text", help="Else the template's.")
@click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
@json_option
def send(
    resource: str,
    id: int,
    template: int | None,
    to: str | None,
    subject: str | None,
    text: str | None,
    user: str | None,
    as_json: bool,
) -> None:
    """Write a mail to the record ID of RESOURCE; a worker sends it."""
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        declared = house.resources.get(resource)
        context = write_context(session, house, session.info.get("actor"), "command")
        stored = find(session, declared, id) if declared is not None and declared.timeline else None
        if declared is None or stored is None:
            raise Wrong(f"There is no {resource} {id}.")
        try:
            begun = begin(context, declared, stored.record, template)
            letter = Letter(
                to=to or begun.to,
                subject=subject or begun.subject,
                body=text or begun.body,
                template_id=template,
            )
            ready = checked(context, declared, stored.record, letter)
            interaction = send_mail(context, declared, stored.record, ready, template_id=template)
            session.commit()
        except LookupError:
            raise Wrong(f"There is no template {template} for {resource}.") from None
        except NotReady as error:
            raise Wrong("; ".join(f"{name}: {told}" for name, told in error.problems.items())) from None
        except (Refused, NotValid) as refused:
            raise Wrong(str(refused)) from None
        told = _told(interaction, session.get_one(MailMessage, interaction.id))
    _say(told, as_json)


@mail.command("list")
@click.option("--status", type=click.Choice(["waiting", "sent", "refused", "bounced"]))
@click.option("--limit", type=click.IntRange(1, 1000), default=50)
@click.option("--user", metavar="EMAIL", help="What this person may see; else the first administrator.")
@json_option
def list_mails(status: str | None, limit: int, user: str | None, as_json: bool) -> None:
    """The newest mails and what became of them."""
    with in_app(load_config(), user=user, by_administrator=True) as (session, _house):
        wanted = sa.select(Interaction, MailMessage).join(
            MailMessage, MailMessage.interaction_id == Interaction.id
        )
        if status is not None:
            wanted = wanted.where(MailMessage.status == status)
        rows = session.execute(wanted.order_by(Interaction.id.desc()).limit(limit))
        found = [_told(interaction, message) for interaction, message in rows]
    if as_json:
        say_json(found)
        return
    for each in found:
        _say(each, False)


@mail.command()
@click.argument("file", type=click.File("rb"), default="-")
@json_option
def bounced(file: BinaryIO, as_json: bool) -> None:
    """Take in a returned message from FILE or standard input, as a mail server's delivery command hands it on."""
    with in_app(load_config()) as (session, _house):
        try:
            message = take_bounce(session, file.read())
        except NotReadable as error:
            raise Wrong(f"This is no returned message: {error}.") from None
        session.commit()
        found = message.interaction_id if message is not None else None
    if as_json:
        say_json({"interaction": found})
    else:
        say(f"The mail of interaction {found} did not arrive." if found else "It is about none of our mails.")


def _told(interaction: Interaction, message: MailMessage) -> dict[str, object]:
    return mail_as_json(interaction, message)


def _say(told: dict[str, object], as_json: bool) -> None:
    if as_json:
        say_json(told)
        return
    to = ", ".join(str(each) for each in told["to"])  # type: ignore[attr-defined]
    say(f"{told['interaction']} {told['status']}: {to}: {told['subject']} {told['reason']}".rstrip())
