"""What became of a mail: the outbox tells when it was sent or refused, a returned message when it did not arrive."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    MailEvent,
    MailPutOff,
    MailRefused,
    MailSent,
    NotificationKind,
    _l,
    notify,
    utcnow,
)
from plugins.crm_interactions.mailing.models import BOUNCED, REFUSED, SENT, MailMessage
from plugins.crm_interactions.models import Interaction

RETURNED = NotificationKind(
    "mail_returned",
    _l("A mail of mine did not arrive"),
    _l("“%(subject)s” to %(to)s did not arrive: %(reason)s"),
    "alert-circle",
    mail=False,
)
REASON_LENGTH = 500


@dataclass(frozen=True)
class Returned:
    """What a delivery status notification (RFC 3464) says: which message, for whom, why, and whether for good."""

    message_id: str
    recipient: str
    reason: str
    is_final: bool


class NotReadable(ValueError):
    """It is no delivery status notification, or does not name the message it is about."""


def settle(session: Session, event: MailEvent) -> None:
    """Note on the mail what the outbox tells of it; what is told of an earlier attempt counts no more.

    The caller commits.
    """
    message = session.scalars(
        sa.select(MailMessage).where(MailMessage.reference == event.reference)
    ).one_or_none()
    if message is None:
        return
    if isinstance(event, MailSent) and message.status != BOUNCED:
        message.status, message.reason, message.settled_at = SENT, "", utcnow()
        message.outbox_id = None
    elif isinstance(event, MailRefused):
        message.status, message.reason = REFUSED, event.reason[:REASON_LENGTH]
        message.settled_at, message.outbox_id = utcnow(), None
        _tell(session, message, f"mail:{event.reference}")
    elif isinstance(event, MailPutOff):
        message.reason = event.reason[:REASON_LENGTH]


def take_bounce(session: Session, content: bytes) -> MailMessage | None:
    """Note on the mail that it came back; the same notification twice changes nothing. The caller commits.

    Answers the mail; None where it is none of ours, or only delayed.

    Raises:
        NotReadable: this is no such notification.
    """
    returned = read_returned(content)
    if not returned.is_final:
        return None
    message = session.scalars(
        sa.select(MailMessage).where(MailMessage.message_id == returned.message_id)
    ).one_or_none()
    if message is None:
        return None
    if message.status != BOUNCED:
        message.status, message.settled_at = BOUNCED, utcnow()
        message.reason = f"{returned.recipient}: {returned.reason}"[:REASON_LENGTH]
        _tell(session, message, f"mail:{message.reference}:bounced")
    return message


def read_returned(content: bytes) -> Returned:
    """What the notification says.

    Raises:
        NotReadable: this is none.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    status = next(
        (each for each in message.walk() if each.get_content_type() == "message/delivery-status"), None
    )
    if status is None:
        raise NotReadable("there is no delivery status in it")
    found = [block for block in _blocks(status) if block.get("Action")]
    if not found:
        raise NotReadable("it says nothing of a recipient")
    block = next((each for each in found if _action(each) == "failed"), found[0])
    id = _original_id(message)
    if not id:
        raise NotReadable("it does not name the message")
    recipient = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
    reason = str(block.get("Diagnostic-Code") or block.get("Status") or "")
    return Returned(id, _after(recipient), _after(reason), _action(block) == "failed")


def _blocks(status: Message) -> Iterator[Message]:
    payload = status.get_payload()
    if isinstance(payload, list):
        yield from (each for each in payload if isinstance(each, Message))


def _action(block: Message) -> str:
    return str(block.get("Action", "")).strip().casefold()


def _after(text: str) -> str:
    """What follows the type: `rfc822; ana@example.com`, `smtp; 550 5.1.1 …`."""
    _kind, semicolon, rest = text.partition(";")
    return " ".join((rest if semicolon else text).split())


def _original_id(message: EmailMessage) -> str:
    """The Message-ID of the message that came back, whole or by its headers alone."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            original = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(original, Message) and original.get("Message-ID"):
                return str(original["Message-ID"]).strip()
        elif kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            headers = email.message_from_bytes(raw if isinstance(raw, bytes) else b"")
            if headers.get("Message-ID"):
                return str(headers["Message-ID"]).strip()
    answered = str(message.get("In-Reply-To") or message.get("References") or "").split()
    return answered[-1] if answered else ""


def _tell(session: Session, message: MailMessage, unique: str) -> None:
    """Who wrote it hears that it did not arrive."""
    interaction = session.get(Interaction, message.interaction_id)
    if message.sender_id is None or interaction is None:
        return
    values = {
        "subject": interaction.subject,
        "to": ", ".join(str(each) for each in message.to)[:200],
        "reason": message.reason,
    }
    notify(
        session,
        [message.sender_id],
        RETURNED.name,
        values,
        resource=interaction.resource,
        record_id=interaction.record_id,
        unique=unique[:120],
    )
