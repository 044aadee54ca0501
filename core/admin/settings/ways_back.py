"""The address that takes a deed on a list back: it carries the way itself, or where that is kept if it is long."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import abort, current_app, g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.admin.settings.ways import Undo
from core.db import db, utcnow
from core.records.models import Undo as Kept
from core.resources.declare import ReferenceList

UNDO_SECONDS = 3600
LIST = "list"
"""The kind of what is kept of a replaced value until that can no longer be undone."""


def token_of(declared: ReferenceList, way_back: Undo | None) -> str:
    """What the address carries; '' where there is nothing to take back. The caller commits."""
    if way_back is None or way_back == Undo():
        return ""
    way = asdict(way_back)
    if way_back.held or way_back.further:  # too much for an address
        row = Kept(actor_id=g.actor.user_id, resource=f"list:{declared.name}", kind=LIST, kept=way)
        db.session.add(row)
        db.session.flush()
        way = {"kept": row.id}
    token = _signer().dumps([declared.name, way])
    return token.decode() if isinstance(token, bytes) else token


def way_of(declared: ReferenceList, token: str) -> Undo:
    """The way back that an address carries; 404 for one that is forged, another list's, too old or gone already."""
    try:
        list_name, way = _signer().loads(token, max_age=UNDO_SECONDS)
    except BadSignature:
        abort(404)
    if list_name != declared.name:
        abort(404)
    if "kept" in way:
        way = _kept(declared, way["kept"])
    return Undo.of(way)


def _kept(declared: ReferenceList, id: int) -> dict[str, Any]:
    """The way back that was too long for its address, once."""
    row = db.session.get(Kept, id, with_for_update=True)
    if row is None or row.used_at is not None or row.resource != f"list:{declared.name}":
        abort(404)
    row.used_at = utcnow()
    return dict(row.kept)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="settings.undo")
