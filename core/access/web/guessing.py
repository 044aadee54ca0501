"""Slows down whoever names secret links that there are not."""

from __future__ import annotations

from flask import request

from core.access.service import digest
from core.access.throttle import count_attempt, seconds_to_wait
from core.db import db, writing


def wrong_link(what: str) -> int:
    """Count that this visitor named a secret that there is not; answers for how many seconds no more are judged.

    Call it at the end of a request: what it has not committed is lost.
    """
    session, key = db.session(), digest(f"{what}:{request.remote_addr or ''}")
    if wait := seconds_to_wait(session, key):
        return wait
    session.rollback()
    with writing():
        count_attempt(session, None, key)
        session.commit()
    return 0
