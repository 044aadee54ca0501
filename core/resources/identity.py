"""Duplicates: records that share a document, an e-mail or a phone, found for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.house import House
from core.resources.declare import IdentityKey, Resource


@dataclass(frozen=True)
class Match:
    """A stored record, or an earlier draft of the same batch (`record_id` None, `row` its number), with the same key."""

    resource: str
    record_id: int | None
    key: IdentityKey
    value: str
    row: int | None = None


def keys_of(
    resource: Resource, values: Mapping[str, Any], *, hints: bool = False
) -> list[tuple[IdentityKey, str]]:
    """The keys a record with these values has; those that are only hints (a name) where they are asked for."""
    return [
        (key, value)
        for key in resource.identity
        if hints or not key.hint
        for value in key.keys(values)
        if value
    ]


def find_matches(
    session: Session,
    house: House,
    resource: Resource,
    wanted: Sequence[list[tuple[IdentityKey, str]]],
    *,
    kin: bool = True,
) -> list[Match | None]:
    """For each list of keys the first stored record that has one of them, in the resource itself or (`kin`) its kin.

    One query per key and resource, whatever the number of drafts. Looks at all records, whoever's they are: the
    answer is for rules, not for eyes; what is shown of a match is the caller's care.
    """
    by_key: dict[str, set[str]] = defaultdict(set)
    for keys in wanted:
        for key, value in keys:
            by_key[key.name].add(value)
    holders: dict[tuple[str, str], tuple[str, int]] = {}
    for each in kin_of(house, resource) if kin else [resource]:
        for key in each.identity:
            if by_key.get(key.name):
                _collect(session, each, key, by_key[key.name], holders)
    return [
        next(
            (
                Match(*holders[key.name, value], key, value)
                for key, value in keys
                if (key.name, value) in holders
            ),
            None,
        )
        for keys in wanted
    ]


def kin_of(house: House, resource: Resource) -> list[Resource]:
    """The resource and those enabled ones among which duplicates count."""
    return [resource, *(house.resources[name] for name in resource.identity_with if name in house.resources)]


def _collect(
    session: Session,
    kin: Resource,
    key: IdentityKey,
    values: set[str],
    holders: dict[tuple[str, str], tuple[str, int]],
) -> None:
    ordered = sorted(values)
    for attribute in key.attributes:
        column = getattr(kin.model, attribute)
        for start in range(0, len(ordered), 500):
            rows = session.execute(
                sa.select(column, sa.func.min(kin.model.id))
                .where(column.in_(ordered[start : start + 500]))
                .group_by(column),
                execution_options={"unscoped": True},
            )
            for value, record_id in rows:
                holders.setdefault((key.name, value), (kin.name, record_id))
