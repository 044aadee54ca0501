"""What stands beside a client of its deals, and beside a deal of the people to talk to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import g, render_template
from markupsafe import Markup

from core.api import (
    Formats,
    Panel,
    Words,
    _l,
    db,
    format_amount,
    formats_for,
    money_text,
    ngettext,
)
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import LOST, OPEN, WON, Deal, DealContact, Stage
from plugins.crm_deals.staleness import days_beyond, stale_mark

SHOWN = 6
"""A card names so many deals; what more there is stands in the list."""

PEOPLE = 8


@dataclass(frozen=True)
class DealLine:
    """A deal as a client's card names it."""

    id: int
    title: str
    stage: Markup
    amount: str
    stale: Markup | None


@dataclass(frozen=True)
class Tally:
    """How many deals of one meaning there are, and what they come to in each currency."""

    number: int
    words: Words
    amounts: str


def deals_of(client: Client) -> Markup | None:
    """The deals of a client or with a contact person, open ones first, of those the reader may see."""
    theirs = sa.or_(Deal.client_id == client.id, Deal.contact_id == client.id)
    tallies = _tallies(theirs)
    may_add = g.actor.may("deals", "create")
    if not tallies and not may_add:
        return None
    formats = formats_for(db.session(), g.actor)
    deals = _first_deals(theirs) if tallies else []
    by = "client" if not deals or any(deal.client_id == client.id for deal in deals) else "contact"
    return Markup(
        render_template(
            "crm_deals/client.html",
            client=client,
            by=by,
            deals=[_line(deal, formats) for deal in deals],
            more=sum(each.number for each in tallies) > len(deals),
            tallies=tallies,
            may_add=may_add,
        )
    )


def reaches_of(deal: Deal) -> Markup | None:
    """The client and the people of a deal with their phones and addresses, of those the reader may see."""
    roles = _roles(deal)
    wanted = [id for id in dict.fromkeys((deal.client_id, *roles)) if id is not None]
    if not wanted:
        return None
    found = {
        each.id: each
        for each in db.session.scalars(sa.select(Client).where(Client.id.in_(wanted[: PEOPLE + 1])))
    }
    people = [found[id] for id in wanted if id in found]
    if not people:
        return None
    return Markup(
        render_template("crm_deals/reaches.html", people=people, client=deal.client_id, roles=roles)
    )


def _roles(deal: Deal) -> Mapping[int, str]:
    """{client's id: role} of the people of a deal, the main one first."""
    rows = db.session.execute(
        sa.select(DealContact.client_id, DealContact.role)
        .where(DealContact.deal_id == deal.id, DealContact.client_id.is_not(None))
        .order_by(DealContact.is_main.desc(), DealContact.position, DealContact.id)
        .limit(PEOPLE)
    )
    return {id: role or "" for id, role in rows if id is not None}


def _tallies(theirs: Any) -> list[Tally]:
    rows = db.session.execute(
        sa.select(Stage.meaning, Deal.currency, sa.func.count(), sa.func.sum(Deal.value))
        .join(Stage, Stage.id == Deal.stage_id)
        .where(theirs)
        .group_by(Stage.meaning, Deal.currency)
        .order_by(Deal.currency)
    ).all()
    language = formats_for(db.session(), g.actor).language
    found = []
    for meaning in (OPEN, WON, LOST):
        own = [row for row in rows if row[0] == meaning]
        if own:
            number = sum(row[2] for row in own)
            sums = [_amount(total, currency, language) for _meaning, currency, _number, total in own if total]
            found.append(Tally(number, _words(meaning, number), " + ".join(sums)))
    return found


def _words(meaning: str, number: int) -> Words:
    if meaning == OPEN:
        return ngettext("%(num)d open deal", "%(num)d open deals", number)
    if meaning == WON:
        return ngettext("%(num)d won", "%(num)d won", number)
    return ngettext("%(num)d lost", "%(num)d lost", number)


def _first_deals(theirs: Any) -> Sequence[Deal]:
    rank = sa.case((Stage.meaning == OPEN, 0), else_=1)
    wanted = sa.select(Deal).outerjoin(Stage, Stage.id == Deal.stage_id).where(theirs)
    return db.session.scalars(
        wanted.order_by(rank, Deal.entered_on.desc(), Deal.id.desc()).limit(SHOWN)
    ).all()


def _line(deal: Deal, formats: Formats) -> DealLine:
    item = formats.references.get("stages", deal.stage_id)
    stage = Markup('<span class="state h-{}">{}</span>').format(item.hue, item.name) if item else Markup("")
    amount = _amount(deal.value, deal.currency, formats.language) if deal.value is not None else ""
    stale = stale_mark(days_beyond(formats, deal.stage_id, deal.stage_since))
    return DealLine(deal.id, deal.title, stage, amount, stale)


def _amount(value: Decimal, currency: str | None, language: str) -> str:
    return money_text(value, currency, language) if currency else format_amount(value, language)


DEALS_OF_CLIENT = Panel("deals", _l("Deals"), deals_of, permission=("deals", "view"))
REACHES = Panel("reaches", _l("Client and people"), reaches_of, permission=("clients", "view"))
