"""The gateways that SMS leave by, chosen in Settings: one that only logs them, and one that speaks to any HTTP service."""

from __future__ import annotations

import http.client
import json
import logging
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from sqlalchemy.orm import Session

from core.api import (
    Choice,
    LongText,
    Password,
    Refused,
    Setting,
    SettingsSection,
    Text,
    Trial,
    _,
    _l,
    current_house,
    db,
    settings_of,
    to_e164,
)
from plugins.crm_clients.validation.messages import send_sms

log = logging.getLogger("prospecto.sms")

NONE, CONSOLE, HTTP = "none", "console", "http"
PLACES = re.compile(r"\{(number|text|secret)\}")
TIMEOUT = 10.0
ANSWER_SHOWN = 200


@dataclass(frozen=True)
class Gateway:
    """An HTTP service that sends SMS. In address, headers and body stand `{number}`, `{text}` and `{secret}`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    secret: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Gateway:
        lines = str(settings.get("sms.headers") or "").splitlines()
        pairs = (line.partition(":") for line in lines if ":" in line)
        return cls(
            method=str(settings.get("sms.method") or "POST"),
            url=str(settings.get("sms.url") or ""),
            headers={name.strip(): value.strip() for name, _colon, value in pairs},
            body=str(settings.get("sms.body") or ""),
            secret=str(settings.get("sms.secret") or ""),
        )


def take_sms(number: str, text: str) -> bool | None:
    """Send by the gateway chosen in Settings; None where none is.

    Whoever asks has committed what it wrote: the database is let go before the service is waited for.
    """
    session = db.session()
    settings = settings_of(session)
    chosen, gateway = settings.get("sms.gateway"), Gateway.of(settings)
    session.rollback()
    if chosen == CONSOLE:
        log.warning("SMS to %s: %s", number, text)
        return True
    if chosen == HTTP:
        send_by_http(gateway, number, text)
        return True
    return None


def send_by_http(gateway: Gateway, number: str, text: str) -> None:
    """One request to the service; every answer but 2xx is told, and no redirect is followed.

    Raises:
        Refused: with what the service said, or why it cannot be reached.
    """
    given = {"number": number, "text": text, "secret": gateway.secret}
    request = _request(gateway, given)
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            answer.read(ANSWER_SHOWN)
    except urllib.error.HTTPError as error:
        said = _without_secret(error.read(ANSWER_SHOWN).decode("utf-8", "replace"), gateway)
        message = _("The SMS gateway answered %(status)s: %(text)s", status=error.code, text=said)
        raise Refused(message, "gateway") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = _without_secret(str(getattr(error, "reason", error)), gateway)
        raise Refused(_("The SMS gateway cannot be reached: %(why)s", why=why), "gateway") from error


def try_gateway(session: Session, number: str) -> str:
    """Send an SMS to try the settings out. Raises Refused with what is wrong."""
    e164 = to_e164(number, str(settings_of(session)["company.country"]))
    if e164 is None:
        raise Refused(_("No phone number of its country looks like this."), "invalid")
    company = settings_of(session)["company.name"]
    send_sms(current_house(), e164, _("%(company)s: this SMS tries the settings out.", company=company))
    return _("Sent to %(number)s.", number=e164)


SMS_SETTINGS = SettingsSection(
    name="sms",
    label=_l("SMS"),
    group=_l("System"),
    order=85,
    settings=(
        Setting(
            "gateway",
            _l("Gateway"),
            Choice(((NONE, _l("None")), (CONSOLE, _l("Only into the log")), (HTTP, _l("HTTP service")))),
            default=NONE,
            help=_l("By what codes for phones leave. The log shows them to whoever runs the server."),
        ),
        Setting("method", _l("Method"), Choice((("POST", "POST"), ("GET", "GET"))), default="POST"),
        Setting(
            "url",
            _l("Address"),
            Text(max_length=1000),
            help=_l("{number}, {text} and {secret} are filled in, here, in the headers and in the body."),
        ),
        Setting("secret", _l("Secret"), Password()),
        Setting(
            "headers",
            _l("Headers"),
            LongText(),
            help=_l("One a line, as “Name: value”. Content-Type says how the body is written."),
        ),
        Setting("body", _l("Body"), LongText(), help=_l('For example {"to": "{number}", "body": "{text}"}')),
    ),
    trial=Trial(_l("Send a test SMS"), _l("To the number"), try_gateway),
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _request(gateway: Gateway, given: Mapping[str, str]) -> urllib.request.Request:
    url = _filled(gateway.url, given, lambda value: quote(value, safe=""))
    if not _is_web(url):
        raise Refused(_("The address of the SMS gateway is no web address."), "gateway")
    headers = {name: _filled(value, given, str) for name, value in gateway.headers.items()}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if gateway.body and not kind:
        headers["Content-Type"] = kind = (
            "application/json"
            if gateway.body.lstrip().startswith(("{", "["))
            else "application/x-www-form-urlencoded"
        )
    body = _filled(gateway.body, given, _escape_for(kind)).encode()
    return urllib.request.Request(
        url, data=body if gateway.method == "POST" else None, headers=headers, method=gateway.method
    )


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _escape_for(kind: str) -> Callable[[str], str]:
    """How a value is written into a body of this type, so that no quote or ampersand of it ends it."""
    if "json" in kind:
        return lambda value: json.dumps(value)[1:-1]
    return quote_plus if "urlencoded" in kind else str


def _filled(template: str, given: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """The template with its places filled, in one go: what is filled in is not looked at again."""
    return PLACES.sub(lambda place: escape(given[place[1]]), template)


def _without_secret(text: str, gateway: Gateway) -> str:
    return text.replace(gateway.secret, "•••") if gateway.secret else text
