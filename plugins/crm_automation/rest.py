"""Automation by the API: rules, trying them out, running them, the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from core.api import (
    Answer,
    ApiError,
    Formats,
    Problem,
    Refused,
    _,
    actor_of,
    answered,
    current_house,
    db,
    formats_for,
    json_object,
    not_valid,
    once,
    query_args,
    references_of,
)
from plugins.crm_automation.files import rules_file, take_rules
from plugins.crm_automation.keeping import (
    NotFit,
    Wanted,
    arrange_rules,
    change_rule,
    create_rule,
    delete_rule,
    wanted_of,
    wrong_owner,
)
from plugins.crm_automation.kinds import place_of, plain_reading
from plugins.crm_automation.log import lately, page_of_log, try_again
from plugins.crm_automation.queueing import HAND, queue_for
from plugins.crm_automation.rules import EDIT, KeptRule, kept_rules, rule_by_id
from plugins.crm_automation.trial import try_out
from plugins.crm_automation.web.log_pages import MOST_AT_ONCE, asked_of_log
from plugins.crm_automation.web.shown import rule_json, runs_json, trial_json

Made = TypeVar("Made")
AT = "/api/v1/automation"
NAMES = {"resource", "name", "active", "owner", "trigger", "filter", "actions", "imports"}
blueprint = Blueprint("crm_automation_api", __name__)


@blueprint.get(f"{AT}/rules")
@answered
def rules() -> ResponseReturnValue:
    """All rules in their order."""
    _allowed()
    fared, house = lately(db.session()), current_house()
    known = [rule for rule in kept_rules(db.session()) if rule.resource in house.resources]
    return jsonify(items=[rule_json(_place(rule.resource), rule, fared.get(rule.id)) for rule in known])


@blueprint.post(f"{AT}/rules")
@answered
def make() -> ResponseReturnValue:
    """A new rule, the last one; off where it does not say `active`."""
    _allowed()
    body, session = _rule_body(), db.session()

    def do() -> Answer:
        rule = _checked(
            lambda: create_rule(session, current_house(), _wanted(body, None), plain_reading(session))
        )
        return Answer(201, _told(rule.id), f"{request.script_root}{AT}/rules/{rule.id}")

    return once(session, actor_of(session), do)  # type: ignore[arg-type]


@blueprint.get(f"{AT}/rules/<int:id>")
@answered
def one(id: int) -> ResponseReturnValue:
    _allowed()
    return jsonify(_told(id))


@blueprint.patch(f"{AT}/rules/<int:id>")
@answered
def change(id: int) -> ResponseReturnValue:
    """Change what the body names; trigger and actions are told whole."""
    _allowed()
    body, rule, session = _rule_body(), _rule(id), db.session()
    wanted = _wanted(body, rule)
    _checked(lambda: change_rule(session, current_house(), id, wanted, plain_reading(session)))
    session.commit()
    return jsonify(_told(id))


@blueprint.delete(f"{AT}/rules/<int:id>")
@answered
def delete(id: int) -> ResponseReturnValue:
    _allowed()
    _rule(id)
    delete_rule(db.session(), current_house(), id)
    db.session.commit()
    return "", 204


@blueprint.post(f"{AT}/rules/order")
@answered
def arrange() -> ResponseReturnValue:
    """`{"ids": [3, 1, 2]}`: the rules in this order."""
    _allowed()
    ids = _ids(json_object())
    for id in ids:
        _rule(id)
    arrange_rules(db.session(), ids)
    db.session.commit()
    return rules()


@blueprint.post(f"{AT}/rules/<int:id>/dry-run")
@answered
def dry_run(id: int) -> ResponseReturnValue:
    """Had it been on for the last 30 days: on which records, and what it would do to the first 100; nothing is kept."""
    _allowed()
    rule = _rule(id)
    found = try_out(db.session(), current_house(), rule)
    return jsonify(trial_json(found, rule.resource, _formats()))


@blueprint.post(f"{AT}/rules/<int:id>/run")
@answered
def run(id: int) -> ResponseReturnValue:
    """`{"ids": [1, 2]}`: have a worker try it on these records now, those that fit its filter."""
    _allowed()
    rule, session = _rule(id), db.session()
    ids = _ids(json_object())[:MOST_AT_ONCE]
    if (wrong := wrong_owner(session, rule.owner_id)) is not None:
        raise ApiError(403, "forbidden", wrong)
    queue_for(session, rule.resource, ids, rule.id, HAND)
    session.commit()
    return jsonify(queued=len(ids))


@blueprint.get(f"{AT}/runs")
@answered
def runs() -> ResponseReturnValue:
    """What rules did: `?rule=&result=&resource=&record=&before=`."""
    _allowed()
    rows, older = page_of_log(db.session(), asked_of_log(), list(current_house().resources))
    return jsonify(items=runs_json(rows, _formats()), before=older)


@blueprint.post(f"{AT}/runs/<int:id>/retry")
@answered
def retry(id: int) -> ResponseReturnValue:
    """Have a failed run done again."""
    _allowed()
    session = db.session()
    try:
        found = try_again(session, id)
    except Refused as refused:
        if refused.code == "absent":
            raise _absent() from None
        raise
    session.commit()
    return jsonify(runs_json([found], _formats())[0])


@blueprint.get(f"{AT}/export")
@answered
def export() -> ResponseReturnValue:
    """All rules with names in place of numbers, for another installation."""
    _allowed()
    return jsonify(rules_file(db.session(), current_house()))


@blueprint.post(f"{AT}/import")
@answered
def take() -> ResponseReturnValue:
    """Rules as `export` gives them, each switched off; all of them or none."""
    _allowed()
    body, session = json_object(), db.session()
    try:
        made = take_rules(session, current_house(), body)
    except ValueError:
        raise ApiError(422, "invalid_type", _("“rules” must be a list of rules.")) from None
    session.commit()
    return jsonify(made=made)


def _allowed() -> None:
    """Raises ApiError for who may not make rules; with a token that only reads, for who would write."""
    actor = actor_of(db.session())
    reads = request.method == "GET" and actor is not None and actor.is_admin
    if not (reads or (actor is not None and actor.may(*EDIT))):
        raise ApiError(403, "forbidden", _("You may not do this."))


def _rule_body() -> dict[str, Any]:
    body = json_object()
    if unknown := sorted(set(body) - NAMES):
        raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=unknown[0]))
    return body


def _wanted(body: Mapping[str, Any], rule: KeptRule | None) -> Wanted:
    """The rule the body means; what it does not name stays as it is."""
    actor = actor_of(db.session())
    known = wanted_of(rule) if rule is not None else None
    trigger = body.get("trigger", known.trigger if known else {})
    actions = body.get("actions", known.actions if known else [])
    query = body.get("filter")
    if not isinstance(trigger, Mapping) or not isinstance(actions, (list, tuple)):
        raise ApiError(422, "invalid_type", _("“trigger” must be an object, “actions” a list of such."))
    if not all(isinstance(each, Mapping) for each in actions) or not isinstance(query or "", str):
        raise ApiError(422, "invalid_type", _("“trigger” must be an object, “actions” a list of such."))
    if rule is not None and body.get("resource", rule.resource) != rule.resource:
        raise ApiError(422, "resource", _("A rule stays with its kind of record."))
    mine = actor.user_id if actor is not None else None
    return Wanted(
        rule.resource if rule is not None else str(body.get("resource", "")),
        str(body.get("name", known.name if known else "")),
        trigger,
        actions,
        query_args(query or "") if query is not None or known is None else known.args,
        _user(body["owner"]) if body.get("owner") is not None else known.owner_id if known else mine,
        bool(body.get("active", known.active if known else False)),
        bool(body.get("imports", known.imports if known else False)),
    )


def _user(given: Any) -> int:
    """The user meant by an id, an e-mail, a name, or an object with an id."""
    known = references_of(db.session())
    told = given.get("id") if isinstance(given, Mapping) else given
    if isinstance(told, int) and not isinstance(told, bool):
        item = known.get("users", told)
    else:
        item = known.find("users", told) if isinstance(told, str) else None
    if item is None:
        raise ApiError(422, "user", _("There is no such person."))
    return item.id


def _ids(body: Mapping[str, Any]) -> list[int]:
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(type(each) is int and 0 < each < 2**63 for each in ids):
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a list of records’ ids.", field="ids"))
    return ids


def _checked(deed: Callable[[], Made]) -> Made:
    """What a rule refuses of the body is told by its place: 422."""
    try:
        return deed()
    except NotFit as wrong:
        raise not_valid([Problem(place, text) for place, text in wrong.problems.items()]) from None
    except Refused as refused:
        raise ApiError(422, refused.code, refused.message) from None


def _told(id: int) -> dict[str, Any]:
    rule = _rule(id)
    return rule_json(_place(rule.resource), rule, lately(db.session()).get(id))


def _rule(id: int) -> KeptRule:
    rule = rule_by_id(db.session(), id)
    if rule is None or rule.resource not in current_house().resources:
        raise _absent()
    return rule


def _place(resource: str) -> Any:
    session, house = db.session(), current_house()
    return place_of(session, house, house.resources[resource], actor_of(session))


def _formats() -> Formats:
    return formats_for(db.session(), actor_of(db.session()))


def _absent() -> ApiError:
    return ApiError(404, "not_found", _("There is nothing here."))
