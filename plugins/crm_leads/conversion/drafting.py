"""The drafts of a conversion: a new record of what a lead says, or what an existing one takes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.api import (
    Draft,
    Email,
    Field,
    Resource,
    Scope,
    Stored,
    WriteContext,
    is_united,
    read_draft,
    united,
)
from plugins.crm_leads.conversion.declare import Source, Taken
from plugins.crm_leads.conversion.wish import FROM_LEAD


@dataclass(frozen=True)
class Difference:
    """A field in which the existing record and the lead differ; `takes_lead` is what was chosen, or the safe choice."""

    field: Field
    kept: Any
    lead: Any
    kept_text: str
    lead_text: str
    takes_lead: bool


def draft_new(
    resource: Resource, source: Source, taken: Taken, raw: Mapping[str, Any], context: WriteContext
) -> Draft:
    """A new record: what was typed, else what the lead says."""
    draft = read_draft(resource, raw, context)
    given = set(draft.values) | {problem.field for problem in draft.problems}
    for name, value in taken.values.items():
        if name not in given and resource.has_field(name):
            draft.values[name] = value
    tag_field = resource.tag_field
    if tag_field is not None and tag_field.name not in given and source.tags:
        draft.values[tag_field.name] = source.tags
    _take_rows(draft, taken, {}, given)
    return draft


def draft_into(
    resource: Resource,
    source: Source,
    taken: Taken,
    raw: Mapping[str, Any],
    stored: Stored,
    take: Mapping[str, str],
    ties: Mapping[str, str],
    context: WriteContext,
) -> tuple[Draft, tuple[Difference, ...]]:
    """What an existing record takes: what was typed, what was chosen field by field, else what it lacks.

    Tags and values of which a field may have several are united; rows come along that say something else.
    """
    draft = read_draft(resource, raw, context, current=stored.record)
    given = set(draft.values) | {problem.field for problem in draft.problems}
    mirrored = {own for child in resource.children for own in child.mirrors.values()}
    found: list[Difference] = []
    for name, value in _with_tags(resource, source, taken).items():
        if name in given or name in mirrored or not resource.has_field(name):
            continue
        field = resource.field(name)
        kept = stored.value(field)
        if is_united(field):
            both = tuple(dict.fromkeys((*(kept or ()), *value)))
            if both != tuple(kept or ()):
                draft.values[name] = both
        elif not _is_same(field, kept, value):
            found.append(_difference(field, kept, value, take, ties, resource, context))
    chosen = {each.field.name: each.takes_lead for each in found}
    told = []
    for each in found:
        leader = ties.get(each.field.name, "")
        if chosen.get(leader, each.takes_lead):
            draft.values[each.field.name] = each.lead
        if leader not in chosen:
            told.append(each)
    _take_rows(draft, taken, stored.children, given)
    return draft, tuple(told)


def _with_tags(resource: Resource, source: Source, taken: Taken) -> dict[str, Any]:
    tag_field = resource.tag_field
    return {**taken.values, **({tag_field.name: source.tags} if tag_field and source.tags else {})}


def _difference(
    field: Field,
    kept: Any,
    value: Any,
    take: Mapping[str, str],
    ties: Mapping[str, str],
    resource: Resource,
    context: WriteContext,
) -> Difference:
    if field.name in take:
        takes_lead = take[field.name] == FROM_LEAD
    else:
        takes_lead = kept in (None, "", ()) and _may_take(field, value, resource, context)
    texts = [field.kind.text(each, context.formats) if each is not None else "" for each in (kept, value)]
    return Difference(field, kept, value, texts[0], texts[1], takes_lead)


def _may_take(field: Field, value: Any, resource: Resource, context: WriteContext) -> bool:
    """Whether this person may give the record the lead's owner."""
    actor = context.actor
    if field.attribute != resource.owner or actor is None:
        return True
    scope = actor.scope(resource.name, "assign")
    return scope is Scope.ALL or (scope is not Scope.NONE and actor.reaches(scope, value))


def _take_rows(draft: Draft, taken: Taken, stored: Mapping[str, Sequence[Any]], given: set[str]) -> None:
    """Addresses and contact persons go along: a new record gets all, a known one those it lacks."""
    for child in draft.resource.children:
        rows = taken.rows.get(child.name, ())
        if not rows or child.name in given:
            continue
        wanted = united(child, stored.get(child.name, ()), rows, fill=True)
        for attribute, own in child.mirrors.items():  # the main row says it
            if own in given and own in draft.values:
                wanted[0].values[attribute] = draft.values[own]
            draft.values.pop(own, None)
        draft.children[child.name] = wanted


def _is_same(field: Field, kept: Any, value: Any) -> bool:
    """Whether two values say the same, however they are written: a phone, a document's number, an e-mail address."""
    if kept is None or value is None:
        return kept is value
    both = [field.kind.store(each, field) for each in (kept, value)]
    for attribute in (field.attribute.removesuffix("_number") + "_compact", f"{field.attribute}_e164"):
        if both[0].get(attribute) and both[0][attribute] == both[1].get(attribute):
            return True
    is_mail = isinstance(field.kind, Email)
    return bool(kept == value or (is_mail and kept.folded == value.folded))
