"""What rules wait for is written down in the transaction in which it happens, one statement for all records of a write."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import House, JobRow, Resource, WriteContext, Written, enqueue, is_sqlite, utcnow
from plugins.crm_automation.declare import Values
from plugins.crm_automation.kinds import place_of, triggers_of
from plugins.crm_automation.models import Happening
from plugins.crm_automation.rules import KeptRule, active_rules

CHAIN = "automation chain"
"""Where a session that a rule works in keeps to which chain its writes belong."""
PLUGIN = "crm_automation"
WORK = f"{PLUGIN}.work"
IMPORT, HAND = "import", "hand"
Happens = Callable[[Resource, Values, Written], bool]


@dataclass(frozen=True)
class Chain:
    """What ties together what rules cause one after the other, and how far it has come."""

    name: str
    depth: int


def queue_written(resource: Resource, written: Sequence[Written], context: WriteContext) -> None:
    """Note for which rules these writes are what they wait for; costs nothing where no rule is about the resource."""
    session = context.session
    rules = [
        rule for rule in active_rules(session, resource.name) if context.source != IMPORT or rule.imports
    ]
    if not rules:
        return
    waiting = _waiting(rules, resource, context)
    chain: Chain = session.info.get(CHAIN) or Chain(secrets.token_hex(8), -1)
    rows = []
    for each in written:
        meant = [
            rule.id
            for rule, happens, values in waiting
            if _is_it(context.house, happens, resource, values, each)
        ]
        if meant:
            rows.append(_row(resource.name, each.record.id, meant, context.source, chain))
    if rows:
        session.execute(sa.insert(Happening), rows)
        wake(session)


def queue_for(session: Session, resource: str, record_ids: Sequence[int], rule_id: int, source: str) -> None:
    """Have one rule try these records, whatever has happened to them. The caller commits."""
    chain = Chain(secrets.token_hex(8), -1)
    rows = [_row(resource, id, [rule_id], source, chain) for id in record_ids]
    if rows:
        session.execute(sa.insert(Happening), rows)
        wake(session)


def wake(session: Session) -> None:
    """See to it that a worker looks once this transaction is committed; one that waits already does for it too.

    The one that waits is held until then: who took it earlier might look too early, and nobody else would look again.
    """
    waiting = sa.select(JobRow.id).where(JobRow.type == WORK, JobRow.status == "queued").limit(1)
    if not is_sqlite(session):
        waiting = waiting.with_for_update(read=True, skip_locked=True)
    if session.scalar(waiting) is None:
        enqueue(session, WORK, actor=None, title=WORK, key=f"{WORK}@{secrets.token_hex(8)}")


def _waiting(
    rules: Sequence[KeptRule], resource: Resource, context: WriteContext
) -> list[tuple[KeptRule, Happens, Values]]:
    """Each rule that a write can be for, with how that is told and by which values."""
    kinds = triggers_of(context.house)
    place = place_of(context.session, context.house, resource, None)
    found = []
    for rule in rules:
        kind = kinds.get(str(rule.trigger.get("kind")))
        if kind is not None and kind.happens is not None:
            found.append((rule, kind.happens, kind.ready(place, rule.trigger)))
    return found


def _is_it(house: House, happens: Happens, resource: Resource, values: Values, written: Written) -> bool:
    """Whether this is what a trigger waits for; one that cannot say keeps nobody from saving."""
    try:
        return happens(resource, values, written)
    except Exception as error:  # the guard around a trigger, which another app may have brought
        house.hooks.failed(house.plugin_behind(happens, PLUGIN), "trigger", error)
        return False


def _row(resource: str, record_id: int, rules: list[int], source: str, chain: Chain) -> dict[str, Any]:
    return {
        "resource": resource,
        "record_id": record_id,
        "rules": rules,
        "source": source,
        "chain": chain.name,
        "depth": chain.depth + 1,
        "at": utcnow(),
    }
