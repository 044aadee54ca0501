"""The interactions of a record as a strand of its timeline: read a page at a time, with all that hangs on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import (
    Formats,
    ReferenceItem,
    Resource,
    Seek,
    Strand,
    Told,
    Words,
    _l,
    file_lines,
    found_by,
    reached_rows,
    title_of,
)
from plugins.crm_interactions.mailing.shown import mails_of
from plugins.crm_interactions.models import IN, Interaction, Mention, Participant
from plugins.crm_interactions.timeline.meanings import ICONS, USUAL
from plugins.crm_interactions.timeline.wording import says, text_html

INTERACTIONS = "interactions"
KINDS = "interaction_kinds"


@dataclass(frozen=True)
class Shown:
    """An interaction as the timeline draws it."""

    id: int
    kind: ReferenceItem | None
    outcome: ReferenceItem | None
    incoming: bool | None
    minutes: int | None
    subject: str
    text: Markup
    next_step: str
    person: str
    writer: str
    """Who wrote it down, where that is somebody else."""
    participants: Sequence[str]
    place: str
    """Where it stands: the address of its record's page with the timeline open at it."""
    files: Sequence[Any] = ()
    editable: bool = False
    deletable: bool = False
    also: Sequence[Markup] = field(default_factory=tuple)
    """What else is told of it: whether a mail has left."""


def read(seek: Seek) -> list[Told]:
    """The next interactions of the record, in one query and one for each sort of thing that hangs on them."""
    wanted = sa.select(Interaction).where(
        Interaction.resource == seek.resource.name, Interaction.record_id == seek.record.id
    )
    if seek.before is not None:
        wanted = wanted.where(seek.before.criterion(Interaction.at, Interaction.id))
    if seek.kind.isdecimal():
        wanted = wanted.where(Interaction.kind_id == int(seek.kind[:18]))
    if seek.text:
        wanted = wanted.where(found_by(seek.session, _declared(seek), seek.text))
    rows = seek.session.scalars(
        wanted.order_by(Interaction.at.desc(), Interaction.id.desc()).limit(seek.limit)
    ).all()
    return [told_of(row, shown) for row, shown in zip(rows, shown_of(seek, rows), strict=True)]


def told_of(row: Interaction, shown: Shown) -> Told:
    """The entry of one interaction."""
    meaning = (shown.kind.meaning if shown.kind else None) or ""
    return Told(
        row.id,
        row.at,
        Markup(render_template("crm_interactions/timeline/told.html", each=shown)),
        ICONS.get(meaning, USUAL),
        shown.kind.hue if shown.kind else "slate",
        anchor_of(row.id),
    )


def anchor_of(id: int) -> str:
    """The id of an interaction's line in the page."""
    return f"interaction-{id}"


def place_of(row: Interaction) -> str:
    """The address that leads to an interaction on its record's timeline."""
    entry, anchor = f"{INTERACTIONS}.{row.id}", anchor_of(row.id)
    return url_for("resources.record", resource=row.resource, id=row.record_id, entry=entry, _anchor=anchor)


def shown_of(seek: Seek, rows: Sequence[Interaction]) -> list[Shown]:
    """These interactions as the reader sees them."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    declared, references = _declared(seek), seek.formats.references
    files = file_lines(seek.session, INTERACTIONS, ids, seek.formats)
    took_part = _participants(seek.session, ids, seek.formats)
    named = _mentioned(seek.session, ids, seek.formats)
    may_edit, may_delete = (
        reached_rows(seek.session, seek.actor, declared, rows, action)
        if seek.actor.may(INTERACTIONS, action)
        else set[int]()
        for action in ("edit", "delete")
    )
    mails = mails_of(seek.session, ids, may_edit)
    return [
        Shown(
            row.id,
            references.get(KINDS, row.kind_id),
            references.get("outcomes", row.outcome_id),
            None if row.direction is None else row.direction == IN,
            row.minutes,
            row.subject if says(row.subject, row.text or _title(row, seek)) else "",
            text_html(row.text, named.get(row.id, ())) if row.text else Markup(""),
            row.next_step or "",
            _name(row.person_id, seek.formats),
            _name(row.created_by_id, seek.formats) if row.created_by_id != row.person_id else "",
            took_part.get(row.id, ()),
            place_of(row),
            files.get(row.id, ()),
            row.id in may_edit,
            row.id in may_delete,
            mails.get(row.id, ()),
        )
        for row in rows
    ]


def kinds_of(formats: Formats) -> list[tuple[str, Words]]:
    """The kinds by which the strand can be narrowed, as an administrator calls them."""
    return [(str(item.id), item.name) for item in formats.references.items(KINDS)]


def moment_of(session: Session, id: int) -> datetime | None:
    """When an interaction was, if the session's person may see it."""
    return session.scalar(sa.select(Interaction.at).where(Interaction.id == id))


def strands(resource: Resource) -> list[Strand]:
    """The strand of interactions, for a resource that has a timeline."""
    if not resource.timeline:
        return []
    return [
        Strand(
            INTERACTIONS,
            _l("Interactions"),
            read,
            kinds=kinds_of,
            permission=(INTERACTIONS, "view"),
            moment_of=moment_of,
        )
    ]


def _title(row: Interaction, seek: Seek) -> str:
    """How an interaction without a text is called by itself: by its kind and its record."""
    kind = seek.formats.references.get(KINDS, row.kind_id)
    return " · ".join(filter(None, (kind.name if kind else "", title_of(seek.resource, seek.record))))


def _declared(seek: Seek) -> Resource:
    return seek.house.resources[INTERACTIONS]


def _participants(session: Session, ids: Sequence[int], formats: Formats) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    wanted = sa.select(Participant).where(Participant.interaction_id.in_(ids))
    for row in session.scalars(wanted.order_by(Participant.position, Participant.id)):
        if name := _name(row.user_id, formats) or row.name or row.address:
            found[row.interaction_id].append(name)
    return found


def _mentioned(session: Session, ids: Sequence[int], formats: Formats) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    wanted = sa.select(Mention.interaction_id, Mention.user_id).where(Mention.interaction_id.in_(ids))
    for interaction_id, user_id in session.execute(wanted):
        if name := _name(user_id, formats):
            found[interaction_id] += [name, name.split()[0]]
    return found


def _name(user_id: int | None, formats: Formats) -> str:
    item = formats.references.get("users", user_id)
    return item.name if item else ""
