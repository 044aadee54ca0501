"""Writes mail: one message, as text and, if wanted, as HTML beside it, with files."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.config import Config
from core.db import utcnow
from core.mail.files import MailFile
from core.outbox import OutboxRow, post


def send_later(
    session: Session,
    to: str | Sequence[str],
    subject: str,
    text: str,
    html: str | None = None,
    *,
    cc: Sequence[str] = (),
    files: Sequence[MailFile] = (),
    sender: str = "",
    reply_to: str = "",
    unique: str = "",
    answers: str = "",
    personal: bool = False,
    reference: str = "",
    after: timedelta = timedelta(),
) -> OutboxRow:
    """Send a mail once the caller's transaction is committed; a worker does it and tries again where it fails.

    Args:
        to, cc: addresses as a header writes them: `ana@example.com` or `Ana <ana@example.com>`.
        files: go along; see `outgoing_file` for what exists only for this mail.
        sender: who it comes from, where that is not the installation's own address.
        unique: names it for good: the same one gives the same Message-ID. By default it is drawn.
        answers: the Message-ID of the message it answers.
        personal: somebody wrote it: an absence may be answered.
        reference: with it plugins hear what became of the mail: `MailSent`, `MailPutOff`, `MailRefused`.
        after: how long it waits, so that somebody can think better of it.
    """
    mail = {
        "id": unique or secrets.token_hex(12),
        "to": to if isinstance(to, str) else ", ".join(to),
        "subject": one_line(subject),
        "text": text,
        "html": html,
        "cc": ", ".join(cc),
        "files": [asdict(each) for each in files],
        "sender": sender,
        "reply_to": reply_to,
        "answers": answers,
        "personal": personal,
        "reference": reference,
    }
    return post(session, "mail", mail, after=after)


def cancel_mail(session: Session, outbox_id: int) -> bool:
    """Take back a mail that no worker has begun to send; answers whether it was in time. The caller commits."""
    mine = sa.delete(OutboxRow).where(
        OutboxRow.id == outbox_id, OutboxRow.kind == "mail", OutboxRow.attempts == 0
    )
    return session.execute(mine.returning(OutboxRow.id)).first() is not None


def message_of(config: Config, mail: Mapping[str, Any], sender: str) -> EmailMessage:
    """The message of what `send_later` kept, its files read.

    Raises:
        ValueError: an address that no header can hold, or a file that is not there any more.
    """
    message = compose(
        mail["to"],
        mail["subject"],
        mail["text"],
        mail.get("html"),
        sender=mail.get("sender") or sender,
        unique=mail["id"],
        home=sender,
        personal=bool(mail.get("personal")),
    )
    for header, name in (("Cc", "cc"), ("Reply-To", "reply_to"), ("In-Reply-To", "answers")):
        if mail.get(name):
            message[header] = mail[name]
    if mail.get("answers"):
        message["References"] = mail["answers"]
    for each in mail.get("files", ()):
        _add_file(message, config, MailFile(**each))
    return message


def compose(
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    sender: str,
    unique: str = "",
    home: str = "",
    personal: bool = False,
) -> EmailMessage:
    """The message. The same `unique` gives the same Message-ID, so that one sent twice shows once.

    `home` is the address whose domain the Message-ID is of, the sender's where it is not given.

    Raises:
        ValueError: an address that no header can hold.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(utcnow())
    message["Message-ID"] = message_id(unique, home or sender)
    if not personal:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def message_id(unique: str, sender: str) -> str:
    """The Message-ID of a mail of this name from this address; a new one for no name."""
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{unique}.prospecto@{domain}>" if unique else make_msgid(domain=domain)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _add_file(message: EmailMessage, config: Config, file: MailFile) -> None:
    try:
        content = (config.uploads / file.stored).read_bytes()
    except OSError as error:
        raise ValueError(f"the file {file.name} is gone") from error
    kind, _slash, subkind = file.media_type.partition("/")
    if not subkind or kind in ("multipart", "message"):
        kind, subkind = "application", "octet-stream"
    message.add_attachment(content, maintype=kind, subtype=subkind, filename=file.name)
