"""What somebody wants to become of a lead, whichever door they said it at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.api import Draft, NotValid, Problem, WriteContext, _
from plugins.crm_leads.conversion.declare import DEAL, targets_in

KEPT, FROM_LEAD = "kept", "lead"
LEAD = "lead"

BODY: Mapping[str, Any] = {
    "targets": {
        "type": "array",
        "items": {"type": "string", "examples": ["contact", "company", "deal"]},
        "description": "What becomes of the lead. Without it, what Settings say (the short way).",
    },
    "existing": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "Target → id of the record the lead goes into; any other target is made anew.",
    },
    "take": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": {"type": "string", "enum": [KEPT, FROM_LEAD]},
        },
        "description": "Target → field → whose value an existing record holds; else kept where filled.",
    },
    "values": {
        "type": "object",
        "additionalProperties": {"type": "object"},
        "description": "Target → field → a value that stands before the lead’s.",
    },
    "pipeline": {"description": "The deal’s pipeline, by id or name."},
    "attributes": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
        "description": "Attribute of the lead that no target has → targets on which it is made.",
    },
    "match": {
        "type": "array",
        "items": {"type": "string", "enum": ["document", "email", "phone"]},
        "description": "Targets not named in `existing` go into a record that has one of these in common.",
    },
    "versions": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "“lead” or a target → the version that was looked at; refused when there is a newer one.",
    },
    "along": {
        "type": "boolean",
        "default": True,
        "description": "Files, interactions and tasks go to the new records; else they stay with the lead.",
    },
}
"""The body of `POST /api/v1/leads/{id}/convert`, as JSON Schema tells it."""


@dataclass(frozen=True)
class Wish:
    """Without targets it is the short way: what Settings say, into a known record where the lead's document is known.

    Args:
        targets: names of targets ("contact", "company", "deal").
        existing: target → id of the record the lead goes into; a target that is not here is made anew.
        take: target → field → "lead" (take the lead's value) or "kept"; the safe choice for fields not named.
        values: target → field → raw value as typed or sent; stands before what the lead says.
        attributes: name of a lead's own attribute that no target has → targets on which it is made; none: it stays
            on the lead. Attributes not named stay.
        match: names of identity keys ("document", "email", "phone"): a target that is not in `existing` goes into the
            first visible record that has one of them in common, and is made anew where there is none.
        versions: "lead" or a target → the version that somebody looked at; a newer one refuses the conversion.
        along: files, interactions and tasks go to the new records; else they stay with the lead.
    """

    targets: tuple[str, ...] = ()
    existing: Mapping[str, int] = field(default_factory=dict)
    take: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    match: tuple[str, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    along: bool = True

    @property
    def is_short(self) -> bool:
        return not self.targets


def wish_from(body: Mapping[str, Any], context: WriteContext) -> Wish:
    """The wish that a body of the API states; `pipeline` beside it is the deal's.

    Raises:
        NotValid: something in it cannot be understood; the problems name what.
    """
    asked = _Body(body, Draft(context.house.resources["leads"]), frozenset(targets_in(context)))
    asked.check_names()
    values = {name: dict(given) for name, given in asked.by_target("values", dict).items()}
    if body.get("pipeline") is not None:
        values.setdefault(DEAL, {}).setdefault("pipeline", body["pipeline"])
    wish = Wish(
        targets=tuple(dict.fromkeys(asked.known("targets", asked.words("targets", body.get("targets"))))),
        existing=asked.by_target("existing", int),
        take={name: dict(given) for name, given in asked.by_target("take", dict).items()},
        values=values,
        attributes={
            str(name): asked.known(f"attributes.{name}", asked.words(f"attributes.{name}", places))
            for name, places in asked.object("attributes").items()
        },
        match=asked.words("match", body.get("match")),
        versions=asked.by_target("versions", int, also=(LEAD,)),
        along=asked.truth("along", default=True),
    )
    if asked.draft.problems:
        raise NotValid(asked.draft)
    return wish


@dataclass
class _Body:
    """A body that is being read; what is wrong with it is noted on the draft."""

    body: Mapping[str, Any]
    draft: Draft
    targets: frozenset[str]

    def check_names(self) -> None:
        for name in self.body:
            if name not in BODY:
                self._wrong(str(name), _("There is no such field."), "unknown_field")

    def object(self, name: str) -> Mapping[str, Any]:
        given = self.body.get(name)
        if given is None or isinstance(given, dict):
            return given or {}
        self._wrong_type(name)
        return {}

    def truth(self, name: str, *, default: bool) -> bool:
        given = self.body.get(name, default)
        if not isinstance(given, bool):
            self._wrong_type(name)
        return bool(given)

    def words(self, name: str, given: Any) -> tuple[str, ...]:
        if given is None:
            return ()
        if isinstance(given, (list, tuple)) and all(isinstance(each, str) for each in given):
            return tuple(given)
        self._wrong_type(name)
        return ()

    def known(self, name: str, targets: tuple[str, ...]) -> tuple[str, ...]:
        for each in targets:
            if each not in self.targets:
                self._wrong(name, _("“%(name)s” is nothing a lead can become.", name=each), "unknown_target")
        return targets

    def by_target(self, name: str, kind: type, *, also: tuple[str, ...] = ()) -> dict[str, Any]:
        found = {}
        for target, value in self.object(name).items():
            if target not in also:
                self.known(name, (str(target),))
            if not isinstance(value, kind) or isinstance(value, bool):
                self._wrong_type(f"{name}.{target}")
            else:
                found[str(target)] = value
        return found

    def _wrong_type(self, name: str) -> None:
        self._wrong(name, _("This is not a value of this field’s type."), "invalid_type")

    def _wrong(self, name: str, message: Any, code: str) -> None:
        self.draft.problems.append(Problem(name, message, code))
