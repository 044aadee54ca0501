"""The soft word about duplicates while a form is filled in; who may not see the other record is told at most that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.fields.kind import Invalid
from core.i18n import Text
from core.merging.apart import apart_among, pair_of
from core.merging.settings import TELL_HIDDEN
from core.resources.declare import IdentityKey, Resource
from core.resources.identity import keys_of, kin_of
from core.resources.pages.here import Here
from core.resources.rights import title_of
from core.settings import settings_of

MOST = 3
"""So many records are named; that there are more changes nothing."""


@dataclass(frozen=True)
class Twin:
    """A record that shares a key with what was typed; `hint`: the key alone (a name) does not make it the same.

    Of one that is out of sight nothing is told but that it is: `href` is empty.
    """

    key: Text
    title: str = ""
    href: str = ""
    kind: Text = ""
    hint: bool = False


def twins_of(here: Here, raw: Mapping[str, Any], own: int = 0) -> list[Twin]:
    """Records with the same document, e-mail, phone or name that this person may see; `own` is the one being changed.

    Where the administrator allows it, also that there is one they may not see.
    """
    keys = keys_of(here.resource, _values(here, raw), hints=True)
    tell_hidden = bool(settings_of(here.session).get(TELL_HIDDEN))
    found: dict[tuple[str, int], Twin] = {}
    hidden: dict[str, Twin] = {}
    for key, value in keys:
        for kin, of_kin in _kin_with(here, key):
            seen = _seen(here, kin, of_kin, value) if here.actor.may(kin.name, "view") else []
            for record in seen:
                href = f"{here.address.rsplit('/', 1)[0]}/{kin.name}/{record.id}"
                twin = Twin(key.label, title_of(kin, record), href, kin.label, key.hint)
                found.setdefault((kin.name, record.id), twin)
            if tell_hidden and not seen and not key.hint and _is_there(here, kin, of_kin, value, own):
                hidden[key.name] = Twin(key.label)
    mine = (here.resource.name, own)
    found.pop(mine, None)
    apart = apart_among(here.session, [mine, *found]) if own and found else set()
    return [
        *(twin for place, twin in found.items() if pair_of(mine, place) not in apart),
        *(() if found else hidden.values()),
    ][:MOST]


def _values(here: Here, raw: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for name, text in raw.items():
        declared = here.resource.field(name)
        try:
            values[name] = declared.kind.parse(text, declared, here.reading)
        except Invalid:
            continue
    return values


def _kin_with(here: Here, key: IdentityKey) -> Iterator[tuple[Resource, IdentityKey]]:
    """The kinds of record among which this key counts."""
    for kin in kin_of(here.house, here.resource):
        of_kin = next((each for each in kin.identity if each.name == key.name), None)
        if of_kin is not None:
            yield kin, of_kin


def _seen(here: Here, kin: Resource, key: IdentityKey, value: str) -> Sequence[Any]:
    return here.session.scalars(
        sa.select(kin.model).where(_has(kin, key, value)).order_by(kin.model.id).limit(MOST + 1)
    ).all()


def _is_there(here: Here, kin: Resource, key: IdentityKey, value: str, own: int) -> bool:
    """Whether anybody has such a record, besides the one being changed."""
    statement = sa.select(kin.model.id).where(_has(kin, key, value)).limit(1)
    if kin is here.resource and own:
        statement = statement.where(kin.model.id != own)
    return here.session.scalar(statement, execution_options={"unscoped": True}) is not None


def _has(kin: Resource, key: IdentityKey, value: str) -> Any:
    return sa.or_(*(getattr(kin.model, name) == value for name in key.attributes))
