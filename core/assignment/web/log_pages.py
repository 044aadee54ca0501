"""Settings › Assignment: who is away, and the log of who got what."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, g, request
from flask.typing import ResponseReturnValue

from core.access.web.gate import require
from core.admin.settings import EDIT
from core.admin.settings.views import render
from core.assignment.absences import add_absence, remove_absence
from core.assignment.log import Asked, page_of_log
from core.assignment.rules import rules_of
from core.assignment.web.deeds import done, nothing
from core.assignment.web.shown import log_lines, with_owners
from core.db import db
from core.fields.references import USERS
from core.formats import formats_for
from core.house import current_house
from core.i18n import _
from core.resources.context import Refused
from core.routing import id_of

AT = "/settings/assignment"


def add_routes(blueprint: Blueprint) -> None:
    for rule, view, method in (
        (f"{AT}/log", log, "GET"),
        (f"{AT}/absences", add_away, "POST"),
        (f"{AT}/absences/<int:id>/delete", remove_away, "POST"),
    ):
        blueprint.add_url_rule(rule, view.__name__, require(*EDIT)(view), methods=[method])


def log() -> str:
    """Who got what, when and why, the newest first."""
    session, house = db.session(), current_house()
    formats = formats_for(session, g.actor)
    kinds = with_owners(house)
    asked = asked_of_log()
    rows, older = page_of_log(session, asked, [each.name for each in kinds], formats.zone)
    args = {name: value for name, value in request.args.items() if value and name != "before"}
    return render(
        "assignment/log.html",
        lines=log_lines(house, rows, formats),
        older=f"?{urlencode({**args, 'before': older})}" if older else "",
        kinds=kinds,
        rules=[rule for each in kinds for rule in rules_of(session, each.name)],
        people=formats.references.items(USERS),
        given=args,
    )


def add_away() -> ResponseReturnValue:
    """Somebody is away from a day to a day."""
    form = request.form
    return done(
        lambda: nothing(
            add_absence(
                db.session(),
                form.get("user", 0, id_of),
                *days_of(form.get("since", ""), form.get("until", "")),
                form.get("substitute", 0, id_of) or None,
            )
        ),
        _("Kept: nothing is given to them on these days."),
    )


def remove_away(id: int) -> ResponseReturnValue:
    if not remove_absence(db.session(), id):
        abort(404)
    return done(lambda: None, _("The absence was removed."))


def days_of(since: str, until: str) -> tuple[date, date]:
    """The first and the last day that were typed. Raises Refused for what is none."""
    try:
        return date.fromisoformat(since), date.fromisoformat(until or since)
    except ValueError:
        raise Refused(_("Say from which day to which."), "days") from None


def asked_of_log() -> Asked:
    """What the address asks of the log; what makes no sense is left out."""
    args = request.args
    person = args.get("user", "")
    return Asked(
        args.get("resource", ""),
        args.get("record", 0, id_of) or None,
        int(person) if person.isdecimal() and len(person) < 19 else None,
        person == "nobody",
        args.get("rule", 0, id_of) or None,
        _day(args.get("since", "")),
        _day(args.get("until", "")),
        args.get("before", 0, id_of) or None,
    )


def _day(text: str) -> date | None:
    """A day of our times; of others no zone knows when they begin."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
