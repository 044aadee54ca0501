"""From what a door was given to an inquiry: every name known, every text a text; what is wrong is told by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.api import Problem, WriteContext, _, fits
from plugins.crm_clients.inquiries.declare import KINDS, Inquiry

TEXTS: Mapping[str, int] = {
    "name": 200,
    "company": 200,
    "email": 254,
    "phone": 60,
    "document": 40,
    "title": 200,
    "message": 20_000,
}
"""The texts of an inquiry and how long each may be."""

UTM = ("utm_source", "utm_medium", "utm_campaign")
OTHERS = ("source", "pipeline", "salesperson", "value", "currency")
MAKES = ("leads", "clients", "deals")
"""What may come of an inquiry; `values` are fields of these."""

NAMES = ("kind", *TEXTS, *OTHERS, *UTM, "values")


class Misread(Exception):
    """What was sent is no inquiry; `problems` say why, by name."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in problems))
        self.problems = problems


def read_inquiry(payload: Mapping[str, Any], context: WriteContext) -> Inquiry:
    """The inquiry that a payload states.

    Raises:
        Misread: it states none.
    """
    problems = [*_unknown(payload), *_wrong_texts(payload), *_wrong_values(payload, context)]
    texts = {name: _clean(name, payload.get(name)) for name in TEXTS}
    if not problems and not any(texts[name] for name in ("name", "company", "email", "phone", "document")):
        problems.append(
            Problem("name", _("Say who it is: a name, a company, an e-mail or a phone."), "required")
        )
    if problems:
        raise Misread(problems)
    others: dict[str, Any] = {name: payload.get(name) for name in OTHERS}
    return Inquiry(
        kind=str(payload.get("kind") or "api"),
        **texts,
        **others,
        utm={name: _clean(name, payload.get(name))[:100] for name in UTM if payload.get(name)},
        values=dict(payload.get("values") or {}),
    )


def _unknown(payload: Mapping[str, Any]) -> Iterator[Problem]:
    for name in payload:
        if name not in NAMES:
            yield Problem(str(name), _("There is no such field."), "unknown_field")
    kind = payload.get("kind")
    if kind is not None and kind not in dict(KINDS):
        known = ", ".join(name for name, _label in KINDS)
        yield Problem("kind", _("An inquiry comes in as one of: %(known)s.", known=known), "unknown_value")


def _wrong_texts(payload: Mapping[str, Any]) -> Iterator[Problem]:
    for name in (*TEXTS, *UTM):
        value = payload.get(name)
        if value is None:
            continue
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            yield Problem(name, _("This must be a text."), "invalid_type")
        elif len(str(value)) > (limit := TEXTS.get(name, 1000)):
            yield Problem(name, _("At most %(max)s characters.", max=limit), "too_long")
    for name in OTHERS:
        if not _is_plain(payload.get(name), as_object=name not in ("value", "currency")):
            yield Problem(name, _("This must be a text."), "invalid_type")


def _wrong_values(payload: Mapping[str, Any], context: WriteContext) -> Iterator[Problem]:
    """A name that nothing knows is a slip; one that only the other mode knows is left out there."""
    values = payload.get("values")
    if values is None:
        return
    if not isinstance(values, dict):
        yield Problem("values", _("This must be an object: field to value."), "invalid_type")
        return
    makes = [context.house.resources[name] for name in MAKES if name in context.house.resources]
    for name, value in values.items():
        known = [each.field(name) for each in makes if each.has_field(name) and each.field(name).writable]
        if not known:
            yield Problem(f"values.{name}", _("There is no such field."), "unknown_field")
        elif not all(fits(field, value) for field in known):
            yield Problem(f"values.{name}", _("This is not a value of this field’s type."), "invalid_type")


def _is_plain(value: Any, *, as_object: bool) -> bool:
    """Whether it is a text or a number, or (`as_object`) an object of such: `{"id": 3}`."""
    if isinstance(value, dict):
        return as_object and all(_is_plain(each, as_object=False) for each in value.values())
    return value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool))


def _clean(name: str, value: Any) -> str:
    text = "" if value is None else str(value).replace("\x00", "").strip()
    return text if name == "message" else " ".join(text.split())
