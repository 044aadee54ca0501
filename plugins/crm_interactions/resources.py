"""Interactions as the host sees them."""

from __future__ import annotations

from core.api import (
    Beside,
    Choice,
    DateTime,
    Field,
    Integer,
    LongText,
    Reference,
    Resource,
    SavedFilter,
    Text,
    UserRef,
    _l,
    utcnow,
)
from plugins.crm_interactions.models import IN, OUT, Interaction

INTERACTIONS = Resource(
    name="interactions",
    model=Interaction,
    label=_l("Interaction"),
    plural=_l("Interactions"),
    icon="messages",
    hue="teal",
    fields=(
        Field("kind", _l("Kind"), Reference("interaction_kinds", look="badge"), quick=True),
        Field("subject", _l("Subject"), Text(max_length=300), quick=True),
        Field("direction", _l("Direction"), Choice(((IN, _l("Incoming")), (OUT, _l("Outgoing"))))),
        Field("at", _l("When"), DateTime(), default=lambda context: utcnow()),
        Field("minutes", _l("Minutes"), Integer(minimum=0, maximum=60 * 24)),
        Field("outcome", _l("Outcome"), Reference("outcomes", look="badge")),
        Field(
            "person", _l("Person"), UserRef(), default=lambda context: context.actor and context.actor.user_id
        ),
        Field("next_step", _l("Next step"), Text(max_length=300)),
        Field("text", _l("Text"), LongText(), wide=True, quick=True),
    ),
    groups=(("general", _l("General")),),
    columns=("subject", "kind", "at", "outcome", "person", "minutes"),
    filters=("kind", "outcome", "direction", "person", "at", "minutes"),
    quick_filters=("kind", "outcome", "person", "at"),
    views=(SavedFilter("mine", _l("Mine"), "person=~me"),),
    title="subject",
    search=("subject", "text", "next_step"),
    owner="person_id",
    sort="-at",
    beside=Beside(),
    menu_order=60,
    empty_text=_l("They are written down on the right of a record."),
)
