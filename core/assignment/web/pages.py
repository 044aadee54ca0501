"""Settings › Assignment: the rules in their order, one rule's form, trying them out, who is away, and the log."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from flask import Blueprint, abort, current_app, g, make_response, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.access.web.gate import require
from core.admin.settings import EDIT
from core.admin.settings.views import render
from core.assignment.absences import absences_of
from core.assignment.keeping import (
    Wanted,
    arrange_rules,
    assignable,
    change_rule,
    create_rule,
    delete_rule,
    switch_rule,
)
from core.assignment.preview import try_out
from core.assignment.rules import CAPACITY, DOORS, METHODS, KeptPerson, KeptRule, rules_of
from core.assignment.web.deeds import done, nothing
from core.assignment.web.forms import Filled, filter_choices, sent_form, stored_form, wanted_of
from core.assignment.web.log_pages import AT, add_routes
from core.assignment.web.shown import (
    absence_lines,
    here_at,
    name_of,
    rule_line,
    with_owners,
)
from core.assignment.words import reason_text
from core.db import db, utcnow
from core.fields.references import USERS
from core.formats import formats_for, reading_for
from core.house import current_house
from core.i18n import Text, _
from core.resources.context import Refused
from core.resources.declare import Resource
from core.resources.door import flash_toast
from core.resources.pages.here import Here, onward
from core.routing import id_of

blueprint = Blueprint("assignment", __name__)
add_routes(blueprint)
UNDO_SECONDS = 3600


@blueprint.get(AT)
@require(*EDIT)
def page() -> str:
    """The rules of each kind of record, and who is away."""
    session, house = db.session(), current_house()
    formats = formats_for(session, g.actor)
    groups = [
        (each, [rule_line(here_at(each), rule) for rule in rules_of(session, each.name)])
        for each in with_owners(house)
    ]
    return render(
        "assignment/page.html",
        kinds=groups,
        absences=absence_lines(absences_of(session), formats),
        people=[item for item in formats.references.items(USERS) if item.active],
        today=utcnow().astimezone(formats.zone).date().isoformat(),
    )


@blueprint.route(f"{AT}/rules/new", methods=["GET", "POST"])
@require(*EDIT)
def new() -> ResponseReturnValue:
    """The form of a new rule for the kind of record that the address names."""
    here = here_at(_resource(request.args.get("resource", "")))
    if request.method == "GET":
        return _form(here, None, stored_form(here, None))
    return _save(here, None)


@blueprint.route(f"{AT}/rules/<int:id>", methods=["GET", "POST"])
@require(*EDIT)
def edit(id: int) -> ResponseReturnValue:
    """One rule."""
    rule = _rule(id)
    here = here_at(_resource(rule.resource))
    if request.method == "GET":
        return _form(here, rule, stored_form(here, rule))
    return _save(here, rule)


@blueprint.post(f"{AT}/rules/<int:id>/switch")
@require(*EDIT)
def switch(id: int) -> ResponseReturnValue:
    on = "y" in request.form.getlist("active")
    return done(
        lambda: switch_rule(db.session(), current_house(), id, on),
        _("The rule is on.") if on else _("The rule is off."),
    )


@blueprint.post(f"{AT}/rules/<int:id>/delete")
@require(*EDIT)
def delete(id: int) -> ResponseReturnValue:
    """Remove a rule; the toast brings it back."""
    rule = _rule(id)
    kept = {
        "resource": rule.resource,
        "name": rule.name,
        "query": rule.query,
        "method": rule.method,
        "doors": list(rule.doors),
        "active": rule.active,
        "people": [[each.user_id, each.weight, each.most_open, each.most_a_day] for each in rule.people],
    }
    token = _signer().dumps(kept)
    text = token.decode() if isinstance(token, bytes) else token
    return done(
        lambda: delete_rule(db.session(), current_house(), id),
        _("“%(name)s” was deleted.", name=rule.name),
        undo=url_for("assignment.undo", token=text),
    )


@blueprint.post(f"{AT}/undo/<token>")
@require(*EDIT)
def undo(token: str) -> ResponseReturnValue:
    """A deleted rule comes back, as the last of its kind."""
    try:
        kept = _signer().loads(token, max_age=UNDO_SECONDS)
    except BadSignature:
        abort(404)
    people = [KeptPerson(*each) for each in kept.pop("people")]
    wanted = Wanted(people=people, args=parse_qs(kept.pop("query")), **kept)
    session, house = db.session(), current_house()
    reading = reading_for(session, None, decimal=".", date_order="ymd")
    return done(lambda: nothing(create_rule(session, house, wanted, reading)), _("Undone."))


@blueprint.post(f"{AT}/order")
@require(*EDIT)
def arrange() -> ResponseReturnValue:
    """The rules of one kind of record in their new order."""
    ids = [int(each) for each in request.form.getlist("id") if each.isdecimal() and len(each) < 19]
    session = db.session()
    try:
        arrange_rules(session, current_house(), ids)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash_toast(refused.message, tone="bad")
        return make_response("", 409)
    return make_response("", 204, {"HX-Trigger": json.dumps({"toast": {"text": _("Moved.")}})})


@blueprint.post(f"{AT}/rules/<int:id>/<any(up, down):direction>")
@require(*EDIT)
def move(id: int, direction: str) -> ResponseReturnValue:
    """One place up or down, for who drags nothing."""
    session, rule = db.session(), _rule(id)
    ids = [each.id for each in rules_of(session, rule.resource)]
    place = ids.index(id)
    other = max(place - 1, 0) if direction == "up" else min(place + 1, len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    return done(lambda: arrange_rules(session, current_house(), ids), _("Moved."))


@blueprint.get(f"{AT}/preview")
@require(*EDIT)
def preview() -> str:
    """Of the last records, who would have got which: by one rule, or by all that are on."""
    resource = _resource(request.args.get("resource", ""))
    session, here = db.session(), here_at(resource)
    chosen = request.args.get("rule", 0, id_of)
    rules = [
        each for each in rules_of(session, resource.name) if (each.id == chosen if chosen else each.active)
    ]
    trial = try_out(session, resource, rules)
    formats = here.formats
    formats.references.know_records(resource.name, trial.ids)
    lines = [
        (
            formats.references.record_name(resource.name, each.record_id) or "",
            here.address_of(each.record_id),
            name_of(each.user_id, formats),
            reason_text(each.reason, formats),
        )
        for each in sorted(trial.dealt, key=lambda each: -each.record_id)
    ]
    return render(
        "assignment/preview.html",
        resource=resource,
        rule=next((each for each in rules if each.id == chosen), None),
        trial=trial,
        lines=lines,
        shares=[(name_of(user_id, formats), number) for user_id, number in trial.shares],
    )


def _save(here: Here, rule: KeptRule | None) -> ResponseReturnValue:
    filled, session = sent_form(here), here.session
    wanted = wanted_of(here, filled)
    try:
        if rule is None:
            create_rule(session, here.house, wanted, here.reading)
        else:
            change_rule(session, here.house, rule.id, wanted, here.reading)
        session.commit()
    except Refused as refused:
        session.rollback()
        return _form(here, rule, filled, refused.message), 422
    flash_toast(_("Saved."))
    return onward(url_for("assignment.page"))


def _form(here: Here, rule: KeptRule | None, filled: Filled, wrong: Text = "") -> str:
    return render(
        "assignment/rule.html",
        resource=here.resource,
        rule=rule,
        form=filled,
        choices=filter_choices(here, filled.conditions),
        methods=METHODS,
        doors=DOORS,
        capacity=CAPACITY,
        wrong=wrong,
    )


def _rule(id: int) -> KeptRule:
    session = db.session()
    found = (rule for each in with_owners(current_house()) for rule in rules_of(session, each.name))
    return next((rule for rule in found if rule.id == id), None) or abort(404)


def _resource(name: str) -> Resource:
    try:
        return assignable(current_house(), name)
    except Refused:
        abort(404)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="assignment.undo")
