"""Sends one mail through the configured server; without one, keeps it as a file of the instance."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from core.config import Config
from core.db import utcnow
from core.mail.compose import message_of
from core.mail.settings import STARTTLS, TLS, MailServer
from core.outbox import NeverPossible
from core.settings import settings_of

log = logging.getLogger(__name__)

TIMEOUT = 20.0


def send_now(config: Config, session: Session, mail: Mapping[str, Any]) -> None:
    """Send what `send_later` kept by the settings as they are now.

    Raises:
        NeverPossible: the server refuses the recipient or the message for good.
        OSError, smtplib.SMTPException: it may work later.
    """
    server = MailServer.of(settings_of(session))
    try:
        message = message_of(config, mail, server.sender)
    except ValueError as error:
        raise NeverPossible(str(error)) from error
    if server.host:
        submit(server, message)
    else:
        keep_as_file(config, message, mail["id"])


def submit(server: MailServer, message: EmailMessage) -> None:
    """Hand the message to the server."""
    try:
        with _connection(server) as smtp:
            if server.security == STARTTLS:
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message, from_addr=server.bounces or None)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        if codes and all(code >= 500 for code in codes):
            raise NeverPossible(f"refused: {error}") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise NeverPossible(f"refused: {error}") from error
        raise


def keep_as_file(config: Config, message: EmailMessage, unique: str) -> None:
    """Write the message to `instance/mail`, for its owner only: it may hold a link that signs somebody in."""
    folder = config.instance / "mail"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{utcnow():%Y%m%d-%H%M%S}-{unique}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(bytes(message))
    log.warning("No mail server is set (Settings, Mail): the mail to %s is kept in %s", message["To"], path)


def _connection(server: MailServer) -> smtplib.SMTP:
    if server.security == TLS:
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
