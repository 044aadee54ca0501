"""A merge as its page shows it before anything is done: what is to be chosen, what is clear, what comes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from core.assignment.models import AssignmentLog
from core.fields import Formats
from core.house import House
from core.i18n import Text, _
from core.merging.moving import counts
from core.merging.plan import MergePlan, asked_fields, is_filled, is_united
from core.records.models import Attachment, Favourite, Follower, History
from core.resources.children import child_title, children_of
from core.resources.declare import Child, Field
from core.resources.read import Stored
from core.resources.rights import title_of


@dataclass(frozen=True)
class Option:
    """One record's answer to a question."""

    id: int
    title: str
    html: Markup
    chosen: bool
    possible: bool = True


@dataclass(frozen=True)
class Question:
    """A field (or a child's main row) of which the records say different things; `name` is its input's."""

    name: str
    label: Text
    options: Sequence[Option]


@dataclass(frozen=True)
class Given:
    """A value that nobody need choose."""

    label: Text
    html: Markup


@dataclass(frozen=True)
class Coming:
    """So many rows of a sort come along."""

    label: Text
    icon: str
    count: int


@dataclass(frozen=True)
class Preview:
    """The page's content. `tags` are those the merged record will have."""

    questions: Sequence[Question]
    given: Sequence[Given]
    coming: Sequence[Coming]
    tags: Sequence[str]


def preview_of(session: Session, house: House, plan: MergePlan, formats: Formats) -> Preview:
    """What the plan means for whoever decides on it."""
    questions: list[Question] = []
    given: list[Given] = []
    for declared in asked_fields(plan.resource):
        if declared.name in plan.ties:
            continue
        filled = _different(plan, declared)
        if len(filled) > 1 and declared.name not in plan.settled:
            questions.append(_question(plan, declared, formats))
        elif filled:
            given.append(
                Given(
                    declared.label,
                    _value(plan, plan.stored(plan.source_of(declared.name)), declared, formats),
                )
            )
    questions += _main_rows(session, plan, formats)
    tag_field = plan.resource.tag_field
    given += [
        Given(each.label, each.kind.html(value, formats))
        for each in plan.resource.fields
        if is_united(each) and each is not tag_field and (value := plan.value_of(each))
    ]
    tags = (plan.value_of(tag_field) or ()) if tag_field is not None else ()
    return Preview(questions, given, _coming(session, house, plan), tags)


def _different(plan: MergePlan, declared: Field) -> list[Any]:
    """The different things that the records say, together with what goes along with it."""
    names = [declared.name, *(name for name, leader in plan.ties.items() if leader == declared.name)]
    found: list[Any] = []
    for stored in plan.records:
        value = plan.said(stored, declared)
        if is_filled(value):
            said = [_compared(value), *(stored.value(plan.resource.field(name)) for name in names[1:])]
            if said not in found:
                found.append(said)
    return found


def _compared(value: Any) -> Any:
    """Two notations of one phone or address are no difference to be asked about."""
    return getattr(value, "e164", None) or getattr(value, "folded", None) or value


def _question(plan: MergePlan, declared: Field, formats: Formats) -> Question:
    source = plan.source_of(declared.name)
    options = [
        Option(
            each.id,
            title_of(plan.resource, each.record),
            _value(plan, each, declared, formats),
            each.id == source,
        )
        for each in plan.records
    ]
    return Question(f"from-{declared.name}", declared.label, options)


def _value(plan: MergePlan, stored: Stored, declared: Field, formats: Formats) -> Markup:
    value = plan.said(stored, declared)
    html = declared.kind.html(value, formats)
    if "<a " in html:  # a link would be in the way of choosing
        html = escape(declared.kind.text(value, formats))
    for name, leader in plan.ties.items():
        follower = plan.resource.field(name)
        if leader == declared.name and is_filled(value) and is_filled(stored.value(follower)):
            html += Markup(' <span class="merge-also">{}</span>').format(
                follower.kind.text(stored.value(follower), formats)
            )
    return html


def _main_rows(session: Session, plan: MergePlan, formats: Formats) -> list[Question]:
    """Which of the records' main rows is the main one: all rows come along, but one stands on the card."""
    rows = children_of(session, plan.resource, [each.id for each in plan.records])
    found = []
    for child in (each for each in plan.resource.children if each.has_main):
        mains = {id: of_it[0] for id, of_it in rows[child.name].items() if of_it}
        titles = {id: child_title(child, row, formats) for id, row in mains.items()}
        if len(set(titles.values())) > 1:
            options = [_main_option(plan, child, each, titles) for each in plan.records]
            label = _("Main one of “%(rows)s”", rows=child.plural)
            found.append(Question(f"main-{child.name}", label, options))
    return found


def _main_option(plan: MergePlan, child: Child, stored: Stored, titles: dict[int, str]) -> Option:
    title = title_of(plan.resource, stored.record)
    text, chosen = escape(titles.get(stored.id, "—")), plan.mains[child.name] == stored.id
    return Option(stored.id, title, text, chosen, stored.id in titles)


def _coming(session: Session, house: House, plan: MergePlan) -> list[Coming]:
    found = counts(session, plan)
    known: dict[sa.FromClause, tuple[Text, str]] = {
        each.model.__table__: (each.plural, each.icon) for each in house.resources.values()
    }
    known |= {each.model.__table__: (each.plural, each.icon) for each in plan.resource.children}
    known |= {
        Attachment.__table__: (_("Documents"), "paperclip"),
        History.__table__: (_("Entries of the history"), "history"),
        Follower.__table__: (_("Followers"), "star"),
    }
    coming = [Coming(*known[table], number) for table, number in found.items() if table in known]
    untold = (Favourite.__table__, AssignmentLog.__table__)
    others = sum(number for table, number in found.items() if table not in known and table not in untold)
    return coming + ([Coming(_("Other linked rows"), "link", others)] if others else [])
