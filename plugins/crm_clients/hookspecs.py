"""The hook this plugin publishes; implement it with `optionalhook=True`, for Clients may be switched off."""

from __future__ import annotations

from core.api import hookspec

# -- when a code leaves by SMS; a failure is told to who asked for it


@hookspec
def send_sms(number: str, text: str) -> bool | None:
    """Send a text to a number in E.164; True when it was taken, None to leave it to the next gateway.

    Raise `Refused` to say what is wrong. The transaction is committed before, so it may take its time; the gateway
    chosen in Settings is asked last.
    """
