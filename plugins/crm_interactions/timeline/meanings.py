"""What the composer asks of each kind of interaction, and the sign of its entries, by what the kind means."""

from __future__ import annotations

from collections.abc import Mapping

from plugins.crm_interactions.models import CALL, CHAT, COMMENT, EMAIL, MEETING, NOTE, VISIT

USUAL = "message"
ICONS: Mapping[str, str] = {
    CALL: "phone-call",
    EMAIL: "mail",
    MEETING: "users",
    VISIT: "map-pin",
    CHAT: "messages",
    NOTE: "note",
    COMMENT: "message",
}

ASKED: Mapping[str, tuple[str, ...]] = {
    CALL: ("direction", "outcome", "minutes"),
    EMAIL: ("subject", "direction", "outcome"),
    MEETING: ("outcome", "minutes"),
    VISIT: ("outcome", "minutes"),
    CHAT: ("direction", "outcome", "minutes"),
    NOTE: (),
    COMMENT: (),
}
"""The fields that a kind's tab shows beside the text; when, with whom, files and the next step can be added to all."""


def asked_of(meaning: str | None) -> tuple[str, ...]:
    """The fields that the tab of a kind of this meaning shows."""
    return ASKED.get(meaning or "", ("outcome", "minutes"))
