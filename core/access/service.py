"""Users and the keys to the API. Nothing here knows the web; the actors made of users: `core.access.actors`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actors import TOKEN_PREFIX, actor_by_session_key, actor_by_token, actor_for, digest
from core.access.models import Role, Token, User
from core.access.passwords import check_password_strength, hash_password
from core.access.roles import ADMINISTRATOR, seed_roles
from core.i18n import LANGUAGES, _l
from core.resources.context import Refused
from core.state import forget

HUES = ("blue", "teal", "orange", "pink", "green", "violet", "cyan", "amber", "red", "lime", "brown", "slate")


class WeakPassword(Refused):
    """The password is too easy to guess; the message says why."""


class AddressTaken(Refused):
    """Somebody has this e-mail address already."""


def create_user(
    session: Session,
    *,
    email: str,
    password: str | None,
    name: str,
    roles: Iterable[str] = (),
    language: str = "en",
    zone: str = "UTC",
) -> User:
    """A new person, flushed. Without a password they cannot sign in before they set one by an invitation link.

    Args:
        roles: names of roles, as `administrator`.

    Raises:
        WeakPassword, AddressTaken, Refused: (address, language, zone or role unknown) nothing was made.
    """
    address = checked_address(session, email)
    if password is not None and (problems := check_password_strength(password, address)):
        raise WeakPassword(problems[0], "weak_password")
    check_language_and_zone(language, zone)
    user = User(
        email=address,
        email_folded=fold_address(address),
        name=name.strip() or address,
        password=hash_password(password) if password is not None else None,
        fs_uniquifier=secrets.token_hex(16),
        language=language,
        zone=zone,
        roles=roles_named(session, roles),
    )
    session.add(user)
    session.flush()
    user.hue = HUES[user.id % len(HUES)]
    session.flush()
    forget(session)
    return user


def change_user(
    session: Session,
    user: User,
    *,
    name: str | None = None,
    email: str | None = None,
    roles: Iterable[str] | None = None,
    active: bool | None = None,
    language: str | None = None,
    zone: str | None = None,
    theme: str | None = None,
) -> None:
    """Change what is given, and only that.

    Raises:
        Refused: it would leave nobody who may administrate, or a value is unknown.
    """
    check_language_and_zone(language or user.language, zone or user.zone)
    if email is not None and fold_address(email) != user.email_folded:
        user.email = checked_address(session, email, besides=user)
        user.email_folded = fold_address(user.email)
    user.name = (name or user.name).strip()
    user.language, user.zone, user.theme = language or user.language, zone or user.zone, theme or user.theme
    if roles is not None:
        user.roles = roles_named(session, roles)
    if active is not None and active != user.active:
        user.active = active
        if not active:
            sign_out_everywhere(user)
    session.flush()
    _keep_an_administrator(session)
    forget(session)


def change_password(session: Session, user: User, password: str) -> None:
    """Set a password; every other session of this person ends.

    Raises:
        WeakPassword: it is too easy to guess.
    """
    if problems := check_password_strength(password, user.email):
        raise WeakPassword(problems[0], "weak_password")
    user.password = hash_password(password)
    sign_out_everywhere(user)
    session.flush()
    forget(session)


def sign_out_everywhere(user: User) -> None:
    """Sessions, remembered computers and links sent by mail stop working. Tokens of the API stay."""
    user.fs_uniquifier = secrets.token_hex(16)


def find_user(session: Session, email: str) -> User | None:
    """The person with this address, however it is written."""
    return session.scalar(sa.select(User).where(User.email_folded == fold_address(email)))


def create_token(session: Session, user: User, name: str, *, read_only: bool = False) -> tuple[Token, str]:
    """A new key to the API and its text, which is told this once and kept nowhere."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        user_id=user.id,
        name=name.strip()[:80] or "API",
        start=text[:12],
        hash=digest(text),
        read_only=read_only,
    )
    session.add(token)
    session.flush()
    forget(session)
    return token, text


def tokens_of(session: Session, user_id: int) -> list[Token]:
    return list(
        session.scalars(sa.select(Token).where(Token.user_id == user_id).order_by(Token.id).limit(100))
    )


def revoke_token(session: Session, user_id: int, token_id: int) -> bool:
    """End a person's token; False when it is not theirs or gone."""
    gone = session.execute(sa.delete(Token).where(Token.id == token_id, Token.user_id == user_id))
    forget(session)
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def roles_named(session: Session, names: Iterable[str]) -> list[Role]:
    """The roles of these names. Raises Refused for an unknown one."""
    wanted = list(dict.fromkeys(names))
    found = {role.name: role for role in session.scalars(sa.select(Role).where(Role.name.in_(wanted)))}
    for name in wanted:
        if name not in found:
            raise Refused(_l("There is no role “%(role)s”.", role=name), "role")
    return [found[name] for name in wanted]


def checked_address(session: Session, email: str, besides: User | None = None) -> str:
    """The address as typed, without the blanks around it. Raises Refused, AddressTaken."""
    from email_validator import EmailNotValidError, validate_email

    try:
        address = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError as error:
        raise Refused(_l("This is not an e-mail address."), "email") from error
    holder = find_user(session, address)
    if holder is not None and holder is not besides:
        raise AddressTaken(_l("Somebody has this e-mail address already."), "email_taken")
    return address


def check_language_and_zone(language: str, zone: str) -> None:
    if language not in LANGUAGES:
        raise Refused(_l("The product does not speak “%(language)s”.", language=language), "language")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise Refused(_l("There is no time zone “%(zone)s”.", zone=zone), "zone") from error


def fold_address(email: str) -> str:
    return email.strip().casefold()


def _keep_an_administrator(session: Session) -> None:
    """Called after a flush; the caller rolls back when this raises. One at a time: two could remove each other."""
    session.execute(sa.select(Role.id).where(Role.is_admin.is_(True)).with_for_update())
    left = session.scalar(
        sa.select(sa.func.count(User.id))
        .join(User.roles)
        .where(Role.is_admin.is_(True), User.active.is_(True))
    )
    if not left:
        raise Refused(
            _l("Somebody must be able to administrate: this is the last active administrator."),
            "last_administrator",
        )


__all__ = [
    "ADMINISTRATOR",
    "AddressTaken",
    "WeakPassword",
    "actor_by_session_key",
    "actor_by_token",
    "actor_for",
    "change_password",
    "change_user",
    "check_password_strength",
    "create_token",
    "create_user",
    "digest",
    "find_user",
    "revoke_token",
    "seed_roles",
    "sign_out_everywhere",
    "tokens_of",
]
