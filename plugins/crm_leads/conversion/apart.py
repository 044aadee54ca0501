"""Which leads of a batch may be converted with the same statements: not two that may go into the same record."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from plugins.crm_leads.conversion.short import KNOWN_BY
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Lead

KEYS = {
    "linked": ("client_id",),
    "document": ("document_compact",),
    "email": ("email_folded", "contact_email_folded"),
    "phone": ("phone_1_e164", "phone_2_e164", "contact_phone_1_e164", "contact_phone_2_e164"),
}
"""Where a lead holds what it may have in common with another."""

Waiting = tuple[int, tuple[Lead, Wish]]


def one_round(waiting: Sequence[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """Those that come now, and those that wait for the records that these make."""
    now: list[Waiting] = []
    later: list[Waiting] = []
    taken: set[Hashable] = set()
    for each in waiting:
        claims = set(_claims(*each[1]))
        (later if claims & taken else now).append(each)
        taken |= claims
    return now, later


def _claims(lead: Lead, wish: Wish) -> Iterator[Hashable]:
    yield ("lead", lead.id)
    yield from wish.existing.items()
    for key in wish.match or (KNOWN_BY if wish.is_short else ()):
        for attribute in KEYS.get(key, ()):
            if value := getattr(lead, attribute):
                yield (key, value)
