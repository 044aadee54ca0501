"""What the host itself tells of: a record was given to somebody, or one that somebody follows has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.service import actor_for
from core.declare import NotificationKind
from core.house import House
from core.i18n import _, _l
from core.notifications.service import notify, people_who_follow
from core.resources.context import WriteContext
from core.resources.declare import Resource
from core.resources.rights import may, title_of

ASSIGNED, FOLLOWED, REMOVED, SHARED = "assigned", "followed", "followed_removed", "shared"
BESIDE = "beside"
"""Names the sentence of what is new beside a record."""
MOST_TOLD = 20
"""Of so many records given to one person at once each is told; of more, that there are so many."""
TOGETHER = "heard together"
"""Where a session keeps what is collected."""

KINDS = (
    NotificationKind(
        ASSIGNED,
        _l("A record is given to me"),
        _l("%(actor)s gave you “%(record)s”"),
        "user-check",
        mail=True,
    ),
    NotificationKind(
        "assigned_many",
        _l("Many records are given to me"),
        _l("%(actor)s gave you %(count)s records"),
        "user-check",
        mail=True,
    ),
    NotificationKind(
        SHARED,
        _l("A record is shared with me"),
        _l("%(actor)s shared “%(record)s” with you"),
        "users",
        mail=True,
    ),
    NotificationKind(
        FOLLOWED,
        _l("A record I follow changes"),
        _l("%(actor)s changed “%(record)s”: %(fields)s"),
        "star",
        sentences={BESIDE: _l("%(actor)s wrote down on “%(record)s”: %(what)s")},
    ),
    NotificationKind(
        REMOVED, _l("A record I follow is deleted"), _l("%(actor)s deleted “%(record)s”"), "star"
    ),
)
SILENT = frozenset({"import", "command", "conversion", "series"})
"""Sources that bring in too much to tell of each record, or give nobody anything that was not theirs."""


def tell_of_new(
    context: WriteContext, resource: Resource, records: Sequence[Any], *, by_rule: Collection[int] = ()
) -> None:
    """Who was given new records by somebody else, or by a rule (their ids), hears of it; the caller commits.

    Of what lies beside a record, its followers hear.
    """
    if context.source in SILENT:
        return
    if resource.beside is not None and not resource.beside.optional:
        _tell_of_beside(context, resource, records)
    if resource.owner is None:
        return
    _tell_owners(context, resource, [record for record in records if record.id not in by_rule])
    dealt = [record for record in records if record.id in by_rule]
    if dealt:
        _tell_owners(replace(context, actor=None), resource, dealt)


def tell_of_dealt(context: WriteContext, resource: Resource, given: Mapping[int, int]) -> None:
    """Who was given many records, one after the other, hears once how many: {user id: number}."""
    for owner, number in given.items():
        values = {"actor": _name(context), "count": number}
        notify(context.session, [owner], "assigned_many", values, url=_list_of_mine(resource))


@dataclass
class Heard:
    """Records of one resource whose new owners have not been told yet, by id."""

    resource: Resource
    records: dict[int, Any] = field(default_factory=dict)

    def numbers(self, context: WriteContext) -> Counter[int]:
        """How many each owner got of somebody else."""
        owners = (getattr(record, self.resource.owner or "") for record in self.records.values())
        return Counter(owner for owner in owners if owner is not None and owner != _me(context))


@contextmanager
def heard_together(context: WriteContext, resource: Resource) -> Iterator[Heard]:
    """Within, nobody hears of each record that is given to them: what is given is collected, to be told at once."""
    heard = Heard(resource)
    context.session.info[TOGETHER] = heard
    try:
        yield heard
    finally:
        del context.session.info[TOGETHER]


def tell_of_heard(context: WriteContext, heard: Heard) -> None:
    """The new owners of what was collected hear of it, of many that there are so many. The caller commits."""
    if heard.records:
        _tell_owners(context, heard.resource, list(heard.records.values()))


def tell_of_changes(
    context: WriteContext, resource: Resource, changed: Sequence[tuple[Any, Mapping[str, Any]]]
) -> None:
    """New owners and followers hear of changes: (record, {field: [old, new]}). The caller commits."""
    if context.source in SILENT or not changed:
        return
    owner_field = resource.owner_field
    if owner_field is not None:
        _tell_owners(context, resource, [record for record, told in changed if owner_field.name in told])
    followers = people_who_follow(context.session, resource.name, [record.id for record, _told in changed])
    for record, told in changed:
        names = [
            str(resource.field(name).label) if resource.has_field(name) else name for name in list(told)[:5]
        ]
        _tell_followers(
            context, resource, record, followers.get(record.id, set()), FOLLOWED, {"fields": ", ".join(names)}
        )


def tell_of_deletion(context: WriteContext, resource: Resource, records: Sequence[Any]) -> None:
    """Followers hear that a record is gone; call before it goes. The caller commits."""
    if context.source in SILENT:
        return
    followers = people_who_follow(context.session, resource.name, [record.id for record in records])
    for record in records:
        _tell_followers(context, resource, record, followers.get(record.id, set()), REMOVED, {})


def _tell_owners(context: WriteContext, resource: Resource, records: Sequence[Any]) -> None:
    together: Heard | None = context.session.info.get(TOGETHER)
    if together is not None and together.resource is resource:
        together.records |= {record.id: record for record in records}
        return
    me = _me(context)
    given: dict[int, list[Any]] = {}
    for record in records:
        owner = getattr(record, resource.owner or "")
        if owner is not None and owner != me:
            given.setdefault(owner, []).append(record)
    for owner, theirs in given.items():
        if len(theirs) > MOST_TOLD:
            values = {"actor": _name(context), "count": len(theirs)}
            notify(context.session, [owner], "assigned_many", values, url=_list_of_mine(resource))
            continue
        for record in theirs:
            values = {"actor": _name(context), "record": title_of(resource, record)}
            notify(context.session, [owner], ASSIGNED, values, resource=resource.name, record_id=record.id)


def _tell_of_beside(context: WriteContext, resource: Resource, records: Sequence[Any]) -> None:
    """The followers of the records beside which these new ones lie."""
    by_place: dict[str, dict[int, list[Any]]] = {}
    for record in records:
        by_place.setdefault(record.resource, {}).setdefault(record.record_id, []).append(record)
    for name, by_id in by_place.items():
        place = context.house.resources.get(name)
        followers = people_who_follow(context.session, name, list(by_id)) if place is not None else {}
        if place is None or not followers:
            continue
        known = context.session.scalars(sa.select(place.model).where(place.model.id.in_(followers)))
        for beside in known:
            for record in by_id[beside.id]:
                values = {"what": title_of(resource, record), "sentence": BESIDE}
                url = f"/{resource.name}/{record.id}"
                _tell_followers(context, place, beside, followers[beside.id], FOLLOWED, values, url)


def _list_of_mine(resource: Resource) -> str:
    """The address of the reader's own records of a resource."""
    field = resource.owner_field
    return f"/{resource.name}?{field.name}=~me" if field is not None else f"/{resource.name}"


def _tell_followers(
    context: WriteContext,
    resource: Resource,
    record: Any,
    followers: set[int],
    kind: str,
    values: Mapping[str, Any],
    url: str = "",
) -> None:
    them = [
        user_id
        for user_id in followers - {_me(context)}
        if _sees(context.session, context.house, resource, record, user_id)
    ]
    if them:
        told = {"actor": _name(context), "record": title_of(resource, record), **values}
        gone = kind == REMOVED
        notify(
            context.session,
            them,
            kind,
            told,
            resource=None if gone else resource.name,
            record_id=None if gone else record.id,
            url=url,
        )


def _sees(session: Session, house: House, resource: Resource, record: Any, user_id: int) -> bool:
    try:
        reader = actor_for(session, user_id)
    except LookupError:  # may no longer sign in
        return False
    return may(resource, record, "view", reader, house)


def _me(context: WriteContext) -> int | None:
    if context.because:  # what a rule does in somebody's name is news to them too
        return None
    return context.actor.user_id if context.actor else None


def _name(context: WriteContext) -> str:
    if context.because:
        return _("The rule “%(name)s”", name=context.because)
    return (context.actor.name or context.actor.email) if context.actor else "Prospecto"
