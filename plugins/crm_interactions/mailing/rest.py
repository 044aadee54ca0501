"""Mail for programs: write one to a record, see what became of it, send it once more; take in returned mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from core.api import (
    SETTINGS_RIGHT,
    Actor,
    Answer,
    ApiError,
    Problem,
    Refused,
    WriteContext,
    _,
    actor_of,
    answered,
    current_house,
    db,
    json_object,
    not_valid,
    once,
    record_or_404,
    require_reach,
    write_context,
)
from plugins.crm_interactions.mailing.letters import Letter, NotReady, begin, checked
from plugins.crm_interactions.mailing.models import MailMessage
from plugins.crm_interactions.mailing.service import send, send_again
from plugins.crm_interactions.mailing.settling import NotReadable, take_bounce
from plugins.crm_interactions.models import Interaction

API = "/api/v1"
WORDS = ("to", "cc", "subject", "body")
LARGEST_BOUNCE = 5 * 1024 * 1024


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(f"{API}/<resource>/<int:id>/mail", "api_write", write, methods=["POST"])
    blueprint.add_url_rule(f"{API}/interactions/<int:id>/mail", "api_mail", show)
    blueprint.add_url_rule(f"{API}/interactions/<int:id>/mail/again", "api_again", again, methods=["POST"])
    blueprint.add_url_rule(f"{API}/mail/bounces", "api_bounce", bounce, methods=["POST"])


@answered
def write(resource: str, id: int) -> ResponseReturnValue:
    """Send a mail to a record: what the body does not say is begun from the template, and from the record's address."""
    record = record_or_404(resource, id)
    context, actor = _writing()
    declared = context.house.resources[resource]
    if not declared.timeline:
        abort(404)
    if not actor.may("interactions", "create"):
        raise ApiError(403, "forbidden", _("You may not write interactions."))
    body = json_object()
    return once(context.session, actor, lambda: _send(context, declared, record, body))


@answered
def show(id: int) -> ResponseReturnValue:
    interaction: Interaction = record_or_404("interactions", id)
    return jsonify(as_json(interaction, _message(id)))


@answered
def again(id: int) -> ResponseReturnValue:
    """Send a mail that did not arrive once more, to `to` where the body says so."""
    interaction: Interaction = record_or_404("interactions", id)
    context, actor = _writing()
    require_reach(context.house.resources["interactions"], interaction, "edit", context)
    message = _message(id)
    body = json_object(required=False)

    def do() -> Answer:
        to = body.get("to")
        send_again(context, interaction, message, None if to is None else _joined(to))
        return Answer(200, as_json(interaction, message))

    return once(context.session, actor, do)


@answered
def bounce() -> ResponseReturnValue:
    """Take in a returned message, as it came (message/rfc822): which mail it is about, none where it is not ours."""
    context, actor = _writing()
    if not actor.may(*SETTINGS_RIGHT):
        raise ApiError(403, "forbidden", _("Only who may change settings takes in returned mail."))
    content = request.get_data(cache=False)
    if len(content) > LARGEST_BOUNCE:
        raise ApiError(413, "too_large", _("This message is too large."))
    try:
        message = take_bounce(context.session, content)
    except NotReadable as error:
        raise ApiError(422, "not_a_bounce", str(error)) from error
    context.session.commit()
    return jsonify(interaction=message.interaction_id if message else None)


def as_json(interaction: Interaction, message: MailMessage) -> dict[str, Any]:
    """What became of a mail."""
    return {
        "interaction": interaction.id,
        "record": {"resource": interaction.resource, "id": interaction.record_id},
        "subject": interaction.subject,
        "to": list(message.to),
        "cc": list(message.cc),
        "status": message.status,
        "reason": message.reason,
        "message_id": message.message_id,
        "template": message.template_id,
        "written_at": message.written_at.isoformat(),
        "settled_at": message.settled_at.isoformat() if message.settled_at else None,
    }


def letter_of(context: WriteContext, resource: Any, record: Any, body: Mapping[str, Any]) -> Letter:
    """The letter that a body describes.

    Raises:
        ApiError: it names no template, or a value has the wrong type.
    """
    template, files = body.get("template"), body.get("files", [])
    wrong = [name for name in WORDS if not isinstance(body.get(name, ""), (str, list))]
    wrong += ["template"] if not (template is None or _is_number(template)) else []
    wrong += ["files"] if not (isinstance(files, list) and all(map(_is_number, files))) else []
    if wrong:
        told = _("This is not a value of this field’s type.")
        raise not_valid([Problem(name, told, "invalid_type") for name in wrong])
    try:
        begun = begin(context, resource, record, template)
    except LookupError:
        raise not_valid([Problem("template", _("There is no such template."), "unknown_value")]) from None
    said = {name: _joined(body[name]) for name in WORDS if body.get(name) is not None}
    return Letter(
        to=said.get("to", begun.to),
        cc=said.get("cc", ""),
        subject=said.get("subject", begun.subject),
        body=said.get("body", begun.body),
        template_id=template,
        files=tuple(files),
    )


def operations() -> Mapping[str, Mapping[str, Any]]:
    """These addresses as OpenAPI describes them."""
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    kind = {"name": "resource", "in": "path", "required": True, "schema": {"type": "string"}}
    text = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    letter = {
        "type": "object",
        "properties": {
            "to": text,
            "cc": text,
            "subject": {"type": "string"},
            "body": {"type": "string"},
            "template": {"type": ["integer", "null"]},
            "files": {"type": "array", "items": {"type": "integer"}},
        },
    }

    def operation(
        name: str, summary: str, code: str = "200", sent: Any = None, **more: Any
    ) -> dict[str, Any]:
        answer = {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}}
        found = {"tags": ["mail"], "operationId": f"mail.{name}", "summary": summary, **more}
        if sent is not None:
            found["requestBody"] = {"required": True, "content": sent}
        return found | {"responses": {code: answer}}

    def as_body(schema: Any) -> Any:
        return {"application/json": {"schema": schema}}

    again_body = as_body({"type": "object", "properties": {"to": text}})
    returned = {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}
    return {
        f"{API}/{{resource}}/{{id}}/mail": {
            "post": operation(
                "write", "Send a mail to a record", "201", as_body(letter), parameters=[kind, number]
            )
        },
        f"{API}/interactions/{{id}}/mail": {
            "get": operation("show", "What became of a mail", parameters=[number])
        },
        f"{API}/interactions/{{id}}/mail/again": {
            "post": operation("again", "Send a mail once more", sent=again_body, parameters=[number])
        },
        f"{API}/mail/bounces": {"post": operation("bounce", "Take in a returned message", sent=returned)},
    }


def _send(context: WriteContext, resource: Any, record: Any, body: Mapping[str, Any]) -> Answer:
    letter = letter_of(context, resource, record, body)
    try:
        ready = checked(context, resource, record, letter)
    except NotReady as error:
        raise not_valid([Problem(name, text, "invalid") for name, text in error.problems.items()]) from None
    interaction = send(context, resource, record, ready, template_id=letter.template_id)
    return Answer(201, as_json(interaction, _message(interaction.id)), f"{API}/interactions/{interaction.id}")


def _message(interaction_id: int) -> MailMessage:
    found = db.session.get(MailMessage, interaction_id)
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return found


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if not isinstance(value, str):
        raise Refused(_("This is not a value of this field’s type."), "invalid_type")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _writing() -> tuple[WriteContext, Actor]:
    actor = actor_of(db.session())
    if actor is None:
        abort(401)
    return write_context(db.session(), current_house(), actor, "api"), actor
