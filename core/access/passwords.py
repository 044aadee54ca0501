"""Passwords: Argon2id as OWASP's cheat sheet asks (19 MiB, two passes), and what makes one strong enough."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from core.i18n import Text, _l

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200
"""Longer input is refused before it is hashed: hashing costs, and nobody types that."""

ARGON2: Mapping[str, Any] = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}

KEYBOARD_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
)

COMMON = frozenset(
    "password passwort contraseña contrasena clave secreto secret motdepasse admin administrador administrateur "
    "administrator prospecto prospect welcome bienvenido bienvenue letmein changeme iloveyou teamo monkey dragon "
    "football futbol baseball beisbol princess princesa sunshine soleil shadow master superman batman qwerty azerty "
    "hello hola bonjour login access test demo user usuario company empresa venezuela caracas france paris".split()
)


def check_password_strength(password: str, email: str = "") -> list[Text]:
    """What is wrong with a password, as sentences; nothing when it is strong enough.

    Length first (NIST SP 800-63B), then what guessers try first: known words with figures around them, runs of the
    keyboard, repeated signs, the person's own address.
    """
    if len(password) < MINIMUM_LENGTH:
        return [_l("Use at least %(count)s characters.", count=MINIMUM_LENGTH)]
    if len(password) > MAXIMUM_LENGTH:
        return [_l("Use at most %(count)s characters.", count=MAXIMUM_LENGTH)]
    folded = password.casefold()
    letters = "".join(sign for sign in folded if sign.isalpha())
    wrong: list[Text] = []
    if len(set(folded)) < 5:
        wrong.append(_l("Use more different characters."))
    elif letters in COMMON or (letters and not letters.strip(letters[0])) or _is_run(folded):
        wrong.append(_l("This is one of the first passwords a stranger would try."))
    account = email.casefold().partition("@")[0]
    if len(account) >= 4 and account in folded and len(folded) - len(account) < MINIMUM_LENGTH - 2:
        wrong.append(_l("Do not use your e-mail address as a password."))
    return wrong


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def is_password(hashed: str | None, password: str) -> bool:
    """Whether this is the password. Takes the same time where there is none to compare with."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(password) > MAXIMUM_LENGTH:
        password = ""
    try:
        return _hasher().verify(hashed or _nobodys_hash(), password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(**ARGON2)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("the password of nobody")


def _is_run(folded: str) -> bool:
    """A piece of the keyboard's or the alphabet's order, forwards or backwards, makes up most of it."""
    longest = 0
    for row in KEYBOARD_RUNS:
        for line in (row, row[::-1]):
            for start in range(len(folded)):
                end = start + max(longest, 3) + 1
                while end <= len(folded) and folded[start:end] in line:
                    longest, end = end - start, end + 1
    return longest >= len(folded) - 3
