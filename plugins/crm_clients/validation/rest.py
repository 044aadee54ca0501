"""What the API can do with the marks: tell them, send a question, take the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import Refused, Resource, RestAction, WriteContext, _, _l
from plugins.crm_clients.validation.mark import Status, mark_of
from plugins.crm_clients.validation.places import Place, places_of
from plugins.crm_clients.validation.service import answer_by_code, ask

FIELD = {"field": {"type": "string", "description": "email, phone_1, contacts.12.email …"}}
CODE = {"code": {"type": "string", "description": "the code that was sent"}}


def tell(context: WriteContext, record: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`GET /api/v1/leads/{id}/validations`: every e-mail and phone of the record with its mark."""
    resource = _resource_of(context, record)
    return {"items": [_told(context, resource, record, each) for each in _places(context, resource, record)]}


def validate(context: WriteContext, record: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/leads/{id}/validate` `{"field": "email"}`: send a link and a code, or the code by SMS."""
    resource = _resource_of(context, record)
    try:
        place = ask(context, resource, record, _text(body, "field"))
    except LookupError:
        raise Refused(_("There is no e-mail or phone at this place."), "unknown_field") from None
    return _told(context, resource, record, place)


def confirm(context: WriteContext, record: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/leads/{id}/confirm` `{"field": "email", "code": "123456"}`."""
    resource = _resource_of(context, record)
    try:
        place = answer_by_code(context, resource, record, _text(body, "field"), _text(body, "code"))
    except LookupError:
        raise Refused(_("There is no e-mail or phone at this place."), "unknown_field") from None
    return _told(context, resource, record, place)


VALIDATION_ACTIONS = (
    RestAction("validations", _l("Which e-mails and phones are validated"), tell, "view", "GET"),
    RestAction("validate", _l("Ask the owner of an e-mail or phone to confirm it"), validate, body=FIELD),
    RestAction("confirm", _l("Take the code that was sent"), confirm, body={**FIELD, **CODE}),
)


def _resource_of(context: WriteContext, record: Any) -> Resource:
    return next(each for each in context.house.resources.values() if isinstance(record, each.model))


def _places(context: WriteContext, resource: Resource, record: Any) -> list[Place]:
    return [each for each in places_of(context.session, resource, record) if each.key is not None]


def _told(context: WriteContext, resource: Resource, record: Any, place: Place) -> dict[str, Any]:
    mark = mark_of(resource)
    known = mark.prefetch(context.session, [record.id]).get(record.id, {}) if mark else {}
    status: Status = known.get((place.channel, place.key), Status())
    return {
        "field": place.name,
        "value": place.value.typed,
        "validated": status.is_valid,
        "validated_at": status.confirmed_at.isoformat() if status.confirmed_at else None,
        "via": status.via,
        "awaiting_code": status.is_open,
        "sent_at": status.sent_at.isoformat() if status.sent_at else None,
    }


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
