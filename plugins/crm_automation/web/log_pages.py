"""Settings › Automation: trying a rule out, running it on chosen records, its log, and rules as a file."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    DateTime,
    Refused,
    _,
    actor_of,
    current_house,
    db,
    flash_toast,
    formats_for,
    lead_to,
    ngettext,
    require,
    settings_page,
)
from plugins.crm_automation.files import rules_file, take_rules
from plugins.crm_automation.keeping import wrong_owner
from plugins.crm_automation.log import Asked, page_of_log, try_again
from plugins.crm_automation.models import Run
from plugins.crm_automation.queueing import HAND, queue_for
from plugins.crm_automation.rules import EDIT, kept_rules
from plugins.crm_automation.trial import try_out
from plugins.crm_automation.web.pages import AT, blueprint, place_at, rule_or_404
from plugins.crm_automation.web.shown import RESULTS, run_lines

MOST_AT_ONCE = 500


@blueprint.post(f"{AT}/rules/<int:id>/trial")
@require(*EDIT)
def trial(id: int) -> str:
    """Had the rule been on for the last 30 days: on which records it would have worked, and what it would do to them.

    A POST, for it does it all and takes it back.
    """
    rule = rule_or_404(id)
    found = try_out(db.session(), current_house(), rule)
    place = place_at(rule.resource)
    formats = place.formats
    formats.references.know_records(rule.resource, [each.record_id for each in found.tried])
    lines = [
        (
            each,
            formats.references.record_name(rule.resource, each.record_id) or "",
            f"{request.script_root}/{rule.resource}/{each.record_id}",
            DateTime().text(each.at, formats),
            *RESULTS[each.outcome.result],
        )
        for each in found.tried
    ]
    return settings_page(
        "crm_automation/trial.html",
        rule=rule,
        resource=place.resource,
        trial=found,
        lines=lines,
        results=[(*RESULTS[name], number) for name, number in found.results.items()],
    )


@blueprint.post(f"{AT}/rules/<int:id>/run")
@require(*EDIT)
def run_now(id: int) -> ResponseReturnValue:
    """Have a worker do it to the chosen records, after asking once more."""
    rule = rule_or_404(id)
    ids = [int(each) for each in request.form.getlist("id") if each.isdecimal() and len(each) < 19][
        :MOST_AT_ONCE
    ]
    if not ids:
        flash_toast(_("Choose at least one record."), tone="warn")
        return lead_to(url_for("crm_automation.edit", id=id))
    if "sure" not in request.form:
        return settings_page("crm_automation/run.html", rule=rule, ids=ids)
    session = db.session()
    if (wrong := wrong_owner(session, rule.owner_id)) is not None:
        flash_toast(wrong, tone="bad")
        return lead_to(url_for("crm_automation.edit", id=id))
    queue_for(session, rule.resource, ids, rule.id, HAND)
    session.commit()
    flash_toast(
        ngettext(
            "The rule is tried on %(num)d record now.", "The rule is tried on %(num)d records now.", len(ids)
        )
    )
    return lead_to(url_for("crm_automation.log", rule=id))


@blueprint.get(f"{AT}/log")
@require(*EDIT)
def log() -> str:
    """What rules did, when and to what, the newest first."""
    session, house = db.session(), current_house()
    formats = formats_for(session, actor_of(session))
    rows, older = page_of_log(session, asked_of_log(), list(house.resources))
    args = {name: value for name, value in request.args.items() if value and name != "before"}
    return settings_page(
        "crm_automation/log.html",
        lines=run_lines(house, rows, formats),
        older=f"?{urlencode({**args, 'before': older})}" if older else "",
        rules=kept_rules(session),
        results={name: label for name, (label, _hue) in RESULTS.items()},
        resources=house.resources,
        given=args,
    )


@blueprint.post(f"{AT}/log/<int:id>/retry")
@require(*EDIT)
def retry(id: int) -> ResponseReturnValue:
    """Have a failed run done again."""
    session = db.session()
    if session.get(Run, id) is None:
        abort(404)
    try:
        try_again(session, id)
        session.commit()
        flash_toast(_("It is tried again now."))
    except Refused as refused:
        session.rollback()
        flash_toast(refused.message, tone="bad")
    return lead_to(url_for("crm_automation.log", result=request.form.get("result") or None))


@blueprint.get(f"{AT}/rules.json")
@require(*EDIT)
def export() -> Response:
    """All rules as a file, with names in place of numbers."""
    session, house = db.session(), current_house()
    text = json.dumps(rules_file(session, house), ensure_ascii=False, indent=2)
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": "attachment; filename=rules.json"}
    )


@blueprint.post(f"{AT}/import")
@require(*EDIT)
def take_file() -> ResponseReturnValue:
    """Rules of a file, each switched off; all of them or none."""
    session, sent = db.session(), request.files.get("file")
    try:
        body: Any = json.loads(sent.read().decode("utf-8-sig")) if sent is not None else None
        made = take_rules(session, current_house(), body)
        session.commit()
    except (ValueError, RecursionError):
        flash_toast(_("This is no file of rules."), tone="bad")
    except Refused as refused:
        session.rollback()
        flash_toast(refused.message, tone="bad")
    else:
        flash_toast(
            ngettext("%(num)d rule came in; it is off.", "%(num)d rules came in; they are off.", made)
        )
    return lead_to(url_for("crm_automation.page"))


def asked_of_log() -> Asked:
    """What the address asks of the log; what makes no sense is left out."""
    args = request.args

    def number(name: str) -> int | None:
        text = args.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 19 else None

    result = args.get("result", "")
    return Asked(
        number("rule"),
        result if result in RESULTS else "",
        args.get("resource", ""),
        number("record"),
        number("before"),
    )
