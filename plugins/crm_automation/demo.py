"""Rules for the demonstration: one that is on and can be looked at, two that wait to be switched on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import House, Refused, current_house, query_args, references_of
from plugins.crm_automation.keeping import Wanted, create_rule
from plugins.crm_automation.kinds import plain_reading
from plugins.crm_automation.models import Rule

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "big": "Tell of big leads",
        "told": "{name} is worth {value}: look at it today.",
        "still": "Wake leads that lie still",
        "call": "Call {name} again",
        "won": "Sell again in ninety days",
        "again": "Ask {client} whether they need more",
        "tag": "big",
    },
    "es": {
        "big": "Avisar de prospectos grandes",
        "told": "{name} vale {value}: véalo hoy.",
        "still": "Retomar prospectos detenidos",
        "call": "Volver a llamar a {name}",
        "won": "Vender otra vez en noventa días",
        "again": "Preguntar a {client} si necesita algo más",
        "tag": "grande",
    },
    "fr": {
        "big": "Signaler les gros prospects",
        "told": "{name} vaut {value} : à voir aujourd’hui.",
        "still": "Relancer les prospects en sommeil",
        "call": "Rappeler {name}",
        "won": "Revendre dans quatre-vingt-dix jours",
        "again": "Demander à {client} s’il lui faut autre chose",
        "tag": "gros",
    },
}


def load(session: Session, language: str) -> None:
    """As many of three rules as the apps that are on allow; the caller commits."""
    house = current_house()
    words = WORDS.get(language, WORDS["en"])
    owner = next((item.id for item in references_of(session).items("users") if item.active), None)
    if owner is None or session.scalar(sa.select(sa.func.count(Rule.id))):
        return
    for wanted in _wanted(house, words, owner):
        try:
            with session.begin_nested():
                create_rule(session, house, wanted, plain_reading(session))
        except Refused:  # an app that one of its steps needs is off
            continue


def _wanted(house: House, words: Mapping[str, str], owner: int) -> Sequence[Wanted]:
    tell: dict[str, Any] = {"kind": "notify", "owner": True, "people": [str(owner)], "text": words["told"]}
    task: dict[str, Any] = {"kind": "task", "title": words["call"], "days": 1}
    again: dict[str, Any] = {"kind": "task", "title": words["again"], "days": 90}
    found = [
        Wanted(
            "leads",
            words["big"],
            {"kind": "created"},
            [{"kind": "tag", "tags": [words["tag"]]}, tell],
            query_args("value.from=10000"),
            owner,
            active=True,
        ),
        Wanted(
            "leads", words["still"], {"kind": "idle", "days": 3}, [task], query_args("status=~open"), owner
        ),
        Wanted("deals", words["won"], {"kind": "status", "to": ["~won"]}, [again], {}, owner),
    ]
    return [each for each in found if each.resource in house.resources]
