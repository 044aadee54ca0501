"""Setting targets: one value for a measure, a period and somebody, checked, written and kept in mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api import Actor, Refused, _
from plugins.crm_reports.models import Target, TargetChange
from plugins.crm_reports.targets.goals import Goal, Whose, may_set
from plugins.crm_reports.targets.spans import is_first, shifted

LARGEST = Decimal(1_000_000_000_000)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Wish:
    """What somebody's target of a period shall be; None takes it away."""

    whose: Whose
    first: date
    value: Decimal | None


def targets_of(
    session: Session, goal: Goal, span: str, firsts: Sequence[date]
) -> Mapping[tuple[str, date], Target]:
    """The targets of a measure in these periods, by (whose, first)."""
    found = session.scalars(
        sa.select(Target).where(
            Target.report == goal.report.name,
            Target.measure == goal.measure.name,
            Target.span == span,
            Target.first.in_(firsts),
        )
    )
    return {(each.whose, each.first): each for each in found}


def set_targets(
    session: Session, actor: Actor, goal: Goal, span: str, wishes: Iterable[Wish], currency: str | None
) -> int:
    """Write what differs from what is kept, with a line of history each; answers how many. The caller commits.

    Raises:
        Refused: the person may not set one of them, or a value or period makes no sense; nothing was written.
    """
    wanted = list({(wish.whose.key, wish.first): wish for wish in wishes}.values())
    for wish in wanted:
        _check(actor, goal, span, wish)
    kept = targets_of(session, goal, span, [wish.first for wish in wanted])
    written = 0
    for wish in wanted:
        target = kept.get((wish.whose.key, wish.first))
        written += _write(session, actor, goal, span, wish, target, currency if goal.is_money else None)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(_("Somebody has just set the same target; look at it again."), "conflict") from error
    return written


def carried(
    kept: Mapping[tuple[str, date], Target], span: str, firsts: Sequence[date], people: Sequence[Whose]
) -> list[Wish]:
    """Empty periods filled with the value of the one before them, which may have been filled just so."""
    wishes = []
    for whose in people:
        value: Decimal | None = None
        before = kept.get((whose.key, shifted(span, firsts[0], -1)))
        value = before.value if before else None
        for first in firsts:
            own = kept.get((whose.key, first))
            if own is not None:
                value = own.value
            elif value is not None:
                wishes.append(Wish(whose, first, value))
    return wishes


def spread(goal: Goal, whose: Whose, firsts: Sequence[date], value: Decimal) -> list[Wish]:
    """A year's value over its periods: in equal parts that add up to it; a share or a time is the same in each."""
    if not goal.adds_up:
        return [Wish(whose, first, value) for first in firsts]
    unit = CENT if goal.is_money else Decimal(1)
    number = len(firsts)
    each = (value / number).quantize(unit, rounding=ROUND_DOWN)
    left = int(((value - each * number) / unit).to_integral_value(rounding=ROUND_DOWN))
    # what is left over is shared out evenly along the year, not put at its beginning
    extra = {round((place + 0.5) * number / left - 0.5) for place in range(left)} if left else set()
    return [Wish(whose, first, each + (unit if place in extra else 0)) for place, first in enumerate(firsts)]


def history_of(session: Session, goal: Goal, span: str, limit: int = 100) -> Sequence[TargetChange]:
    """What was changed of a measure's targets, newest first."""
    return session.scalars(
        sa.select(TargetChange)
        .where(
            TargetChange.report == goal.report.name,
            TargetChange.measure == goal.measure.name,
            TargetChange.span == span,
        )
        .order_by(TargetChange.at.desc(), TargetChange.id.desc())
        .limit(limit)
    ).all()


def _check(actor: Actor, goal: Goal, span: str, wish: Wish) -> None:
    if not may_set(actor, goal, wish.whose):
        raise Refused(_("You may not set this target: %(name)s.", name=wish.whose.label), "forbidden")
    if not is_first(span, wish.first):
        raise Refused(_("No period of this kind begins on %(day)s.", day=wish.first.isoformat()), "first")
    if wish.value is None:
        return
    if not wish.value.is_finite() or not 0 <= wish.value <= LARGEST:
        raise Refused(_("A target is a number from 0 to %(most)s.", most=f"{LARGEST:,}"), "value")
    if goal.unit == "%" and wish.value > 100:
        raise Refused(_("A share is at most 100 percent."), "value")


def _write(
    session: Session,
    actor: Actor,
    goal: Goal,
    span: str,
    wish: Wish,
    target: Target | None,
    currency: str | None,
) -> bool:
    value = None if wish.value is None else wish.value.quantize(CENT)
    before = target.value if target else None
    if value == before and (target is None or value is None or target.currency == currency):
        return False
    key = {
        "report": goal.report.name,
        "measure": goal.measure.name,
        "span": span,
        "first": wish.first,
        "whose": wish.whose.key,
        "user_id": wish.whose.user_id,
        "team_id": wish.whose.team_id,
    }
    if target is None:
        session.add(Target(**key, value=value, currency=currency))
    elif value is None:
        session.delete(target)
    else:
        target.value, target.currency = value, currency
    session.add(TargetChange(**key, before=before, after=value, currency=currency, actor_id=actor.user_id))
    return True
