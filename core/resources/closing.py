"""Kinds of record of which no new ones can be made for the time being: what the resource says of it, at every door."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core.i18n import Text
from core.resources.context import Refused
from core.resources.declare import Resource

CLOSED = "closed"
"""Code of the problem; the API answers it with 409."""


def why_closed(session: Session, resource: Resource) -> Text:
    """Why no new record can be made now, and what to do instead; '' where one can."""
    return (resource.closed(session) if resource.closed is not None else None) or ""


def closed_among(session: Session, resources: Mapping[str, Resource]) -> frozenset[str]:
    """Names of the resources that are closed now; costs nothing where none could be."""
    return frozenset(name for name, each in resources.items() if why_closed(session, each))


def require_open(session: Session, resource: Resource) -> None:
    """Raises Refused where no new record can be made now."""
    if told := why_closed(session, resource):
        raise Refused(told, CLOSED)
