"""The hook this plugin publishes; implement it with `optionalhook=True`, for Clients may be switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.api import hookspec

if TYPE_CHECKING:
    from core.api import WriteContext
    from plugins.crm_clients.inquiries.declare import Inquiry, Routed
    from plugins.crm_clients.mode.declare import Classic

# -- when a code leaves by SMS; a failure is told to who asked for it


@hookspec
def send_sms(number: str, text: str) -> bool | None:
    """Send a text to a number in E.164; True when it was taken, None to leave it to the next gateway.

    Raise `Refused` to say what is wrong. The transaction is committed before, so it may take its time; the gateway
    chosen in Settings is asked last.
    """


# -- when an inquiry comes in; a failure refuses it, and it is kept


@hookspec
def route_inquiry(inquiry: Inquiry, context: WriteContext) -> Routed | None:
    """Make of an inquiry what it shall be, in the caller's transaction; None to leave it to the next app.

    The first answer counts: in classic mode that of the app of leads, in simple mode that of deals, at last a client.
    Raise `Refused` or `NotValid` to refuse it. `client_of(inquiry, context)` of `plugins.crm_clients.inquiries.clients`
    finds or makes the client.
    """


# -- when the mode is asked for or changed; a failure ends what was asked for


@hookspec
def classic_mode() -> Classic | None:
    """What the app of leads does for the classic mode and for the change to and from it. While nobody answers, the mode is
    simple."""
