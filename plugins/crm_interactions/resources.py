"""Interactions as the host sees them."""

from __future__ import annotations

from core.api import (
    Beside,
    Choice,
    DateTime,
    Field,
    Integer,
    LongText,
    RecordBeside,
    Reference,
    Resource,
    SavedFilter,
    Text,
    UserRef,
    _l,
)
from plugins.crm_interactions.interactions import mentions, rules
from plugins.crm_interactions.interactions.participants import PARTICIPANTS
from plugins.crm_interactions.models import IN, OUT, Interaction

FIELDS = (
    Field(
        "record",
        _l("Record"),
        RecordBeside(),
        required=True,
        quick=True,
        aliases=("registro", "prospecto", "cliente", "enregistrement", "about", "related to", "record"),
        help=_l("The lead, client or deal that it is about."),
    ),
    Field(
        "kind",
        _l("Kind"),
        Reference("interaction_kinds", look="badge"),
        required=True,
        quick=True,
        default=rules.usual_kind,
        aliases=("tipo", "type", "activity type"),
    ),
    Field(
        "subject",
        _l("Subject"),
        Text(max_length=300),
        quick=True,
        aliases=("asunto", "objet", "title"),
        help=_l("Left empty, it is called by its first words."),
    ),
    Field(
        "at",
        _l("When"),
        DateTime(),
        quick=True,
        default=rules.now,
        aliases=("fecha", "cuándo", "quand", "date", "activity date"),
    ),
    Field(
        "direction",
        _l("Direction"),
        Choice(((IN, _l("Incoming")), (OUT, _l("Outgoing")))),
        aliases=("dirección", "sens"),
    ),
    Field(
        "minutes",
        _l("Minutes"),
        Integer(minimum=0, maximum=60 * 24),
        aliases=("minutos", "duración", "durée", "duration"),
    ),
    Field(
        "outcome",
        _l("Outcome"),
        Reference("outcomes", look="badge"),
        quick=True,
        aliases=("resultado", "résultat", "result", "disposition"),
    ),
    Field(
        "person",
        _l("Person"),
        UserRef(),
        default=rules.writer,
        aliases=("responsable", "persona", "personne", "owner", "assigned to"),
        help=_l("Whose work it was."),
    ),
    Field(
        "next_step",
        _l("Next step"),
        Text(max_length=300),
        aliases=("próximo paso", "prochaine étape", "next step"),
    ),
    Field(
        "text",
        _l("Text"),
        LongText(),
        wide=True,
        quick=True,
        aliases=("texto", "notas", "texte", "notes", "comments", "description"),
        help=_l("@ and a name tells that person."),
    ),
)

INTERACTIONS = Resource(
    name="interactions",
    model=Interaction,
    label=_l("Interaction"),
    plural=_l("Interactions"),
    icon="messages",
    hue="teal",
    fields=FIELDS,
    groups=(("general", _l("General")), ("participants", _l("Participants"))),
    columns=("subject", "record", "kind", "at", "outcome", "person", "minutes"),
    filters=("record", "kind", "outcome", "direction", "person", "at", "minutes", "next_step"),
    quick_filters=("record", "kind", "outcome", "person", "at"),
    views=(
        SavedFilter("mine", _l("Mine"), "person=~me"),
        SavedFilter("today", _l("Today"), "at.last_days=1"),
        SavedFilter("week", _l("Last 7 days"), "at.last_days=7"),
        SavedFilter("calls", _l("Calls"), "kind=~call"),
        SavedFilter("mails", _l("E-mails"), "kind=~email"),
        SavedFilter("meetings", _l("Meetings and visits"), "kind=~meeting&kind=~visit"),
    ),
    title="subject",
    search=("subject", "text", "next_step"),
    owner="person_id",
    sort="-at",
    checks=(rules.check_moment, rules.name_it),
    before_write=(rules.keep_places,),
    after_all=(rules.touch, mentions.keep_mentions),
    children=(PARTICIPANTS,),
    beside=Beside(at="at", answers=rules.answers),
    menu_order=60,
    empty_text=_l("They are written down on the right of a record."),
)
