"""`prospecto assignment`: who gets what comes in, who is away, and why somebody got something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import click
from sqlalchemy.orm import Session

from core.access.models import User
from core.access.service import find_user
from core.assignment.absences import absences_of, add_absence, remove_absence
from core.assignment.keeping import Wanted, assignable, create_rule, delete_rule, switch_rule
from core.assignment.log import Asked, page_of_log
from core.assignment.preview import try_out
from core.assignment.rules import METHODS, TURN, USUAL_DOORS, KeptPerson, rules_of
from core.assignment.web.shown import absence_json, log_json, rule_json, user_json, with_owners
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json, say_table
from core.config import load_config
from core.formats import formats_for, reading_for
from core.house import House
from core.resources.context import Refused


@click.group()
def assignment() -> None:
    """Who gets what comes in."""


@assignment.command()
@json_option
def rules(as_json: bool) -> None:
    """The rules, each kind of record's in their order."""
    with _at_work() as (session, house):
        formats = formats_for(session, None)
        found = [
            rule_json(kind, rule, formats)
            for kind in with_owners(house)
            for rule in rules_of(session, kind.name)
        ]
    if as_json:
        say_json(found)
        return
    cells = [
        (
            each["id"],
            each["resource"],
            each["name"],
            "on" if each["active"] else "off",
            each["method"],
            each["filter"] or "everything",
            ", ".join(person["user"]["email"] or "" for person in each["people"] if person["user"]),
        )
        for each in found
    ]
    say_table(("Id", "Records", "Name", "", "Method", "Filter", "People"), cells)


@assignment.command()
@click.argument("records")
@click.argument("name")
@click.argument("people", nargs=-1, required=True, metavar="EMAIL[:WEIGHT]…")
@click.option("--where", default="", metavar="QUERY", help="Filters as in a list's address: city=Coro.")
@click.option("--method", type=click.Choice(list(METHODS)), default=TURN, show_default=True)
@click.option("--door", "doors", multiple=True, help="inquiry, import, api, hand; all but hand if none.")
def add(
    records: str, name: str, people: tuple[str, ...], where: str, method: str, doors: tuple[str, ...]
) -> None:
    """Make a rule, the last of its kind: add leads "Coro" ana@example.com beto@example.com:2."""
    with _at_work() as (session, house):
        seats = []
        for each in people:
            email, _colon, weight = each.partition(":")
            seats.append(KeptPerson(_user(session, email).id, int(weight) if weight.isdecimal() else 1))
        wanted = Wanted(records, name, seats, parse_qs(where), method, doors or USUAL_DOORS)
        reading = reading_for(session, None, decimal=".", date_order="ymd")
        rule = create_rule(session, house, wanted, reading)
        session.commit()
        say(f"Rule {rule.id} is made.")


@assignment.command()
@click.argument("rule", type=int)
@click.argument("state", type=click.Choice(["on", "off", "delete"]))
def switch(rule: int, state: str) -> None:
    """Switch a rule on or off, or delete it."""
    with _at_work() as (session, house):
        if state == "delete":
            delete_rule(session, house, rule)
        else:
            switch_rule(session, house, rule, state == "on")
        session.commit()
    say(f"Rule {rule}: {state}.")


@assignment.command("try")
@click.argument("records")
@json_option
def try_rules(records: str, as_json: bool) -> None:
    """Of the last records, who would get how many; nothing is given."""
    with _at_work() as (session, house):
        active = [each for each in rules_of(session, records) if each.active]
        trial = try_out(session, assignable(house, records), active)
        formats = formats_for(session, None)
        shares = [{"user": user_json(id, formats), "count": number} for id, number in trial.shares]
    if as_json:
        say_json({"records": len(trial.ids), "left": trial.left, "people": shares})
        return
    cells = [(_name(user_json(id, formats)), number) for id, number in trial.shares]
    say_table(("Person", "Records"), cells)
    say(f"{trial.left} of {len(trial.ids)} fit no rule.")


@assignment.command()
@click.option("--user", metavar="EMAIL", help="What this person got.")
@click.option("--records", default="", help="Only of this kind.")
@json_option
def log(user: str | None, records: str, as_json: bool) -> None:
    """Who got what and why, the newest first."""
    with _at_work() as (session, house):
        formats = formats_for(session, None)
        asked = Asked(records, user_id=_user(session, user).id if user else None)
        rows, _older = page_of_log(session, asked, [each.name for each in with_owners(house)], formats.zone)
        lines = [log_json(row, formats) for row in rows]
    if as_json:
        say_json(lines)
        return
    cells = [
        (each["at"][:16], (each["record"] or {}).get("name", ""), _name(each["user"]), each["reason"])
        for each in lines
    ]
    say_table(("When", "Record", "Given to", "Why"), cells)


@assignment.command()
@json_option
def absences(as_json: bool) -> None:
    """Who is away, or will be."""
    with _at_work() as (session, _house):
        formats = formats_for(session, None)
        found = [absence_json(row, formats) for row in absences_of(session)]
    if as_json:
        say_json(found)
        return
    cells = [
        (each["id"], _name(each["user"]), each["since"], each["until"], _name(each["substitute"]))
        for each in found
    ]
    say_table(("Id", "Person", "From", "To", "Substitute"), cells)


@assignment.command()
@click.argument("email")
@click.argument("since", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("until", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--substitute", metavar="EMAIL")
def away(email: str, since: Any, until: Any, substitute: str | None) -> None:
    """Somebody is away from a day to a day: away ana@example.com 2026-12-01 2026-12-03."""
    with _at_work() as (session, _house):
        stand_in = _user(session, substitute).id if substitute else None
        first: date = since.date()
        row = add_absence(session, _user(session, email).id, first, until.date(), stand_in)
        session.commit()
        say(f"Absence {row.id} is kept.")


@assignment.command()
@click.argument("absence", type=int)
def back(absence: int) -> None:
    """Remove an absence, by its id."""
    with _at_work() as (session, _house):
        if not remove_absence(session, absence):
            raise Wrong(f"There is no absence {absence}.")
        session.commit()
    say(f"Absence {absence} is removed.")


@contextmanager
def _at_work() -> Iterator[tuple[Session, House]]:
    """The system's session; what is refused is said in one line."""
    with in_app(load_config()) as (session, house):
        try:
            yield session, house
        except Refused as refused:
            raise Wrong(str(refused.message)) from None


def _user(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise Wrong(f"Nobody has the address {email}.")
    return user


def _name(user: dict[str, Any] | None) -> str:
    return str(user["name"]) if user else "—"
