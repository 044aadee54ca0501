"""How far targets are: what there is so far, what there should be by now, and what it comes to at this rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import Actor
from plugins.crm_reports.ask import Ask, Reader, list_of, read_ask
from plugins.crm_reports.counting import count_all
from plugins.crm_reports.declare import Amount, Count, Days, Share, Sum
from plugins.crm_reports.models import Target
from plugins.crm_reports.tally import Axis, Tallies, Tally
from plugins.crm_reports.targets.goals import (
    Goal,
    Whose,
    goals_of,
    is_shown,
    is_told,
    whose_called,
)
from plugins.crm_reports.targets.spans import last_of, period_label, working_days
from plugins.crm_reports.words import NOTHING, value_text

MOST = 500
"""As many targets are looked at on one page."""

NEAR = Decimal("0.9")
"""What comes within a tenth of the target is close, not missed."""


@dataclass(frozen=True)
class Progress:
    """A target, and how far it is. What the reader may not know is None, its texts a dash.

    `pace` is what there should be by the end of today, `forecast` what it comes to if the working days that are left bring as
    much as those that have passed. Of shares and times, which do not add up, both are the value itself. `tone` is met, near,
    missed, or empty.
    """

    target: Target
    goal: Goal
    whose: Whose
    last: date
    is_told: bool
    so_far: Decimal | None
    pace: Decimal | None
    forecast: Decimal | None
    tone: str
    url: str
    texts: Mapping[str, str]

    @property
    def part(self) -> float:
        """How much of the bar is full, 0 to 100: of what is better the less, how much of what is allowed is used."""
        if self.so_far is None:
            return 0.0
        if not self.target.value:
            return 100.0 if self.so_far else 0.0
        return float(min(max(self.so_far / self.target.value * 100, Decimal(0)), Decimal(100)))

    @property
    def pace_part(self) -> float:
        if self.pace is None or not self.target.value:
            return 0.0
        return float(min(self.pace / self.target.value * 100, Decimal(100)))


def progress_of(session: Session, reader: Reader, actor: Actor, targets: Iterable[Target]) -> list[Progress]:
    """How far these targets are, those the reader may know; one statement for each report and period."""
    goals = {(goal.report.name, goal.measure.name): goal for goal in goals_of(reader, actor)}
    shown = []
    for target in targets:
        goal = goals.get((target.report, target.measure))
        whose = whose_called(session, reader, target.whose)
        if goal is not None and is_shown(actor, goal, whose):
            shown.append((target, goal, whose))
    counted: dict[tuple[str, str, date], tuple[Ask, Tallies]] = {}
    for target, goal, _whose in shown:
        key = (target.report, target.span, target.first)
        if key not in counted:
            counted[key] = _count(session, reader, goal, target)
    return [
        _progress(reader, actor, target, goal, whose, *counted[target.report, target.span, target.first])
        for target, goal, whose in shown
    ]


def current_targets(
    session: Session, span: str, first: date, *, whose: Sequence[str] | None = None
) -> list[Target]:
    """The targets of one period, of these keys or of everybody."""
    wanted = sa.select(Target).where(Target.span == span, Target.first == first)
    if whose is not None:
        wanted = wanted.where(Target.whose.in_(whose))
    return list(
        session.scalars(wanted.order_by(Target.report, Target.measure, Target.whose, Target.id).limit(MOST))
    )


def ask_of(reader: Reader, goal: Goal, first: date, last: date, people: Iterable[int] | None) -> Ask:
    """The report as it is asked for a target: its days, without a comparison, of these people."""
    args = {"from": [first.isoformat()], "to": [last.isoformat()], "compare": ["none"]}
    if people is not None:
        args[goal.report.person] = [str(id) for id in sorted(people)]
    return read_ask(goal.report, reader, args)


def amount_text(reader: Reader, goal: Goal, value: Decimal | None, currency: str | None) -> str:
    """A value of a target as its report would write it."""
    if value is None:
        return NOTHING
    measure, plain = goal.measure, value
    shown: Any = plain
    if goal.is_money:
        shown = {currency or reader.formats.currency: plain}
    elif isinstance(measure, Share):
        shown = float(plain) / 100
    elif isinstance(measure, (Days, Sum)):
        shown = float(plain)
    elif isinstance(measure, Count):
        shown = round(plain)
    return value_text(measure, shown, reader.formats, rounded=True)


def _count(session: Session, reader: Reader, goal: Goal, target: Target) -> tuple[Ask, Tallies]:
    """Everything of one report in one period, by person where it has one."""
    ask = ask_of(reader, goal, target.first, last_of(target.span, target.first), None)
    axis = Axis((goal.report.person,)) if goal.report.person else Axis()
    return ask, count_all(session, reader, ask, [axis])[axis]


def _progress(
    reader: Reader, actor: Actor, target: Target, goal: Goal, whose: Whose, ask: Ask, tallies: Tallies
) -> Progress:
    last = last_of(target.span, target.first)
    told = is_told(actor, goal, whose)
    so_far = _value(goal, target, _tally(goal, whose, tallies), reader) if told else None
    passed = working_days(target.first, min(reader.today, last))
    whole = working_days(target.first, last)
    pace = forecast = so_far
    if goal.adds_up and so_far is not None:
        pace = target.value * passed / whole if whole else target.value
        forecast = so_far if reader.today >= last else so_far * whole / passed if passed else None
    elif so_far is not None:
        pace = target.value
    texts = {
        "period": period_label(target.span, target.first, reader.formats.language),
        "value": amount_text(reader, goal, target.value, target.currency),
        "so_far": amount_text(reader, goal, so_far, target.currency),
        "pace": amount_text(reader, goal, pace, target.currency),
        "forecast": amount_text(reader, goal, forecast, target.currency),
    }
    tone = _tone(goal, target.value, forecast)
    url = _url(reader, goal, whose, target, last) if told and so_far is not None else ""
    return Progress(target, goal, whose, last, told, so_far, pace, forecast, tone, url, texts)


def _tally(goal: Goal, whose: Whose, tallies: Tallies) -> Tally:
    if whose.people is None:
        return tallies.total()
    found, by_person = Tally(), tallies.by_value(goal.report.person)
    for user_id in whose.people:
        if user_id in by_person:
            found += by_person[user_id]
    return found


def _value(goal: Goal, target: Target, tally: Tally, reader: Reader) -> Decimal | None:
    """In the units of targets: percent, days, whole numbers, an amount of the target's own currency."""
    value = tally.value(goal.report, goal.measure)
    if goal.is_money:
        found = value.get(target.currency or reader.formats.currency)
        return Decimal(0) if found is None and isinstance(goal.measure, Amount) else found
    if value is None:
        return None
    return Decimal(value) if isinstance(value, int) else Decimal(str(round(value * _factor(goal), 4)))


def _factor(goal: Goal) -> int:
    return 100 if isinstance(goal.measure, Share) else 1


def _tone(goal: Goal, value: Decimal, forecast: Decimal | None) -> str:
    if forecast is None:
        return ""
    if goal.is_down:
        return "met" if forecast <= value else "near" if forecast * NEAR <= value else "missed"
    return "met" if forecast >= value else "near" if forecast >= value * NEAR else "missed"


def _url(reader: Reader, goal: Goal, whose: Whose, target: Target, last: date) -> str:
    """The list of what is counted or added up; of a share the report of those days and people."""
    ask = ask_of(reader, goal, target.first, last, whose.people)
    found = list_of(reader, ask, goal.measure, ask.period)
    pairs = urlencode(ask.arguments(), safe="~")
    return found or f"{reader.root}/reports/{goal.report.name}?{pairs}"
