"""What is sent to the owner of an address or a phone, in the company's language."""

from __future__ import annotations

from core.api import House, Refused, WriteContext, _, public_address, send_later, use_language


def mail_question(context: WriteContext, address: str, code: str, token: str) -> None:
    """Send a mail with a link and a code once the transaction is committed."""
    company = context.settings["company.name"]
    with use_language(context.settings["company.language"]):
        subject = _("Confirm your e-mail address for %(company)s", company=company)
        parts = (
            _("%(company)s asks you to confirm that this e-mail address is yours.", company=company),
            _("Open this page and press the button:"),
            public_address("crm_clients.confirm_page", token=token),
            _("Or tell them this code: %(code)s", code=code),
            _("Both are valid for three days. If you do not know what this is about, do nothing."),
        )
    send_later(context.session, address, subject, "\n\n".join(parts) + "\n")


def sms_text(context: WriteContext, code: str) -> str:
    """The SMS: short enough for one in any alphabet."""
    with use_language(context.settings["company.language"]):
        return _(
            "%(company)s: your code is %(code)s. It is valid for 15 minutes.",
            company=str(context.settings["company.name"])[:40],
            code=code,
        )


def send_sms(house: House, number: str, text: str) -> None:
    """Give a text to the first gateway that takes it.

    Raises:
        Refused: no gateway takes it, or it says why it does not.
        PluginError: a gateway failed.
    """
    if next(house.hooks.strict("send_sms", number=number, text=text), None) is None:
        raise Refused(
            _("No SMS can be sent: no gateway is set up (Settings, SMS). Ask your administrator."),
            "no_gateway",
        )
