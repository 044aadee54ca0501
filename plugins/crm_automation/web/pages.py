"""Settings › Automation: the rules in their order, and the form of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, make_response, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    Refused,
    Words,
    _,
    actor_of,
    current_house,
    db,
    flash_toast,
    lead_to,
    reading_for,
    require,
    settings_page,
)
from plugins.crm_automation.declare import Place
from plugins.crm_automation.keeping import (
    NotFit,
    arrange_rules,
    change_rule,
    create_rule,
    delete_rule,
    duplicate_rule,
    switch_rule,
    understand,
)
from plugins.crm_automation.kinds import place_of
from plugins.crm_automation.log import Lately, lately
from plugins.crm_automation.rules import EDIT, KeptRule, kept_rules, rule_by_id
from plugins.crm_automation.sentence import sentence_of_read
from plugins.crm_automation.web.forms import (
    DRAW,
    Filled,
    blocks_of,
    filters_of,
    new_form,
    offered_actions,
    sent_form,
    stored_form,
    wanted_of,
    whose,
)
from plugins.crm_automation.web.shown import rule_line

AT = "/settings/automation"
blueprint = Blueprint("crm_automation", __name__, template_folder="../templates")


@blueprint.get(AT)
@require(*EDIT)
def page() -> str:
    """The rules, whether they are on, and how they fare."""
    session, house = db.session(), current_house()
    fared = lately(session)
    lines = [
        rule_line(place_at(rule.resource), rule, fared.get(rule.id, Lately()))
        for rule in kept_rules(session)
        if rule.resource in house.resources
    ]
    return settings_page("crm_automation/page.html", lines=lines, kinds=house.in_menu_order())


@blueprint.route(f"{AT}/rules/new", methods=["GET", "POST"])
@require(*EDIT)
def new() -> ResponseReturnValue:
    """The form of a new rule for the kind of record that the address names."""
    place = place_at(request.args.get("resource", ""))
    if request.method == "POST":
        return _sent(place, None)
    actor = actor_of(place.session)
    return _form(place, None, new_form(actor.user_id if actor else None))


@blueprint.route(f"{AT}/rules/<int:id>", methods=["GET", "POST"])
@require(*EDIT)
def edit(id: int) -> ResponseReturnValue:
    """One rule."""
    rule = rule_or_404(id)
    place = place_at(rule.resource)
    return _sent(place, rule) if request.method == "POST" else _form(place, rule, stored_form(rule))


@blueprint.post(f"{AT}/rules/<int:id>/switch")
@require(*EDIT)
def switch(id: int) -> ResponseReturnValue:
    on = "y" in request.form.getlist("active")
    return done(
        lambda: switch_rule(db.session(), current_house(), id, on),
        _("The rule is on.") if on else _("The rule is off."),
    )


@blueprint.post(f"{AT}/rules/<int:id>/duplicate")
@require(*EDIT)
def duplicate(id: int) -> ResponseReturnValue:
    return done(
        lambda: _nothing(duplicate_rule(db.session(), current_house(), id)),
        _("There is a copy now; it is off."),
    )


@blueprint.post(f"{AT}/rules/<int:id>/delete")
@require(*EDIT)
def delete(id: int) -> ResponseReturnValue:
    """Remove a rule, after asking; what it did stays in the log."""
    rule = rule_or_404(id)
    if "sure" not in request.form:
        return settings_page("crm_automation/delete.html", rule=rule)
    return done(
        lambda: delete_rule(db.session(), current_house(), id), _("“%(name)s” was deleted.", name=rule.name)
    )


@blueprint.post(f"{AT}/order")
@require(*EDIT)
def arrange() -> ResponseReturnValue:
    """The rules in their new order."""
    ids = [int(each) for each in request.form.getlist("id") if each.isdecimal() and len(each) < 19]
    arrange_rules(db.session(), ids)
    db.session.commit()
    return make_response("", 204)


@blueprint.post(f"{AT}/rules/<int:id>/<any(up, down):direction>")
@require(*EDIT)
def move(id: int, direction: str) -> ResponseReturnValue:
    """One place up or down, for who drags nothing."""
    session, rule = db.session(), rule_or_404(id)
    ids = [each.id for each in kept_rules(session)]
    place = ids.index(rule.id)
    other = max(place - 1, 0) if direction == "up" else min(place + 1, len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    return done(lambda: arrange_rules(session, ids), _("Moved."))


def place_at(resource: str) -> Place:
    """The kind of record that rules are for, as the reader sees it; 404 where there is none."""
    session, house = db.session(), current_house()
    if resource not in house.resources:
        abort(404)
    return place_of(session, house, house.resources[resource], actor_of(session))


def rule_or_404(id: int) -> KeptRule:
    rule = rule_by_id(db.session(), id)
    if rule is None or rule.resource not in current_house().resources:
        abort(404)
    return rule


def done(deed: Callable[[], None], said: Words) -> ResponseReturnValue:
    """Do it, commit it, and go back to the list, which says so; a refusal takes everything back."""
    try:
        deed()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash_toast(refused.message, tone="bad")
        return lead_to(url_for("crm_automation.page"))
    flash_toast(said)
    return lead_to(url_for("crm_automation.page"))


def _nothing(_made: object) -> None:
    """What was made is not needed any more."""


def _sent(place: Place, rule: KeptRule | None) -> ResponseReturnValue:
    """Draw the form again after a button that changes it, or keep the rule."""
    filled = sent_form(place)
    if DRAW in request.form:
        return _form(place, rule, filled)
    session = place.session
    reading = reading_for(session, actor_of(session), formats=place.formats)
    wanted = wanted_of(place, filled)
    try:
        if rule is None:
            create_rule(session, place.house, wanted, reading)
        else:
            change_rule(session, place.house, rule.id, wanted, reading)
        session.commit()
    except NotFit as wrong:
        session.rollback()
        return _form(place, rule, filled, wrong.problems), 422
    except Refused as refused:
        session.rollback()
        return _form(place, rule, filled, {"": refused.message}), 422
    flash_toast(_("Saved."))
    return lead_to(url_for("crm_automation.page"))


def _form(
    place: Place, rule: KeptRule | None, filled: Filled, problems: Mapping[str, Words] | None = None
) -> str:
    session, told = place.session, problems or {}
    reading = reading_for(session, actor_of(session), formats=place.formats)
    trigger, actions = blocks_of(place, filled, reading, told)
    return settings_page(
        "crm_automation/rule.html",
        resource=place.resource,
        rule=rule,
        form=filled,
        trigger=trigger,
        actions=actions,
        more=offered_actions(place),
        choices=filters_of(place, filled),
        sentence=_sentence(place, rule, filled),
        people=whose(place),
        problems={key: text for key, text in told.items() if "." not in key},
        wrong=len(told),
        draw=DRAW,
    )


def _sentence(place: Place, rule: KeptRule | None, filled: Filled) -> str:
    """The rule in words as it stands in the form."""
    session = place.session
    reading = reading_for(
        session,
        actor_of(session) if filled.sent else None,
        **({"formats": place.formats} if filled.sent else {"decimal": ".", "date_order": "ymd"}),
    )
    read = understand(session, place.house, wanted_of(place, filled), reading)
    query = read.query if filled.sent else filled.query
    return sentence_of_read(place, read.trigger, query, read.actions)
