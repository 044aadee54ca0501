"""The same done to many records: a few at once in one transaction, many by a job in steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.assignment.sharing import SHARE, Sharing
from core.db import db, writing
from core.declare import JobType
from core.fields import Reading, Tags
from core.fields.kind import Invalid
from core.formats import reading_for
from core.host.dispatch import PluginError
from core.i18n import _, _l, ngettext
from core.jobs import Job
from core.notifications.watch import heard_together, tell_of_dealt, tell_of_heard
from core.records.undo import remember_change, remember_deletion, undo
from core.resources.context import Refused, WriteContext, write_context
from core.resources.declare import Resource
from core.resources.query import ListQuery, filtered, read_query
from core.resources.read import Stored, find_many
from core.resources.rights import title_of
from core.resources.shortcuts import press, shortcut_of
from core.resources.write import NotValid, change, delete
from core.text import fold

AT_ONCE = 200
STEP = 100
DELETE, TAG, UNTAG, EDIT, PRESS = "delete", "tag", "untag", "edit", "press"
JOB, UNDO_JOB = "core.bulk", "core.bulk-undo"
MOST_TO_UNDO = 20_000
"""Of a job on more records nothing is remembered that would take it back."""


@dataclass(frozen=True)
class Deed:
    """What is to be done: delete, give a field a value (`tag` adds, `untag` takes away), share out, or press a shortcut.

    `more` are values of other fields that go with it: what a status asks for.
    """

    action: str
    field: str = ""
    value: Any = None
    more: Mapping[str, Any] = kept(default_factory=dict)


@dataclass
class Result:
    """What came of it: records done, those that were so already, and those that could not be, with the reason.

    `failures` counts these; of a job on many nothing more is kept of them.
    """

    done: int = 0
    skipped: int = 0
    failures: int = 0
    failed: list[tuple[int, str, str]] = kept(default_factory=list)
    undo: int | None = None
    turns: int = 0
    """Of records shared out: how many turns were had."""
    given: Counter[int] = kept(default_factory=Counter)
    """How many records each person was given who has not been told yet."""

    def text(self) -> str:
        parts = [ngettext("%(num)d done", "%(num)d done", self.done)]
        if self.skipped:
            parts.append(ngettext("%(num)d was so already", "%(num)d were so already", self.skipped))
        if self.failures:
            parts.append(ngettext("%(num)d failed", "%(num)d failed", self.failures))
        return ", ".join(parts) + "."


def ids_of(
    session: Session, resource: Resource, query: ListQuery, reading: Reading, actor: Actor | None
) -> Iterator[list[int]]:
    """The ids of all records that a list's query means, in batches, in order of id."""
    last = 0
    while True:
        base = filtered(session, resource, query, reading, actor, resource.model.id)
        ids = list(
            session.scalars(base.where(resource.model.id > last).order_by(resource.model.id).limit(STEP))
        )
        if not ids:
            return
        last = ids[-1]
        yield ids


def do(
    deed: Deed,
    resource: Resource,
    ids: Sequence[int],
    context: WriteContext,
    *,
    undoable: bool = True,
    turns: int = 0,
    tell: bool = True,
) -> Result:
    """Do it to these records in the caller's transaction; one that cannot be done hinders no other.

    `turns` says how many turns were had in earlier steps of sharing out. Without `tell` those who are given records do
    not hear of it yet; how many they are stands in the result.
    """
    session, result = context.session, Result()
    records = find_many(session, resource, ids)
    result.skipped = len(set(ids)) - len(records)
    if undoable and records and context.actor is not None:
        if deed.action == DELETE:
            result.undo = remember_deletion(session, context.actor, resource, [each.id for each in records])
        else:
            result.undo = remember_change(
                session, context.actor, resource, records, touched(deed, resource), context.formats
            )
    sharing = Sharing(context, resource, deed.value, turns) if deed.action == SHARE else None
    with heard_together(context, resource) as heard:
        for stored in records:
            title = title_of(resource, stored.record)
            try:
                with session.begin_nested():
                    changed = sharing.give(stored) if sharing else _do_one(deed, resource, stored, context)
            except NotValid as error:
                heard.records.pop(stored.id, None)
                _failed(result, stored, title, " ".join(str(each.message) for each in error.draft.problems))
            except (Invalid, Refused, PluginError) as error:
                heard.records.pop(stored.id, None)
                _failed(result, stored, title, str(getattr(error, "message", error)))
            else:
                result.done += changed
                result.skipped += not changed
    if tell:
        tell_of_heard(context, heard)
    else:
        result.given = heard.numbers(context)
    if sharing is not None:
        sharing.close()
        result.turns = sharing.given
    return result


def touched(deed: Deed, resource: Resource) -> list[str]:
    """The fields that a deed may change, which are remembered to take it back."""
    if deed.action == PRESS:
        shortcut = shortcut_of(resource, deed.field)
        return list(shortcut.fields) if shortcut else []
    path = resource.path
    asked = [name for ask in path.asks.values() for name in ask.fields] if path else []
    follow = asked if path and deed.field == path.field else []
    if path and deed.field == path.within:
        follow = [path.field, *asked]
    return [deed.field, *(name for name in dict.fromkeys((*deed.more, *follow)) if resource.has_field(name))]


def run_job(job: Job) -> None:
    """A deed on very many records, a step and a commit at a time; safe to begin again."""
    resource = job.house.resources[job.payload["resource"]]
    deed = Deed(**job.payload["deed"])
    session = db.session()
    total = Result()
    seen = 0
    undos: list[int] = []
    for ids in _batches(session, resource, job):
        with writing():
            context = write_context(session, job.house, job.actor, "page")
            undoable = (job.total or 0) <= MOST_TO_UNDO
            found = do(deed, resource, ids, context, undoable=undoable, turns=total.turns, tell=False)
            session.commit()
        undos += [found.undo] if found.undo is not None and found.done else []
        seen += len(ids)
        total.done += found.done
        total.skipped += found.skipped
        total.failures += found.failures
        total.turns += found.turns
        total.given += found.given
        if job.stopping:
            _tell_given(job, resource, total.given)
        job.progress(seen)
    _tell_given(job, resource, total.given)
    job.result.update(
        text=total.text(),
        figures={
            str(_("Done")): total.done,
            str(_("Skipped")): total.skipped,
            str(_("Failed")): total.failures,
        },
        undos=undos,
    )


def _tell_given(job: Job, resource: Resource, given: Mapping[int, int]) -> None:
    """Who was given records by this run hears once how many."""
    if given:
        session = db.session()
        with writing():
            tell_of_dealt(write_context(session, job.house, job.actor, "page"), resource, given)
            session.commit()


def run_undo_job(job: Job) -> None:
    """Take back what a job did, the last step first; what was changed since stays as it is."""
    session, done, skipped = db.session(), 0, 0
    undos: list[int] = list(reversed(job.payload["undos"]))
    for number, undo_id in enumerate(undos, start=1):
        with writing():
            context = write_context(
                session, job.house, job.actor, "page", decimal=".", date_order="ymd"
            )  # kept as JSON
            try:
                undone = undo(session, undo_id, context)
                session.commit()
            except Refused:  # taken back already, by a run that was cut off
                session.rollback()
                continue
        done += undone.done
        skipped += undone.skipped
        job.progress(number, len(undos))
    text = ngettext("%(num)d was taken back.", "%(num)d were taken back.", done)
    if skipped:
        text += " " + ngettext(
            "%(num)d was changed since and stays.", "%(num)d were changed since and stay.", skipped
        )
    job.result.update(text=text)


UNDO_JOB_TYPE = JobType(UNDO_JOB, _l("Take back a change of many records"), run_undo_job)
JOB_TYPE = JobType(JOB, _l("Change many records"), run_job)


def _batches(session: Session, resource: Resource, job: Job) -> Iterator[list[int]]:
    ids = job.payload.get("ids")
    if ids is not None:
        job.progress(0, len(ids))
        yield from (ids[start : start + STEP] for start in range(0, len(ids), STEP))
        return
    query = read_query(resource, parse_qs(job.payload["query"]))
    # The ids are read first: what is done to the records may take them out of the very list.
    reading = reading_for(session, job.actor)
    found = [id for batch in ids_of(session, resource, query, reading, job.actor) for id in batch]
    session.commit()
    job.progress(0, len(found))
    yield from (found[start : start + STEP] for start in range(0, len(found), STEP))


def _do_one(deed: Deed, resource: Resource, stored: Stored, context: WriteContext) -> bool:
    if deed.action == DELETE:
        delete(resource, [stored.record], context)
        return True
    if deed.action == PRESS:
        shortcut = shortcut_of(resource, deed.field)
        return shortcut is not None and press(shortcut, resource, stored.record, context)
    declared = resource.field(deed.field)
    raw = deed.value
    if deed.action == TAG and isinstance(declared.kind, Tags):
        raw = [*stored.tags, *declared.kind.parse(deed.value, declared, context.reading)]
    if deed.action == UNTAG and isinstance(declared.kind, Tags):
        gone = {fold(tag) for tag in declared.kind.parse(deed.value, declared, context.reading)}
        raw = [tag for tag in stored.tags if fold(tag) not in gone]
    before = stored.record.version
    change(resource, stored.record, {deed.field: raw, **deed.more}, context)
    return bool(stored.record.version != before)


def _failed(result: Result, stored: Stored, title: str, reason: str) -> None:
    result.failures += 1
    result.failed.append((stored.id, title, reason))


def payload_of(deed: Deed, resource: Resource, *, ids: Sequence[int] | None, query: str) -> Mapping[str, Any]:
    """What the job needs to know."""
    told = {"action": deed.action, "field": deed.field, "value": deed.value, "more": dict(deed.more)}
    return {
        "resource": resource.name,
        "deed": told,
        "query": query,
        "ids": list(ids) if ids is not None else None,
    }
