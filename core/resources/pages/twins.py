"""The soft word about duplicates while a form is filled in; who may not see the other record is told nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.fields.kind import Invalid
from core.i18n import Text
from core.resources.identity import find_matches, keys_of
from core.resources.pages.here import Here
from core.resources.rights import title_of


@dataclass(frozen=True)
class Twin:
    """A visible record that shares a key with what was typed."""

    title: str
    href: str
    kind: Text
    key: Text


def twins_of(here: Here, raw: Mapping[str, Any], own: int = 0) -> list[Twin]:
    """Records with the same document, e-mail or phone that this person may see; `own` is the record being changed."""
    values = {}
    for name, text in raw.items():
        declared = here.resource.field(name)
        try:
            values[name] = declared.kind.parse(text, declared, here.reading)
        except Invalid:
            continue
    found: list[Twin] = []
    for key in keys_of(here.resource, values):
        match = find_matches(here.session, here.house, here.resource, [[key]])[0]
        if (
            match is None
            or match.record_id is None
            or (match.resource == here.resource.name and match.record_id == own)
        ):
            continue
        kin = here.house.resources[match.resource]
        record = here.session.scalars(sa.select(kin.model).where(kin.model.id == match.record_id)).first()
        if record is not None and here.actor.may(kin.name, "view"):
            href = f"{here.address.rsplit('/', 1)[0]}/{kin.name}/{record.id}"
            twin = Twin(title_of(kin, record), href, kin.label, match.key.label)
            if all(each.href != twin.href for each in found):
                found.append(twin)
    return found
