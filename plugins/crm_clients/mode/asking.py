"""A change of mode as a door asks for it: what was sent, read into what is wanted, the same for page, API and command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import SIMPLE, Draft, NotValid, Refused, WriteContext, _, create_value
from plugins.crm_clients.mode.declare import TargetChoice, Way
from plugins.crm_clients.mode.rule import classic_of
from plugins.crm_clients.mode.service import MODES, Wanted

PIPELINES = "pipelines"
NEW = "new"
"""Stands for a pipeline that is made for it."""
DEAL = "deal"

BODY: Mapping[str, Any] = {
    "mode": {"enum": list(MODES)},
    "targets": {
        "type": "array",
        "items": {"type": "string", "examples": ["kind", "contact", "company", "deal"]},
        "description": "What open leads become when the mode becomes simple; kind: contact or company, as each is.",
    },
    "pipeline": {"type": ["string", "integer", "object"], "description": "Of their deals, by name or id."},
    "new_pipeline": {
        "type": "string",
        "maxLength": 120,
        "description": "Name of a pipeline to make for them.",
    },
    "along": {"type": "boolean", "default": True, "description": "Files, interactions and tasks go along."},
    "bring_back": {
        "type": "boolean",
        "default": True,
        "description": "When the mode becomes classic: the leads that the last change converted come back.",
    },
}
"""The body of `POST /api/v1/mode`, as JSON Schema tells it."""


def wanted_from(body: Mapping[str, Any], context: WriteContext, *, makes: bool) -> Wanted:
    """What is wanted. A new pipeline is made only where `makes`; else the usual one stands for it.

    Raises:
        NotValid: something in it cannot be understood; the problems name what.
        Refused: the pipeline cannot be made.
    """
    draft = Draft(context.house.resources["clients"])
    for name in body:
        if name not in BODY:
            draft.problem(str(name), _("There is no such field."), "unknown_field")
    to = body.get("mode")
    if to not in MODES:
        draft.problem("mode", _("The mode is classic or simple, not “%(value)s”.", value=to), "unknown_value")
    for name in ("along", "bring_back"):
        if not isinstance(body.get(name, True), bool):
            draft.problem(name, _("This must be true or false."), "invalid_type")
    targets = body.get("targets")
    if targets is not None and not _are_words(targets):
        draft.problem("targets", _("This must be a list of names."), "invalid_type")
    pipeline = _pipeline(body, context, draft, makes=makes)
    if draft.problems:
        raise NotValid(draft)
    way = _way(targets, pipeline, bool(body.get("along", True)), context) if to == SIMPLE else None
    return Wanted(str(to), way, bool(body.get("bring_back", True)))


def choices_of(context: WriteContext) -> Sequence[TargetChoice]:
    """What open leads may become; nothing while no app keeps leads."""
    classic = classic_of(context.house)
    return classic.choices(context) if classic is not None else ()


def _way(targets: Any, pipeline: int | None, along: bool, context: WriteContext) -> Way | None:
    choices = choices_of(context)
    if not choices:
        return None
    return Way(tuple(dict.fromkeys(targets)) if targets else choices[0].targets, pipeline, along)


def _pipeline(body: Mapping[str, Any], context: WriteContext, draft: Draft, *, makes: bool) -> int | None:
    name, given = body.get("new_pipeline"), body.get("pipeline")
    declared = context.house.lists.get(PIPELINES)
    if name not in (None, ""):
        if declared is None:
            draft.problem("new_pipeline", _("There are no pipelines: Deals is off."), "unknown_field")
        elif not isinstance(name, str) or not name.strip():
            draft.problem("new_pipeline", _("This must be a text."), "invalid_type")
        elif context.formats.references.find(PIPELINES, name) is not None:
            draft.problem("new_pipeline", _("The list has a value of this name already."), "taken")
        elif makes and not draft.problems:
            value, _way_back = create_value(context.session, declared, {"name": name})
            return int(value.id)
        return None
    if given in (None, ""):
        return None
    item = _known(given, context)
    if item is None:
        draft.problem("pipeline", _("This pipeline does not exist."), "unknown_value")
    return item


def _known(given: Any, context: WriteContext) -> int | None:
    references = context.formats.references
    if isinstance(given, dict):
        given = given.get("id", given.get("name"))
    if isinstance(given, int) or (isinstance(given, str) and given.isdecimal()):
        item = references.get(PIPELINES, int(given))
    else:
        item = references.find(PIPELINES, str(given))
    return item.id if item is not None else None


def _are_words(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(each, str) for each in given)


def refuse_unknown_change(found: Any) -> None:
    """Raises Refused where there is no such change."""
    if found is None:
        raise Refused(_("There is nothing to take back."), "absent")
