"""Assignment by the API: rules, trying them out, absences, the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from core.access.roles import SETTINGS_RIGHT
from core.assignment.absences import absences_of, add_absence, remove_absence
from core.assignment.keeping import (
    arrange_rules,
    assignable,
    change_rule,
    create_rule,
    delete_rule,
)
from core.assignment.log import page_of_log
from core.assignment.preview import try_out
from core.assignment.rules import KeptRule, rules_of
from core.assignment.web.body import day_of, known_only, rule_body, user_of, wanted_rule
from core.assignment.web.log_pages import asked_of_log
from core.assignment.web.shown import absence_json, log_json, rule_json, user_json, with_owners
from core.assignment.words import reason_text
from core.db import db
from core.fields import Formats, Reading
from core.formats import formats_for, reading_for
from core.house import current_house
from core.i18n import _
from core.resources.context import Refused
from core.rest.answers import ApiError, answered
from core.rest.body import json_object
from core.rest.once import Answer, once
from core.rest.views import AT as API

Made = TypeVar("Made")
blueprint = Blueprint("assignment_api", __name__)
AT = f"{API}/assignment"


@blueprint.get(f"{AT}/rules")
@answered
def rules() -> ResponseReturnValue:
    """All rules, each kind of record's in their order."""
    _administrate()
    formats = _formats()
    kinds = with_owners(current_house())
    return jsonify(
        items=[rule_json(each, rule, formats) for each in kinds for rule in rules_of(db.session(), each.name)]
    )


@blueprint.post(f"{AT}/rules")
@answered
def make() -> ResponseReturnValue:
    """A new rule, the last of its kind."""
    _administrate()
    body, session = rule_body(), db.session()

    def do() -> Answer:
        wanted = wanted_rule(_formats(), body, None)
        rule = _checked(lambda: create_rule(session, current_house(), wanted, _reading()))
        return Answer(201, _told(rule.id), f"{request.script_root}{AT}/rules/{rule.id}")

    return once(session, g.actor, do)


@blueprint.get(f"{AT}/rules/<int:id>")
@answered
def one(id: int) -> ResponseReturnValue:
    _administrate()
    return jsonify(_told(id))


@blueprint.patch(f"{AT}/rules/<int:id>")
@answered
def change(id: int) -> ResponseReturnValue:
    """Change what the body names; people are told whole."""
    _administrate()
    body, rule = rule_body(), _rule(id)
    wanted = wanted_rule(_formats(), body, rule)
    _checked(lambda: change_rule(db.session(), current_house(), id, wanted, _reading()))
    db.session.commit()
    return jsonify(_told(id))


@blueprint.delete(f"{AT}/rules/<int:id>")
@answered
def delete(id: int) -> ResponseReturnValue:
    _administrate()
    _rule(id)
    delete_rule(db.session(), current_house(), id)
    db.session.commit()
    return "", 204


@blueprint.post(f"{AT}/rules/order")
@answered
def arrange() -> ResponseReturnValue:
    """`{"ids": [3, 1, 2]}`: the rules of one kind of record in this order."""
    _administrate()
    ids = json_object().get("ids")
    if not isinstance(ids, list) or not all(isinstance(each, int) and 0 < each < 2**63 for each in ids):
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a list of records’ ids.", field="ids"))
    for id in ids:
        _rule(id)
    arrange_rules(db.session(), current_house(), ids)
    db.session.commit()
    return rules()


@blueprint.get(f"{AT}/preview")
@answered
def preview() -> ResponseReturnValue:
    """Of the last records of a kind, who would get which: `?resource=leads`, with `rule=` by that one alone."""
    _administrate()
    resource = _assignable(request.args.get("resource", ""))
    wanted = request.args.get("rule", "")
    known = rules_of(db.session(), resource.name)
    chosen = [each for each in known if (str(each.id) == wanted if wanted else each.active)]
    trial, formats = try_out(db.session(), resource, chosen), _formats()
    return jsonify(
        records=len(trial.ids),
        left=trial.left,
        people=[{"user": user_json(id, formats), "count": number} for id, number in trial.shares],
        items=[
            {
                "id": each.record_id,
                "user": user_json(each.user_id, formats),
                "rule": each.rule.id,
                "reason": reason_text(each.reason, formats),
            }
            for each in trial.dealt
        ],
    )


@blueprint.get(f"{AT}/log")
@answered
def log() -> ResponseReturnValue:
    """Who got what and why: `?resource=&record=&user=&rule=&since=&until=&before=`."""
    _administrate()
    formats = _formats()
    kinds = [each.name for each in with_owners(current_house())]
    rows, older = page_of_log(db.session(), asked_of_log(), kinds, formats.zone)
    for name in {row.resource for row in rows}:
        formats.references.know_records(name, [row.record_id for row in rows if row.resource == name])
    return jsonify(items=[log_json(row, formats) for row in rows], before=older)


@blueprint.get(f"{AT}/absences")
@answered
def absences() -> ResponseReturnValue:
    """Absences that are not over: everybody's for who may change settings, else one's own."""
    whose = None if g.actor.may(*SETTINGS_RIGHT) else g.actor.user_id
    formats = _formats()
    return jsonify(items=[absence_json(row, formats) for row in absences_of(db.session(), whose)])


@blueprint.post(f"{AT}/absences")
@answered
def add_away() -> ResponseReturnValue:
    """`{"since": "2026-12-01", "until": "2026-12-03", "substitute": …}`; of another with `"user"`."""
    _may_write()
    body, session = json_object(), db.session()
    known_only(body, {"user", "since", "until", "substitute"})
    user_id = user_of(_formats(), body["user"]) if body.get("user") is not None else g.actor.user_id
    if user_id != g.actor.user_id:
        _administrate()
    substitute = user_of(_formats(), body["substitute"]) if body.get("substitute") is not None else None

    def do() -> Answer:
        days = day_of(body, "since"), day_of(body, "until")
        row = _checked(lambda: add_absence(session, user_id, *days, substitute))
        return Answer(201, absence_json(row, _formats()), f"{request.script_root}{AT}/absences/{row.id}")

    return once(session, g.actor, do)


@blueprint.delete(f"{AT}/absences/<int:id>")
@answered
def remove_away(id: int) -> ResponseReturnValue:
    _may_write()
    whose = None if g.actor.may(*SETTINGS_RIGHT) else g.actor.user_id
    if not remove_absence(db.session(), id, whose):
        raise _absent()
    db.session.commit()
    return "", 204


def _administrate() -> None:
    """Raises ApiError for who may not change settings; with a token that only reads, for who would write."""
    reads = request.method == "GET" and g.actor.is_admin
    if not (reads or g.actor.may(*SETTINGS_RIGHT)):
        raise ApiError(403, "forbidden", _("You may not do this."))


def _may_write() -> None:
    if g.actor.user_id is None or g.actor.read_only:
        raise ApiError(403, "forbidden", _("You may not do this."))


def _told(id: int) -> dict[str, Any]:
    rule = _rule(id)
    return rule_json(current_house().resources[rule.resource], rule, _formats())


def _rule(id: int) -> KeptRule:
    for each in with_owners(current_house()):
        for rule in rules_of(db.session(), each.name):
            if rule.id == id:
                return rule
    raise _absent()


def _assignable(name: str) -> Any:
    try:
        return assignable(current_house(), name)
    except Refused as refused:
        raise ApiError(422, refused.code, refused.message) from None


def _checked(deed: Callable[[], Made]) -> Made:
    """What a rule against a value refuses is the body's fault: 422 with the value's name as code."""
    try:
        return deed()
    except Refused as refused:
        raise ApiError(422, refused.code, refused.message) from None


def _formats() -> Formats:
    return formats_for(db.session(), g.actor)


def _reading() -> Reading:
    return reading_for(db.session(), g.actor, decimal=".", date_order="ymd")


def _absent() -> ApiError:
    return ApiError(404, "not_found", _("There is nothing here."))
