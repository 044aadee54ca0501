"""Writes mail: one message for one person, as text and, if wanted, as HTML beside it."""

from __future__ import annotations

import secrets
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlalchemy.orm import Session

from core.db import utcnow
from core.outbox import OutboxRow, post


def send_later(session: Session, to: str, subject: str, text: str, html: str | None = None) -> OutboxRow:
    """Send a mail once the caller's transaction is committed; a worker does it and tries again where it fails."""
    mail = {"id": secrets.token_hex(12), "to": to, "subject": one_line(subject), "text": text, "html": html}
    return post(session, "mail", mail)


def compose(
    to: str, subject: str, text: str, html: str | None = None, *, sender: str, unique: str = ""
) -> EmailMessage:
    """The message. The same `unique` gives the same Message-ID, so that one sent twice shows once.

    Raises:
        ValueError: an address that no header can hold.
    """
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = f"<{unique}.prospecto@{domain}>" if unique else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def one_line(text: str) -> str:
    return " ".join(text.split())
