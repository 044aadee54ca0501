"""An installation with two years of leads of three salespeople, in which something of everything occurs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import Team
from core.access.teams import set_team
from core.testing.installation import Installation
from core.text import fold
from plugins.crm_clients.models import Channel, Level, Segment, Source
from plugins.crm_leads.models import CONVERTED, Lead, Status

ZONE = ZoneInfo("America/Caracas")

CITIES = (
    None,
    "Caracas",
    "Mérida",
    "A & B = 50 %",
    "empty",
    "others",
    "~empty of people",
    "caracas",
    *(f"Ciudad {number}" for number in range(20)),
)
"""More than have a row of their own, some written so that a list or a program could take them for something else."""


@dataclass
class Sold:
    """The installation and who works in it; Berta leads the team of Ana."""

    installation: Installation
    ana: int
    berta: int
    carlos: int
    today: date


@pytest.fixture
def sold(installation: Installation) -> Sold:
    ana = installation.user("ana@example.com", name="Ana Salas")
    berta = installation.user("berta@example.com", roles=["manager"], name="Berta Gil", language="en")
    carlos = installation.user("carlos@example.com", name="Carlos Ruiz", language="fr")
    with installation.session() as session:
        set_team(session, Team(), name="Centro", manager_id=berta.id, member_ids=[ana.id])
        today = datetime.now(ZONE).date()
        add_leads(session, [ana.id, berta.id, carlos.id, None], today, 400)
        session.commit()
    return Sold(installation, ana.id, berta.id, carlos.id, today)


def add_leads(session: Session, owners: list[int | None], today: date, count: int) -> None:
    """Leads spread over two years and every value of every list, some without one."""
    dice, cities = random.Random(7), random.Random(8)
    statuses = session.execute(sa.select(Status.id, Status.meaning)).all()
    lists = {
        name: [*session.scalars(sa.select(model.id)), None]
        for name, model in (
            ("segment_id", Segment),
            ("channel_id", Channel),
            ("source_id", Source),
            ("level_id", Level),
        )
    }
    for number in range(count):
        status_id, meaning = dice.choice([*statuses, (None, None)])
        entered = today - timedelta(days=int(dice.triangular(0, 720, 60)))
        created = datetime.combine(entered, time(9), ZONE).astimezone(UTC)
        session.add(
            Lead(
                name=f"Empresa {number}",
                name_folded=fold(f"Empresa {number}"),
                entered_on=entered,
                created_at=created,
                status_id=status_id,
                salesperson_id=dice.choice(owners),
                value=dice.choice([None, Decimal(dice.randint(100, 9_999_999)) / 100]),
                currency=dice.choice(["USD", "USD", "EUR", None]),
                converted_at=created + timedelta(days=dice.randint(1, 40))
                if meaning == CONVERTED and dice.random() < 0.8
                else None,
                city=cities.choices(CITIES, range(len(CITIES), 0, -1))[0],
                **{name: dice.choice(ids) for name, ids in lists.items()},
            )
        )
    session.flush()
