"""Cards beside a client: the people of a company, and clients or leads that share a document, an e-mail or a phone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Panel, Resource, Words, _l, current_house, db, keys_of
from plugins.crm_clients.models import Client

SHOWN = 8
"""A card names so many; what more there is stands in the list."""


@dataclass(frozen=True)
class Relative:
    """A record that has something in common with another; `words` says what."""

    resource: Resource
    id: int
    name: str
    number: str
    words: Sequence[Words]


def relatives(
    session: Session, record: Any, among: Sequence[Resource], *, besides: Collection[tuple[str, int]] = ()
) -> list[Relative]:
    """Records of these resources that share a key with this one, of those the session's person may see: one query.

    `besides` are (resource, id) that are told elsewhere.
    """
    own = next(each for each in current_house().resources.values() if isinstance(record, each.model))
    values = {field.name: field.kind.load(record, field) for field in own.own_fields}
    by_key: dict[str, list[str]] = {}
    for key, value in keys_of(own, values, hints=True):
        by_key.setdefault(key.name, []).append(value)
    arms = [
        sa.select(_first(resource, key.name, attribute, by_key[key.name]))
        for resource in among
        for key in resource.identity
        if key.name in by_key
        for attribute in key.attributes
    ]
    if not arms:
        return []
    labels = {key.name: key.label for key in own.identity}
    hidden = {*besides, (own.name, record.id)}
    found: dict[tuple[str, int], Relative] = {}
    by_name = {each.name: each for each in among}
    for resource_name, id, name, number, key_name in session.execute(sa.union_all(*arms)):
        at = (resource_name, id)
        if at in hidden:
            continue
        words = (*(found[at].words if at in found else ()), labels[key_name])
        found[at] = Relative(by_name[resource_name], id, name, number or "", tuple(dict.fromkeys(words)))
    # what more is shared says more; a name alone says least
    return sorted(found.values(), key=lambda each: (-len(each.words), each.resource.name, -each.id))[:SHOWN]


def draw_relatives(found: Sequence[Relative]) -> Markup | None:
    """The lines of a card; no card where there is nobody."""
    return Markup(render_template("crm_clients/related.html", found=found)) if found else None


def same_clients(client: Client) -> Markup | None:
    """Other clients with the same document, e-mail, phone or name: branches, or one and the same."""
    clients = current_house().resources["clients"]
    return draw_relatives(relatives(db.session(), client, [clients]))


def people_of(client: Client) -> Markup | None:
    """The people who belong to a company, of those the reader may see, and a way to add one."""
    if client.kind != "company":
        return None
    wanted = sa.select(Client).where(Client.company_id == client.id)
    people = db.session.scalars(wanted.order_by(Client.name_folded, Client.id).limit(SHOWN + 1)).all()
    may_add = g.actor.may("clients", "create")
    if not people and not may_add:
        return None
    return Markup(
        render_template(
            "crm_clients/people.html",
            company=client,
            people=people[:SHOWN],
            more=len(people) > SHOWN,
            may_add=may_add,
        )
    )


PEOPLE = Panel("people", _l("People"), people_of, permission=("clients", "view"))
SAME_CLIENTS = Panel("same_clients", _l("Related clients"), same_clients, permission=("clients", "view"))


def _first(resource: Resource, key: str, attribute: str, values: Sequence[str]) -> Any:
    """The newest records that have one of these values there; each attribute by its own index."""
    model = resource.model
    column, wanted = getattr(model, attribute), sorted(set(values))
    subtitle = resource.field(resource.subtitle).attribute if resource.subtitle else None
    return (
        sa.select(
            sa.literal(resource.name).label("resource"),
            model.id.label("id"),
            getattr(model, resource.field(resource.title).attribute).label("name"),
            (getattr(model, subtitle) if subtitle else sa.null()).label("number"),
            sa.literal(key).label("key"),
        )
        # of one value the index knows the newest without sorting
        .where(column == wanted[0] if len(wanted) == 1 else column.in_(wanted))
        .order_by(model.id.desc())
        .limit(SHOWN + 1)
        .subquery()
    )
