"""`prospecto tokens`: keys by which programs use the API in somebody's name."""

from __future__ import annotations

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Token, User
from core.access.service import create_token, find_user, revoke_token
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json, say_table
from core.config import load_config


@click.group()
def tokens() -> None:
    """Keys to the API."""


@tokens.command()
@click.option("--user", required=True, metavar="EMAIL", help="In whose name, with whose rights.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--read-only", is_flag=True)
@json_option
def create(user: str, name: str, read_only: bool, as_json: bool) -> None:
    """Make a key and print it, this once."""
    with in_app(load_config()) as (session, _house):
        token, text = create_token(session, _user(session, user), name, read_only=read_only)
        session.commit()
        made = {"id": token.id, "name": token.name, "token": text, "read_only": token.read_only}
    if as_json:
        say_json(made)
    else:
        say(text)


@tokens.command("list")
@click.option("--user", metavar="EMAIL", help="Only this person's.")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True)
@json_option
def list_tokens(user: str | None, limit: int, as_json: bool) -> None:
    """The keys there are; not their secrets."""
    with in_app(load_config()) as (session, _house):
        wanted = (
            sa.select(Token, User.email).join(User, User.id == Token.user_id).order_by(Token.id).limit(limit)
        )
        if user is not None:
            wanted = wanted.where(Token.user_id == _user(session, user).id)
        rows = [
            {
                "id": token.id,
                "user": email,
                "name": token.name,
                "starts": token.start,
                "read_only": token.read_only,
                "created_at": token.created_at.isoformat(),
            }
            for token, email in session.execute(wanted)
        ]
    if as_json:
        say_json(rows)
        return
    cells = [
        (row["id"], row["user"], row["name"], f"{row['starts']}…", "yes" if row["read_only"] else "no")
        for row in rows
    ]
    say_table(("Id", "User", "Name", "Key", "Read only"), cells)


@tokens.command()
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """End a key, by its id."""
    with in_app(load_config()) as (session, _house):
        token = session.get(Token, token_id)
        if token is None or not revoke_token(session, token.user_id, token.id):
            raise Wrong(f"There is no key {token_id}.")
        session.commit()
    say(f"Key {token_id} opens nothing any more.")


def _user(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None or not user.active:
        raise Wrong(f"Nobody active has the address {email}.")
    return user
