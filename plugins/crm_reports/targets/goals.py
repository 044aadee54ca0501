"""For what and for whom a target can be: the measures of reports, the company, its teams and people, and who may know."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.api import Actor, KnownTeam, _, known_teams
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.declare import Amount, Count, Days, Mean, Measure, Report, Share, Sum, Words
from plugins.crm_reports.models import COMPANY
from plugins.crm_reports.services import reports_of
from plugins.crm_reports.words import NOTHING

SET = ("targets", "set")
USERS = "users"


@dataclass(frozen=True)
class Goal:
    """A measure of a report, as something that can be aimed at."""

    report: Report
    measure: Measure

    @property
    def key(self) -> str:
        return f"{self.report.name}.{self.measure.name}"

    @property
    def label(self) -> str:
        return f"{self.measure.label} · {self.report.label}"

    @property
    def is_down(self) -> bool:
        """Whether less is better: days until something is done, or what was thrown away."""
        return self.measure.good == "down"

    @property
    def is_money(self) -> bool:
        return isinstance(self.measure, (Amount, Mean))

    @property
    def adds_up(self) -> bool:
        """Whether months make a year by addition; shares, means and times do not."""
        return isinstance(self.measure, (Count, Sum, Amount))

    @property
    def unit(self) -> Words:
        if isinstance(self.measure, Share):
            return "%"
        if isinstance(self.measure, Days):
            return _("hours") if self.measure.unit == "hours" else _("days")
        return ""

    @property
    def resources(self) -> Sequence[str]:
        """Whose records the figure is counted from."""
        own = {
            each.name: part.resource for part in (self.report, *self.report.beside) for each in part.measures
        }
        wanted = (
            [self.measure.part, self.measure.whole]
            if isinstance(self.measure, Share)
            else [self.measure.name]
        )
        return sorted({own[name] for name in wanted if name in own})


@dataclass(frozen=True)
class Whose:
    """The company, a team or a person. `people` are whose records count; None: everybody's, and nobody's too."""

    key: str
    label: str
    people: frozenset[int] | None
    hue: str = "slate"
    user_id: int | None = None
    team_id: int | None = None

    @property
    def kind(self) -> str:
        return "user" if self.user_id is not None else "team" if self.team_id is not None else COMPANY


def goals_of(reader: Reader, actor: Actor) -> list[Goal]:
    """Everything that this person could have a target of: a measure that several reports share at the first of them."""
    found: dict[Hashable, Goal] = {}
    for report in reports_of(reader.house, actor):
        for part in (report, *report.beside):
            for measure in part.measures:
                goal = Goal(report, measure)
                if not goal.resources or not all(actor.may(name, "view") for name in goal.resources):
                    continue
                known = found.setdefault((part.resource, part.day, measure), goal)
                if report.person and not known.report.person:
                    found[part.resource, part.day, measure] = goal
    return list(found.values())


def goal_called(reader: Reader, actor: Actor, key: str) -> Goal | None:
    return next((goal for goal in goals_of(reader, actor) if goal.key == key), None)


def everybody(session: Session, reader: Reader) -> list[Whose]:
    """The company, its teams, and the people who can sign in."""
    teams = [_team(each) for each in known_teams(session)]
    people = [
        Whose(f"user:{item.id}", item.name, frozenset({item.id}), item.hue, user_id=item.id)
        for item in reader.formats.references.items(USERS)
        if item.active
    ]
    return [Whose(COMPANY, _("The company"), None), *teams, *people]


def whose_called(session: Session, reader: Reader, key: str) -> Whose:
    """Who this key means; somebody who is gone is told by a dash."""
    for each in _named(session, reader, key):
        return each
    return Whose(key, NOTHING, frozenset())


def is_told(actor: Actor, goal: Goal, whose: Whose) -> bool:
    """Whether the reader sees every record that would count: else the figure would be another one, or too much."""
    if whose.people is not None and not goal.report.person:
        return False
    if whose.people is None:
        return all(actor.reaches_all(name, "view") for name in goal.resources)
    return bool(whose.people) and all(
        actor.reaches(actor.scope(name, "view"), user_id)
        for name in goal.resources
        for user_id in whose.people
    )


def is_shown(actor: Actor, goal: Goal, whose: Whose) -> bool:
    """Whether the reader may know the target itself: also that of a team of theirs, whose figures they may not see."""
    return is_told(actor, goal, whose) or whose.team_id in actor.in_teams or whose.user_id == actor.user_id


def may_set(actor: Actor, goal: Goal, whose: Whose) -> bool:
    return actor.may(*SET) and is_told(actor, goal, whose)


def _named(session: Session, reader: Reader, key: str) -> Iterator[Whose]:
    kind, _colon, number = key.partition(":")
    if key == COMPANY:
        yield Whose(COMPANY, _("The company"), None)
    elif kind == "team":
        yield from (_team(each) for each in known_teams(session) if str(each.id) == number)
    elif kind == "user" and number.isdecimal():
        item = reader.formats.references.get(USERS, int(number))
        if item is not None:
            yield Whose(key, item.name, frozenset({item.id}), item.hue, user_id=item.id)


def _team(team: KnownTeam) -> Whose:
    return Whose(f"team:{team.id}", team.name, team.people, team_id=team.id)
