"""What a merge will do, worked out before it is done: which record stays, whose value each field keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.access.actor import Scope
from core.fields import Many, RecordRef, Tags
from core.i18n import _
from core.resources.context import Refused, WriteContext
from core.resources.declare import Field, Resource
from core.resources.read import Stored, find_many

MOST = 10
"""So many records are merged at once; nobody could look over more."""


@dataclass
class MergePlan:
    """A merge of `gone` into `keep`, as an app may still change it (`merge_records`) before it is shown or done.

    `sources` says of which record (its id) each field keeps the value, `mains` whose main row of a child stays it.
    """

    resource: Resource
    keep: Stored
    gone: tuple[Stored, ...]
    sources: dict[str, int] = field(default_factory=dict)
    mains: dict[str, int] = field(default_factory=dict)
    ties: dict[str, str] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    columns: dict[str, Any] = field(default_factory=dict)
    staying: set[sa.Table] = field(default_factory=set)

    @property
    def records(self) -> tuple[Stored, ...]:
        return (self.keep, *self.gone)

    @property
    def gone_ids(self) -> list[int]:
        return [each.id for each in self.gone]

    def stored(self, id: int) -> Stored:
        return next(each for each in self.records if each.id == id)

    def tie(self, leader: str, *followers: str) -> None:
        """The followers' values come from the record that the leader's value comes from (an amount and its currency)."""
        if self.resource.has_field(leader):
            self.ties |= {name: leader for name in followers if self.resource.has_field(name)}

    def settle(self, name: str, id: int) -> None:
        """A rule says that the field keeps this record's value; nobody is asked."""
        self.sources[name] = id
        self.settled.add(name)

    def set_column(self, attribute: str, value: Any) -> None:
        """What the record that stays shall have in an attribute that is no field of its own."""
        self.columns[attribute] = value

    def leave(self, model: type[Any]) -> None:
        """Rows of this table that point to the records that go are not moved; they go, and come back, with them."""
        self.staying.add(model.__table__)

    def source_of(self, name: str) -> int:
        """The record whose value a field keeps."""
        return self.sources.get(self.ties.get(name, name), self.keep.id)

    def value_of(self, declared: Field) -> Any:
        """What the merged record will hold."""
        if is_united(declared):
            found = [value for each in self.records for value in each.value(declared) or ()]
            return tuple(dict.fromkeys(found)) or None
        return self.said(self.stored(self.source_of(declared.name)), declared)

    def said(self, stored: Stored, declared: Field) -> Any:
        """What one of the records says in a field; nothing where it only points at another of them."""
        value = stored.value(declared)
        kind = declared.kind
        if isinstance(kind, RecordRef) and kind.resource == self.resource.name:
            return None if value in (self.keep.id, *self.gone_ids) else value
        return value


def make_plan(
    context: WriteContext,
    resource: Resource,
    ids: Sequence[int],
    *,
    keep: int | None = None,
    sources: Mapping[str, int] | None = None,
    mains: Mapping[str, int] | None = None,
) -> MergePlan:
    """The plan for these records; what nobody chose is chosen so that nothing that is filled gives way to nothing.

    Without `keep` the fullest record stays, of equally full ones the oldest.

    Raises:
        Refused: there are too few or too many, one is missing or out of sight, or a rule is against it.
    """
    wanted = list(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MOST:
        raise Refused(_("Choose from two to %(most)s records to merge.", most=MOST), "number")
    found = find_many(context.session, resource, wanted)
    if len(found) < len(wanted) or (keep is not None and keep not in wanted):
        raise Refused(_("One of these records is no longer there."), "absent")
    ordered = sorted(found, key=lambda each: (-_fullness(each), each.record.created_at, each.id))
    if keep is not None:
        ordered.sort(key=lambda each: each.id != keep)
    plan = MergePlan(resource, ordered[0], tuple(ordered[1:]))
    for declared in asked_fields(resource):
        plan.sources[declared.name] = _safe_source(plan, declared, context)
    for child in (each for each in resource.children if each.has_main):
        plan.mains[child.name] = _safe_main(plan, [child.mirrors[name] for name in child.mirrors])
    _take_choices(plan, sources or {}, mains or {})
    for _plugin, _value in context.house.hooks.strict("merge_records", plan=plan, context=context):
        pass
    return plan


def asked_fields(resource: Resource) -> Iterator[Field]:
    """The fields of which one value stays: not those that are united, mirrored from a main row, or not kept at all."""
    mirrored = {own for child in resource.children for own in child.mirrors.values()}
    attributes = sa.inspect(resource.model).columns.keys()
    for declared in resource.fields:
        kept = declared.side is not None or declared.attribute in attributes
        if declared.writable and kept and not is_united(declared) and declared.name not in mirrored:
            yield declared


def is_united(declared: Field) -> bool:
    """Whether the merged record holds all values of all records (tags)."""
    return isinstance(declared.kind, (Tags, Many))


def is_filled(value: Any) -> bool:
    return value not in (None, "", ())


def _fullness(stored: Stored) -> int:
    return sum(is_filled(stored.value(declared)) for declared in stored.resource.fields)


def _safe_source(plan: MergePlan, declared: Field, context: WriteContext) -> int:
    if is_filled(plan.said(plan.keep, declared)) or not _may_take(plan.resource, declared, context):
        return plan.keep.id
    return next((each.id for each in plan.gone if is_filled(plan.said(each, declared))), plan.keep.id)


def _may_take(resource: Resource, declared: Field, context: WriteContext) -> bool:
    """Whether this person may give the record that stays another's owner."""
    actor = context.actor
    return (
        declared.attribute != resource.owner
        or actor is None
        or actor.scope(resource.name, "assign") is Scope.ALL
    )


def _safe_main(plan: MergePlan, mirrors: Sequence[str]) -> int:
    declared = [plan.resource.field(name) for name in mirrors if plan.resource.has_field(name)]
    telling = [each for each in declared if each.default is None]
    return next(
        (each.id for each in plan.records if any(is_filled(each.value(one)) for one in telling)), plan.keep.id
    )


def _take_choices(plan: MergePlan, sources: Mapping[str, int], mains: Mapping[str, int]) -> None:
    known = {each.id for each in plan.records}
    for name, id in (*sources.items(), *mains.items()):
        place = plan.mains if name in plan.mains else plan.sources
        if name not in place or id not in known:
            raise Refused(_("“%(field)s” cannot be chosen so.", field=name), "choice")
        place[name] = id
