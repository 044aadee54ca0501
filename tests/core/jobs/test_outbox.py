"""Events that reach the plugins after the commit and never without it, and mail that is sent with patience."""

from __future__ import annotations

import email.policy
import io
import logging
import socket
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask

from core.db import db, utcnow, writing
from core.house import EXTENSION
from core.mail import outgoing_file, send_later
from core.outbox import FAILED, OutboxRow, announce, deliver_due, failed_count
from core.records.models import Attachment
from core.settings import save_setting

from .conftest import Place


@pytest.fixture
def app(place: Place) -> Iterator[Flask]:
    """The app of `probe`, its session at work."""
    app = place.app()
    with app.app_context(), writing():
        db.session.info["house"] = app.extensions[EXTENSION]
        yield app
        db.session.remove()


@pytest.fixture
def probe(app: Flask) -> Any:
    from plugins.probe import plugin

    plugin.heard.clear()
    return plugin


def rung(probe: Any, name: str) -> Any:
    return probe.Rung(at=utcnow(), actor_id=None, name=name)


def important(probe: Any, name: str) -> Any:
    return probe.Important(at=utcnow(), actor_id=None, name=name)


def outbox() -> list[OutboxRow]:
    found = list(db.session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def make_due() -> None:
    db.session.execute(sa.update(OutboxRow).values(run_after=utcnow() - timedelta(seconds=1)))
    db.session.commit()


def test_plugins_hear_of_an_event_after_the_commit(probe: Any) -> None:
    announce(db.session(), rung(probe, "one"))
    assert probe.heard == []
    db.session.execute(sa.select(1))
    db.session.commit()
    assert probe.heard == ["one"]


def test_what_is_rolled_back_is_told_to_nobody(probe: Any) -> None:
    save_setting(db.session(), "x.y", 1)
    announce(db.session(), rung(probe, "never"))
    db.session.rollback()
    save_setting(db.session(), "x.y", 1)
    announce(db.session(), rung(probe, "kept"))
    with db.session.begin_nested():
        announce(db.session(), rung(probe, "kept too"))
    savepoint = db.session.begin_nested()
    announce(db.session(), rung(probe, "undone"))
    with db.session.begin_nested():
        announce(db.session(), rung(probe, "undone with its outer one"))
    savepoint.rollback()
    assert probe.heard == []
    db.session.commit()
    assert probe.heard == ["kept", "kept too"]


def test_a_plugin_that_fails_to_hear_hurts_nobody_and_is_noticed(
    app: Flask, probe: Any, tmp_path: Path
) -> None:
    (tmp_path / "deaf").touch()
    save_setting(db.session(), "x.y", 1)
    announce(db.session(), rung(probe, "lost"))
    db.session.commit()
    assert app.extensions[EXTENSION].notices[0].plugin == "probe"
    assert outbox() == []


def test_an_event_that_must_arrive_waits_in_the_outbox_until_it_does(
    app: Flask, probe: Any, tmp_path: Path
) -> None:
    announce(db.session(), important(probe, "at once"))
    db.session.commit()
    assert (probe.heard, outbox()) == (["at once"], [])

    (tmp_path / "deaf").touch()
    announce(db.session(), important(probe, "later"))
    db.session.commit()
    assert deliver_due(app) == 0  # not yet
    make_due()
    assert deliver_due(app) == 1
    assert [row.attempts for row in outbox()] == [2]

    (tmp_path / "deaf").unlink()
    make_due()
    deliver_due(app)
    assert (probe.heard, outbox()) == (["at once", "later"], [])


def test_an_event_whose_process_died_after_the_commit_is_delivered_by_a_worker(
    app: Flask, probe: Any
) -> None:
    announce(db.session(), important(probe, "orphan"))
    db.session.info.pop("announced")  # as if killed between the commit and the telling
    db.session.commit()
    make_due()
    deliver_due(app)
    assert (probe.heard, outbox()) == (["orphan"], [])


# -- mail ---------------------------------------------------------------------------------------------------------


class Mailbox:
    """What the mail server took, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.senders: list[str | None] = []
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        self.senders.append(envelope.mail_from)
        self.taken.append(email.message_from_bytes(envelope.content or b"", policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    for name, value in {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "crm@example.com",
    }.items():
        save_setting(db.session(), f"mail.{name}", value)
    db.session.commit()
    yield box
    controller.stop()


def test_a_mail_leaves_once_its_transaction_is_committed(app: Flask, mailbox: Mailbox) -> None:
    send_later(db.session(), "never@example.com", "Never", "…")
    db.session.rollback()
    send_later(db.session(), "ana@example.com", "Buenos días,\nAna: «ñ»", "Hola, ¿cómo está?", "<p>Hola</p>")
    db.session.commit()

    assert deliver_due(app) == 1
    assert deliver_due(app) == 0

    (message,) = mailbox.taken
    assert (message["To"], message["From"]) == ("ana@example.com", "crm@example.com")
    assert message["Subject"] == "Buenos días, Ana: «ñ»"
    assert message.get_body(("plain",)).get_content().strip() == "Hola, ¿cómo está?"
    assert message.get_body(("html",)).get_content().strip() == "<p>Hola</p>"
    assert outbox() == []


def test_a_mail_that_the_server_puts_off_is_tried_again_and_one_it_refuses_is_not(
    app: Flask, mailbox: Mailbox
) -> None:
    mailbox.answer = "450 try later"
    send_later(db.session(), "ana@example.com", "Later", "…")
    db.session.commit()
    deliver_due(app)
    (row,) = outbox()
    assert row.run_after > utcnow() and "450" in row.error

    mailbox.answer = "250 OK"
    make_due()
    deliver_due(app)
    assert [message["Subject"] for message in mailbox.taken] == ["Later"]

    mailbox.answer = "550 nobody here"
    send_later(db.session(), "gone@example.com", "Refused", "…")
    db.session.commit()
    deliver_due(app)
    assert [row.status for row in outbox()] == [FAILED]
    assert failed_count(db.session()) == 1


def test_a_written_mail_carries_its_files_and_tells_what_became_of_it(
    app: Flask, place: Place, mailbox: Mailbox, probe: Any
) -> None:
    session = db.session()
    sheet = outgoing_file(
        session, place.config, name="Año.csv", media_type="text/csv", content=io.BytesIO(b"a;b\n1;2\n")
    )
    written = {"cc": ["b@example.com"], "reply_to": "ana@example.com", "answers": "<old@example.com>"}
    send_later(
        session,
        ["José <jose@example.com>", "c@example.com"],
        "With a file",
        "Hola",
        files=[sheet],
        sender="Ana <ana@example.com>",
        personal=True,
        unique="thread-7",
        reference="mail:7",
        **written,
    )
    save_setting(session, "mail.bounces", "bounces@example.com")
    db.session.commit()
    mailbox.answer = "450 try later"
    deliver_due(app)
    mailbox.answer = "250 OK"
    make_due()
    deliver_due(app)

    (message,) = mailbox.taken
    assert message["From"] == "Ana <ana@example.com>" and message["Message-ID"] == (
        "<thread-7.prospecto@example.com>"
    )
    assert (message["Cc"], message["Reply-To"], message["In-Reply-To"]) == (
        "b@example.com",
        "ana@example.com",
        "<old@example.com>",
    )
    assert message["Auto-Submitted"] is None and message["To"] == "José <jose@example.com>, c@example.com"
    assert mailbox.senders == ["bounces@example.com"]
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Año.csv", "a;b\n1;2\n")
    assert db.session.scalar(sa.select(sa.func.count(Attachment.id))) == 0, "kept only until it was sent"

    (place.config.uploads / sheet.stored).unlink()
    send_later(db.session(), "ana@example.com", "Gone", "…", files=[sheet], reference="mail:8")
    db.session.commit()
    deliver_due(app)
    assert [row.status for row in outbox()] == [FAILED]
    assert probe.heard == ["MailPutOff mail:7", "MailSent mail:7", "MailRefused mail:8"]


def test_an_unreachable_server_leaves_the_mail_waiting(app: Flask, mailbox: Mailbox) -> None:
    save_setting(db.session(), "mail.port", 1)
    send_later(db.session(), "ana@example.com", "Patience", "…")
    db.session.commit()
    deliver_due(app)
    assert [row.attempts for row in outbox()] == [1]
    assert mailbox.taken == []


def test_without_a_server_mails_are_kept_as_private_files(
    app: Flask, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    send_later(db.session(), "ana@example.com", "Reset", "https://example.com/reset/secret")
    db.session.commit()
    with caplog.at_level(logging.WARNING):
        deliver_due(app)

    (path,) = (place.config.instance / "mail").glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert "reset/secret" in message.get_content()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "No mail server is set" in caplog.text
    assert outbox() == []


def test_a_worker_sends_what_is_posted(place: Place, app: Flask, mailbox: Mailbox) -> None:
    place.start_worker()
    send_later(db.session(), "ana@example.com", "Soon", "…")
    db.session.commit()
    place.wait(lambda: len(mailbox.taken) == 1)
