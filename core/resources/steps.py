"""Which status a record may have: every door asks here what to offer, and every write is settled and checked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.fields.kind import ReferenceItem, References
from core.i18n import _
from core.resources.context import Draft
from core.resources.declare import Resource

if TYPE_CHECKING:
    from core.resources.context import WriteContext


def steps_of(resource: Resource, references: References, group: int | None = None) -> Sequence[ReferenceItem]:
    """The values of the path's list that a record of this group may have, in their order; all of one without groups."""
    path = resource.path
    if path is None:
        return ()
    items = references.items(path.list)
    if not path.within:
        return items
    wanted = group or group_of_new(resource, references)
    return [item for item in items if item.group == wanted]


def group_of_new(resource: Resource, references: References) -> int | None:
    """The group in which a new record stands that says nothing of it: the default one, else the first."""
    path = resource.path
    if path is None or not path.within or not resource.has_field(path.within):
        return None
    name = getattr(resource.field(path.within).kind, "list", "")
    first = references.default(name) or next(iter(references.items(name)), None)
    return first.id if first else None


def group_of(resource: Resource, draft: Draft) -> int | None:
    """The group that a draft's record will stand in, as far as it says so or is stored."""
    path = resource.path
    if path is None or not path.within or not resource.has_field(path.within):
        return None
    group: int | None = draft.value(path.within)
    return group


def group_read(draft: Draft, field: str, context: WriteContext) -> Mapping[str, int | None]:
    """What the reading of a field needs to know of a draft so far: in which group a status of this name is looked for."""
    path = draft.resource.path
    if path is None or not path.within or field != path.field:
        return {}
    group = group_of(draft.resource, draft) or group_of_new(draft.resource, context.formats.references)
    return {path.within: group}


def settle_step(draft: Draft, context: WriteContext) -> None:
    """Let the status and its group agree: what is not said follows from what is, else from the default; then check them."""
    path = draft.resource.path
    if path is None or not path.within:
        return
    troubled = {problem.field for problem in draft.problems}
    told = draft.is_new or {path.field, path.within} & draft.values.keys()
    if not told or troubled & {path.field, path.within}:
        return
    references = context.formats.references
    step = references.get(path.list, draft.values.get(path.field))
    if draft.value(path.within) is None:
        draft.values[path.within] = _likely_group(draft, step, references)
    group = draft.value(path.within)
    if step is None and (draft.is_new or path.field in draft.values or _group_moves(draft, path.within)):
        first = references.default(path.list, group)
        draft.values[path.field] = first.id if first else None
    elif step is not None and step.group != group:
        _refuse(draft, step, references)


def _likely_group(draft: Draft, step: ReferenceItem | None, references: References) -> int | None:
    """The group of a record of which none is said: that of its status, else the one it has, else that of new ones."""
    if step is not None:
        return step.group
    path = draft.resource.path
    assert path is not None
    declared = draft.resource.field(path.within)
    kept = declared.kind.load(draft.current, declared) if draft.current is not None else None
    return kept or group_of_new(draft.resource, references)


def _group_moves(draft: Draft, within: str) -> bool:
    """Whether a stored record changes its group."""
    if within not in draft.values or draft.current is None:
        return False
    declared = draft.resource.field(within)
    return bool(draft.values[within] != declared.kind.load(draft.current, declared))


def _refuse(draft: Draft, step: ReferenceItem, references: References) -> None:
    path = draft.resource.path
    assert path is not None
    declared = draft.resource.field(path.within)
    name = getattr(declared.kind, "list", "")
    own, wanted = references.get(name, step.group), references.get(name, draft.value(path.within))
    draft.problem(
        path.field,
        _(
            "“%(step)s” belongs to “%(own)s”, not to “%(wanted)s”.",
            step=step.name,
            own=own.name if own else "",
            wanted=wanted.name if wanted else "",
        ),
        "other_group",
    )
