"""What a deleted attribute leaves behind goes once nobody can take it back: its values, and their words in the search."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.attributes.models import Attribute, AttributeValue
from core.attributes.types import TYPES
from core.db import db, utcnow, writing
from core.declare import JobType
from core.house import House
from core.i18n import _l
from core.jobs import Job
from core.resources.search import index_ids

KEPT = timedelta(hours=1)
BATCH = 1000
DAY = 86400


def sweep_attributes(job: Job) -> None:
    """Remove them a batch and a commit at a time; safe to begin again."""
    session = db.session()
    gone = sa.select(Attribute).where(Attribute.deleted_at < utcnow() - KEPT)
    for attribute in session.scalars(gone).all():
        session.commit()
        while _take_batch(session, job.house, attribute):
            pass
        with writing():
            session.delete(attribute)
            session.commit()


JOB_TYPE = JobType("core.attributes", _l("Remove deleted attributes"), sweep_attributes, every=DAY)


def _take_batch(session: Session, house: House, attribute: Attribute) -> bool:
    """Remove the values of some records; whether there were any."""
    own = AttributeValue.attribute_id == attribute.id
    with writing():
        rows = session.execute(
            sa.select(AttributeValue.id, AttributeValue.resource, AttributeValue.record_id)
            .where(own)
            .limit(BATCH)
        ).all()
        if not rows:
            session.rollback()
            return False
        session.execute(sa.delete(AttributeValue).where(AttributeValue.id.in_([row.id for row in rows])))
        is_found = attribute.kind in TYPES and TYPES[attribute.kind].found
        for resource in house.resources.values() if is_found else ():
            ids = sorted({row.record_id for row in rows if row.resource == resource.name})
            if ids and resource.search:
                index_ids(session, resource, ids)
        session.commit()
    return True
