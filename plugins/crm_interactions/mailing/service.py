"""Sending what was written from a record, in one transaction with the interaction that tells of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa
from jinja2.utils import urlize
from markupsafe import Markup, escape

from core.api import (
    Attachment,
    MailFile,
    MailServer,
    Refused,
    Resource,
    Words,
    WriteContext,
    _,
    attach,
    cancel_mail,
    create,
    message_id,
    path_of,
    send_later,
    utcnow,
)
from plugins.crm_interactions.mailing.addresses import Address, read_addresses, wrong_addresses
from plugins.crm_interactions.mailing.letters import Checked
from plugins.crm_interactions.mailing.models import REFUSED, WAITING, MailMessage
from plugins.crm_interactions.models import EMAIL, OUT, Interaction

WAITS = timedelta(seconds=10)
"""How long a mail can be taken back."""
MOST_AN_HOUR = 200
"""Of one person: more is a campaign, or somebody with another's password."""


def send(
    context: WriteContext,
    resource: Resource,
    record: Any,
    letter: Checked,
    *,
    template_id: int | None = None,
    waits: timedelta = WAITS,
) -> Interaction:
    """Keep the mail as an interaction of the record and have it sent; the caller commits.

    The caller has checked that the person may see the record. Files are kept with the interaction as they are now.

    Raises:
        NotValid, Refused: the person may not write interactions, or wrote too many mails.
    """
    _keep_within_limits(context)
    raw = {
        "record": {"resource": resource.name, "id": record.id},
        "kind": _kind_of_mail(context),
        "direction": OUT,
        "subject": letter.subject,
        "text": letter.body,
        "participants": [{"name": each.name, "address": each.address} for each in (*letter.to, *letter.cc)],
    }
    interaction: Interaction = create(context.house.resources["interactions"], raw, context)
    files = [_kept(context, interaction, each) for each in letter.files]
    unique, server = secrets.token_hex(12), MailServer.of(context.settings)
    message = MailMessage(
        interaction_id=interaction.id,
        unique=unique,
        message_id=message_id(unique, server.sender),
        reference=_reference(interaction.id),
        sender_id=context.actor.user_id if context.actor else None,
        to=[each.header for each in letter.to],
        cc=[each.header for each in letter.cc],
        template_id=template_id,
    )
    context.session.add(message)
    _post(context, interaction, message, files, waits)
    return interaction


def withdraw(context: WriteContext, message: MailMessage) -> bool:
    """Take back a mail that has not left yet; answers whether it was in time. The caller commits.

    Its interaction stays for the caller to delete.
    """
    if message.outbox_id is None or not cancel_mail(context.session, message.outbox_id):
        return False
    message.outbox_id = None
    return True


def send_again(
    context: WriteContext, interaction: Interaction, message: MailMessage, to: str | None = None
) -> None:
    """Send a mail that did not arrive once more, to other people where these are named. The caller commits.

    Raises:
        Refused: it is on its way or has arrived, or `to` holds no addresses.
    """
    if message.status == WAITING:
        raise Refused(_("This mail is still on its way."), "on_its_way")
    _keep_within_limits(context)
    if to is not None:
        good, bad = read_addresses(to)
        if bad or not good:
            raise Refused(wrong_addresses(bad) if bad else _("Say to whom."), "to")
        message.to, message.cc = [each.header for each in good], []
    # The message of a refused one never existed for anybody: it keeps its name. One that bounced is another message.
    if message.status != REFUSED:
        message.unique = secrets.token_hex(12)
        message.message_id = message_id(message.unique, MailServer.of(context.settings).sender)
    message.reference = _reference(interaction.id)
    message.status, message.reason, message.settled_at = WAITING, "", None
    files = [MailFile.of(each) for each in files_of(context, interaction)]
    _post(context, interaction, message, files, timedelta())


def files_of(context: WriteContext, interaction: Interaction) -> Sequence[Attachment]:
    """The files that went with a mail, in their order."""
    wanted = sa.select(Attachment).where(
        Attachment.resource == "interactions", Attachment.record_id == interaction.id
    )
    return context.session.scalars(wanted.order_by(Attachment.id)).all()


def html_of(text: str) -> str:
    """The text as HTML: paragraphs, lines and links, nothing else."""
    paragraphs = [
        Markup("<br>\n").join(Markup(urlize(escape(line), rel="noopener")) for line in part.split("\n"))
        for part in text.split("\n\n")
    ]
    return str(Markup("\n").join(Markup("<p>{}</p>").format(each) for each in paragraphs))


def _post(
    context: WriteContext,
    interaction: Interaction,
    message: MailMessage,
    files: Sequence[MailFile],
    waits: timedelta,
) -> None:
    sender, reply_to = _from(context)
    text = interaction.text or ""
    row = send_later(
        context.session,
        message.to,
        interaction.subject,
        text,
        html_of(text),
        cc=message.cc,
        files=files,
        sender=sender,
        reply_to=reply_to,
        unique=message.unique,
        personal=True,
        reference=message.reference,
        after=waits,
    )
    message.outbox_id = row.id
    context.session.flush()


def _from(context: WriteContext) -> tuple[str, str]:
    """Who a mail comes from, and whom it is answered to.

    Only an address of the company's own domain may stand in From: another's would not pass SPF and DMARC. Who has one
    elsewhere stands there by name, with the company's address, and gets the answers.
    """
    company = MailServer.of(context.settings).sender
    actor = context.actor
    if actor is None or not actor.email:
        return company, ""
    own = parseaddr(company)[1]
    if actor.email.rpartition("@")[2].casefold() == own.rpartition("@")[2].casefold():
        return Address(actor.name, actor.email).header, ""
    return Address(actor.name, own).header, Address(actor.name, actor.email).header


def _kept(context: WriteContext, interaction: Interaction, file: Attachment) -> MailFile:
    """A copy of the file beside the interaction: the record's own may go, the mail was sent with it."""
    with path_of(context.house.config, file).open("rb") as content:
        kept = attach(
            context.session,
            context.house.config,
            "interactions",
            interaction.id,
            name=file.name,
            media_type=file.media_type,
            content=content,
            uploaded_by_id=context.actor.user_id if context.actor else None,
        )
    return MailFile.of(kept)


def _kind_of_mail(context: WriteContext) -> int | None:
    items = context.formats.references.items("interaction_kinds")
    return next((each.id for each in items if each.meaning == EMAIL), None)


def _keep_within_limits(context: WriteContext) -> None:
    if context.actor is None:
        return
    written = context.session.scalar(
        sa.select(sa.func.count(MailMessage.interaction_id)).where(
            MailMessage.sender_id == context.actor.user_id,
            MailMessage.written_at > utcnow() - timedelta(hours=1),
        )
    )
    if (written or 0) >= MOST_AN_HOUR:
        raise Refused(too_many(), "too_many")


def too_many() -> Words:
    return _("You have written %(max)s mails within an hour. Wait a little.", max=MOST_AN_HOUR)


def _reference(interaction_id: int) -> str:
    return f"interaction:{interaction_id}:{secrets.token_hex(6)}"
