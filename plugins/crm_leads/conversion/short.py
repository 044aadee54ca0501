"""The short way: what becomes of a lead when nobody chose, as an administrator has set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.api import Choice, Setting, WriteContext, _l
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, DEAL, Source, Target
from plugins.crm_leads.conversion.wish import Wish

CLIENT, BOTH = "client", "both"
WITH_DEAL = "_deal"

KNOWN_BY = ("linked", "document")
"""How a client that is there is known to be the lead's, to be completed unasked: a repeat lead's link, or the document."""

SETTING = Setting(
    "becomes",
    _l("Converting without asking makes"),
    Choice(
        (
            (CLIENT, _l("A company, or a contact where the lead is a person")),
            (BOTH, _l("A company and its contact")),
            (CLIENT + WITH_DEAL, _l("A company or a contact, and a deal")),
            (BOTH + WITH_DEAL, _l("A company, its contact, and a deal")),
        )
    ),
    default=CLIENT,
    help=_l(
        "The short way: by the condition “Client”, by a status in a list or the API, or by an empty request."
    ),
)


def short_wish(source: Source, wish: Wish, targets: Mapping[str, Target], context: WriteContext) -> Wish:
    """The wish itself where it names targets; else what Settings say, into the client linked with the lead or known by its document."""
    if not wish.is_short:
        return wish
    way = str(context.settings.get("leads.becomes") or CLIENT)
    is_person = source.values.get("kind") == "person"
    names = [COMPANY, CONTACT] if way.startswith(BOTH) else [CONTACT if is_person else COMPANY]
    if way.endswith(WITH_DEAL):
        names.append(DEAL)
    return replace(
        wish, targets=tuple(name for name in names if name in targets), match=wish.match or KNOWN_BY
    )
