"""A POST that is repeated with the same `Idempotency-Key` does nothing again and gets the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import utcnow
from core.i18n import _
from core.rest.answers import ApiError
from core.rest.models import Idempotency

KEY_LENGTH = 200
KEPT = timedelta(days=3)


@dataclass(frozen=True)
class Answer:
    """What a POST answers."""

    status: int
    body: dict[str, Any]
    location: str | None = None
    etag: str | None = None

    def response(self) -> Response:
        answer = jsonify(self.body)
        answer.status_code = self.status
        if self.location:
            answer.headers["Location"] = self.location
        if self.etag:
            answer.headers["ETag"] = self.etag
        return answer


def once(session: Session, actor: Actor, do: Callable[[], Answer]) -> Response:
    """Do it and commit, or give the answer that this key had already.

    Raises:
        ApiError: the key was used for something else.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or actor.user_id is None:
        answer = do()
        session.commit()
        return answer.response()
    if len(key) > KEY_LENGTH:
        raise ApiError(
            422, "key_too_long", _("An Idempotency-Key has at most %(max)s characters.", max=KEY_LENGTH)
        )
    digest = hashlib.sha256(request.get_data()).hexdigest()
    kept = _kept(session, actor.user_id, key)
    if kept is not None:
        return _again(kept, digest)
    answer = do()
    session.add(
        Idempotency(
            user_id=actor.user_id,
            key=key,
            path=request.path[:300],
            digest=digest,
            status=answer.status,
            answer=answer.body,
            location=answer.location,
        )
    )
    try:
        session.commit()
    except IntegrityError:  # the same request has just been answered elsewhere
        session.rollback()
        kept = _kept(session, actor.user_id, key)
        if kept is None:
            raise
        return _again(kept, digest)
    return answer.response()


def forget_old(session: Session) -> None:
    """Remove the answers that nobody will ask for again."""
    session.execute(sa.delete(Idempotency).where(Idempotency.at < utcnow() - KEPT))


def _kept(session: Session, user_id: int, key: str) -> Idempotency | None:
    wanted = sa.select(Idempotency).where(
        Idempotency.user_id == user_id, Idempotency.key == key, Idempotency.path == request.path[:300]
    )
    return session.scalars(wanted).first()


def _again(kept: Idempotency, digest: str) -> Response:
    if kept.digest != digest:
        raise ApiError(409, "key_reused", _("This Idempotency-Key was used for something else."))
    answer = Answer(kept.status, kept.answer, kept.location).response()
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
