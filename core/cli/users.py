"""`prospecto users`: who may sign in; also the way back in for an administrator who is locked out."""

from __future__ import annotations

import secrets

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from core.access.models import User
from core.access.service import change_password, change_user, create_user, find_user
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json, say_table
from core.config import load_config
from core.resources.context import Refused
from core.settings import settings_of


@click.group()
def users() -> None:
    """Who may sign in."""


@users.command("list")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True)
@json_option
def list_users(limit: int, as_json: bool) -> None:
    """All people, also those who may not sign in any more."""
    with in_app(load_config()) as (session, _house):
        found = session.scalars(
            sa.select(User).options(selectinload(User.roles)).order_by(User.id).limit(limit)
        ).all()
        rows = [(each.email, each.name, [role.name for role in each.roles], each.active) for each in found]
    if as_json:
        names = ("email", "name", "roles", "active")
        say_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    cells = [
        (email, name, ", ".join(roles), "yes" if active else "no") for email, name, roles, active in rows
    ]
    say_table(("E-mail", "Name", "Roles", "Active"), cells)


@users.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, default=["salesperson"], show_default=True)
@click.option("--password", envvar="PROSPECTO_PASSWORD", help="Without it one is invented and printed.")
@click.option("--language", help="Of their pages; the company's unless given.")
@click.option("--timezone", "zone", help="The company's unless given.")
def create(
    email: str,
    name: str,
    roles: tuple[str, ...],
    password: str | None,
    language: str | None,
    zone: str | None,
) -> None:
    """Let somebody in."""
    with in_app(load_config()) as (session, _house):
        settings = settings_of(session)
        chosen = password or secrets.token_urlsafe(12)
        try:
            create_user(
                session,
                email=email,
                password=chosen,
                name=name,
                roles=roles,
                language=language or settings["company.language"],
                zone=zone or settings["company.zone"],
            )
        except Refused as error:
            raise Wrong(str(error.message)) from None
        session.commit()
    say(f"{email} may sign in." if password else f"{email} may sign in with the password {chosen}")


@users.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Keep somebody out; their records stay."""
    with in_app(load_config()) as (session, _house):
        try:
            change_user(session, _user(session, email), active=False)
        except Refused as error:
            raise Wrong(str(error.message)) from None
        session.commit()
    say(f"{email} may not sign in any more.")


@users.command()
@click.argument("email")
@click.option("--password", envvar="PROSPECTO_PASSWORD", help="Without it one is invented and printed.")
def password(email: str, password: str | None) -> None:
    """Give somebody a new password; whoever is signed in as them is signed out."""
    with in_app(load_config()) as (session, _house):
        chosen = password or secrets.token_urlsafe(12)
        try:
            change_password(session, _user(session, email), chosen)
        except Refused as error:
            raise Wrong(str(error.message)) from None
        session.commit()
    say(f"{email} has a new password." if password else f"{email} has the new password {chosen}")


def _user(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise Wrong(f"Nobody has the address {email}.")
    return user
