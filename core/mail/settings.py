"""The mail server, as an administrator enters it in Settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.declare import Setting, SettingsSection
from core.fields import Choice, Formats, Integer, Text
from core.i18n import _l

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"


@dataclass(frozen=True)
class Password(Text):
    """A password for another system: never shown again once it is entered."""

    name: ClassVar[str] = "password"

    def text(self, value: Any, formats: Formats) -> str:
        return "••••••••" if value else ""

    def raw(self, value: Any, formats: Formats) -> str:
        return ""

    def json(self, value: Any, formats: Formats) -> Any:
        return None


MAIL_SETTINGS = SettingsSection(
    name="mail",
    label=_l("Mail"),
    group=_l("System"),
    order=80,
    settings=(
        Setting(
            "host",
            _l("Server"),
            Text(),
            help=_l("Without a server, mails are kept as files in the folder mail."),
        ),
        Setting("port", _l("Port"), Integer(), default=587),
        Setting(
            "security",
            _l("Encryption"),
            Choice(((STARTTLS, _l("STARTTLS")), (TLS, _l("TLS")), (PLAIN, _l("None")))),
            default=STARTTLS,
        ),
        Setting("user", _l("User"), Text()),
        Setting("password", _l("Password"), Password()),
        Setting("sender", _l("Sender"), Text(), help=_l("The address that mails come from.")),
        Setting(
            "bounces",
            _l("Address for returned mail"),
            Text(),
            help=_l("Where mail servers report what could not be delivered. Empty: to the sender."),
        ),
    ),
)


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out. Without `host` it goes nowhere but into files."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    bounces: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> MailServer:
        """The server of these settings; what is not set has its default."""

        def value(name: str) -> str:
            return str(settings.get(f"mail.{name}") or "")

        return cls(
            host=value("host"),
            port=int(value("port") or 587),
            security=value("security") or STARTTLS,
            user=value("user"),
            password=value("password"),
            sender=value("sender") or "prospecto@localhost",
            bounces=value("bounces"),
        )
