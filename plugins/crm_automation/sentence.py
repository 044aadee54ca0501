"""A rule in one sentence: “When a lead is made, if city is Coro: give it to Ana, then tag it.”"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import _, filter_phrases
from plugins.crm_automation.declare import Place
from plugins.crm_automation.kinds import KIND, Read, actions_of, plain_reading, read_values, triggers_of
from plugins.crm_automation.rules import KeptRule


def sentence_of(place: Place, rule: KeptRule) -> str:
    """What a kept rule does; what an app that is off brought is named as it is kept."""
    reading = plain_reading(place.session)
    trigger = triggers_of(place.house).get(str(rule.trigger.get(KIND)))
    when = (
        trigger.words(place, read_values(place, trigger, rule.trigger, reading).values)
        if trigger is not None
        else str(rule.trigger.get(KIND) or "…")
    )
    return joined(place, when, filter_phrases(place.resource, rule.query), _deeds(place, rule.actions))


def sentence_of_read(place: Place, trigger: Read | None, query: str, actions: Sequence[Read | None]) -> str:
    """The same of a rule that somebody is making; what is not chosen yet is left open."""
    triggers, known = triggers_of(place.house), actions_of(place.house)
    when = triggers[trigger.kind.name].words(place, trigger.values) if trigger is not None else "…"
    deeds = [known[each.kind.name].words(place, each.values) for each in actions if each is not None]
    return joined(place, when, filter_phrases(place.resource, query), deeds)


def joined(place: Place, when: str, conditions: Sequence[str], deeds: Sequence[str]) -> str:
    then = _(", then ").join(deeds) or "…"
    if conditions:
        return _(
            "%(records)s: when %(when)s, and %(conditions)s: %(then)s.",
            records=place.resource.plural,
            when=when,
            conditions=_(" and ").join(conditions),
            then=then,
        )
    return _("%(records)s: when %(when)s: %(then)s.", records=place.resource.plural, when=when, then=then)


def _deeds(place: Place, actions: Sequence[Mapping[str, Any]]) -> list[str]:
    known, reading = actions_of(place.house), plain_reading(place.session)
    found = []
    for each in actions:
        kind = known.get(str(each.get(KIND)))
        found.append(
            kind.words(place, read_values(place, kind, each, reading).values)
            if kind is not None
            else str(each.get(KIND))
        )
    return found
