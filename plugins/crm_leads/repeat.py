"""Repeat leads: whoever inquires and is a client already. Recognised on entry, whatever the door; and who is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import (
    Boolean,
    Draft,
    Field,
    Formats,
    RecordRef,
    SavedFilter,
    Setting,
    SideTable,
    WriteContext,
    _,
    _l,
    find_matches,
    keys_of,
)
from plugins.crm_leads.models import Lead, RepeatException

UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Whoever's the client is, the lead is a repeat one; what is shown of the client is for the field to know."""

KEYS = ("document", "email", "phone")
"""By what a client is recognised; a name alone is no proof."""

CLIENT = Field(
    "client",
    _l("Known client"),
    RecordRef("clients"),
    aliases=("cliente conocido", "client connu", "existing client"),
    help=_l("Who inquires and is a client already. A lead with a client is a repeat lead."),
)


@dataclass(frozen=True)
class RepeatMark(Boolean):
    """Yes or no, drawn as the word “Repeat” in its colour where it is yes."""

    name: ClassVar[str] = "boolean"

    def html(self, value: bool | None, formats: Formats) -> Markup:
        if not value:
            return super().html(None, formats)
        return Markup('<span class="state h-violet" title="{}">{}</span>').format(
            _("Is a client already"), _("Repeat")
        )


REPEAT = Field(
    "is_repeat",
    _l("Repeat lead"),
    RepeatMark(),
    writable=False,
    aliases=("prospecto repetido", "prospect récurrent"),
)

VIEW = SavedFilter("repeat", _l("Repeat"), "status=~open&is_repeat=1")

SETTINGS = (
    Setting(
        "repeat",
        _l("Recognise repeat leads"),
        Boolean(),
        default=True,
        help=_l("A new lead that matches a client is marked as repeat and linked with that client."),
    ),
    Setting("repeat_by_document", _l("By document number"), Boolean(), default=True),
    Setting("repeat_by_email", _l("By e-mail"), Boolean(), default=True),
    Setting(
        "repeat_by_phone",
        _l("By phone"),
        Boolean(),
        default=True,
        help=_l("Clients of whom “Leads are never repeat” is ticked are left out."),
    ),
)

NEVER_REPEAT = Field(
    "never_repeat",
    _l("Leads are never repeat"),
    Boolean(),
    side=SideTable(RepeatException, "client_id"),
    help=_l(
        "New leads that match this client are not linked with it: a marketplace, a partner who passes leads on."
    ),
)


def recognise(written: Sequence[tuple[Lead, Draft]], context: WriteContext) -> None:
    """Link new leads with the client they match, all at once, and keep the mark in step with the link."""
    fresh = [(lead, draft) for lead, draft in written if draft.is_new and lead.client_id is None]
    keys = _keys_asked(context)
    wanted = [
        [(key, value) for key, value in keys_of(draft.resource, draft.values) if key.name in keys]
        for _lead, draft in fresh
    ]
    clients = context.house.resources["clients"]
    found = find_matches(context.session, context.house, clients, wanted, kin=False) if any(wanted) else ()
    known = {match.record_id for match in found if match is not None and match.record_id is not None}
    known -= _left_out(context.session, known)
    for (lead, _draft), match in zip(fresh, found, strict=False):
        if match is not None and match.record_id in known:
            lead.client_id = match.record_id
    for lead, draft in written:
        if draft.is_new or "client" in draft.values:
            lead.is_repeat = lead.client_id is not None


def let_go(session: Session, client_id: int) -> None:
    """Leads of a client that is about to be deleted are nobody's repeat leads any more."""
    session.execute(
        sa.update(Lead)
        .where(Lead.client_id == client_id)
        .values(client_id=None, is_repeat=False)
        .execution_options(synchronize_session=False),
        **UNSCOPED,
    )


def repeat_mark(lead: Lead, formats: Formats) -> Markup | None:
    """What stands beside a repeat lead's name."""
    return REPEAT.kind.html(True, formats) if lead.is_repeat else None


def _keys_asked(context: WriteContext) -> frozenset[str]:
    """By which keys a client is looked for; by none where repeat leads are off."""
    settings = context.settings
    if not settings.get("leads.repeat"):
        return frozenset()
    return frozenset(key for key in KEYS if settings.get(f"leads.repeat_by_{key}"))


def _left_out(session: Session, ids: set[int]) -> set[int]:
    """Those of these clients whose leads are never repeat."""
    if not ids:
        return set()
    wanted = sa.select(RepeatException.client_id).where(
        RepeatException.client_id.in_(sorted(ids)), RepeatException.never_repeat.is_(True)
    )
    return set(session.scalars(wanted, **UNSCOPED))
