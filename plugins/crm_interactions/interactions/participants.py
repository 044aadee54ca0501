"""Who took part in an interaction: people of the house, and others by name and address."""

from __future__ import annotations

from core.api import Child, Field, Text, UserRef, _l
from plugins.crm_interactions.models import Participant

PARTICIPANTS = Child(
    "participants",
    _l("Participant"),
    _l("Participants"),
    Participant,
    "interaction_id",
    (
        Field("user", _l("Person of the house"), UserRef(), attribute="user_id"),
        Field("name", _l("Name"), Text(max_length=200)),
        Field("address", _l("Address"), Text(max_length=254), help=_l("E-mail address or phone.")),
    ),
    {},
    group="participants",
    title=("user", "name"),
    icon="users",
    faces=True,
    lines=(("address",),),
    search=("name", "address"),
)
