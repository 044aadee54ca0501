"""The second step of signing in: recovery codes, and switching it on and off."""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy.orm import Session

from core.access.models import User
from core.access.service import digest, sign_out_everywhere
from core.state import forget

RECOVERY_CODES = 10
AUTHENTICATOR = "authenticator"


def has_set_up_codes(user: User) -> bool:
    return bool(user.tf_primary_method and user.tf_totp_secret)


def switch_on(session: Session, user: User, totp_secret: str) -> list[str]:
    """From now on a code is asked at sign-in; answers the recovery codes, which are told this once."""
    user.tf_primary_method, user.tf_totp_secret = AUTHENTICATOR, totp_secret
    codes = new_recovery_codes(session, user)
    sign_out_everywhere(user)
    session.flush()
    return codes


def switch_off(session: Session, user: User) -> None:
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    user.recovery_codes = []
    sign_out_everywhere(user)
    session.flush()
    forget(session)


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Codes for when the phone is lost, each good for one sign-in; those given out before no longer open."""
    codes = ["-".join(secrets.token_hex(2) for _part in range(3)) for _code in range(RECOVERY_CODES)]
    user.recovery_codes = [digest(code) for code in codes]
    session.flush()
    forget(session)
    return codes


def take_recovery_code(user: User, typed: str) -> bool:
    """Use a recovery code up; False when it is none, or used before. The caller commits."""
    wanted = digest(typed.strip().lower())
    left = [code for code in user.recovery_codes if not hmac.compare_digest(code, wanted)]
    if len(left) == len(user.recovery_codes):
        return False
    user.recovery_codes = left
    return True
