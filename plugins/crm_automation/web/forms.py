"""The form of a rule: what was sent or is kept, drawn as three blocks – when, if, then – with one sentence above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from core.api import Reading, Words, actor_of, ask_fields, ask_filters, sent_fields
from plugins.crm_automation.declare import ActionKind, Place, TriggerKind
from plugins.crm_automation.keeping import Wanted
from plugins.crm_automation.kinds import (
    KIND,
    actions_of,
    plain_reading,
    read_values,
    triggers_of,
)
from plugins.crm_automation.rules import KeptRule

OWN = "rule-"
"""The rule's own inputs begin so; the others are filters, named as in a list's URL."""
DRAW = f"{OWN}draw"
"""What a button says that changes the form and keeps nothing: add, again, remove-1, up-1, down-1."""
MOST_SENT = 20


@dataclass(frozen=True)
class Filled:
    """A rule's form as it stands. `sent`: trigger and actions hold what was typed, else what is kept."""

    name: str = ""
    active: bool = False
    imports: bool = False
    owner_id: int | None = None
    trigger: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()
    query: str = ""
    args: Mapping[str, list[str]] = field(default_factory=dict)
    sent: bool = False


@dataclass(frozen=True)
class Block:
    """A trigger or an action in the form: which kinds it could be, which it is, its inputs."""

    key: str
    chosen: str
    kinds: Sequence[TriggerKind | ActionKind]
    form: Any
    names: Sequence[str]
    wide: frozenset[str]
    problem: Words = ""
    number: int = 0


def new_form(session_owner: int | None) -> Filled:
    return Filled(trigger={KIND: "created"}, owner_id=session_owner)


def stored_form(rule: KeptRule) -> Filled:
    return Filled(
        rule.name, rule.active, rule.imports, rule.owner_id, rule.trigger, rule.actions, query=rule.query
    )


def sent_form(place: Place) -> Filled:
    """The form as it was sent, after what its button changes in it."""
    form = request.form
    owner = form.get(f"{OWN}owner", "")
    count = form.get(f"{OWN}count", "0")
    number = min(int(count), MOST_SENT) if count.isdecimal() and len(count) < 4 else 0
    filled = Filled(
        form.get(f"{OWN}name", "").strip()[:200],
        f"{OWN}active" in form,
        f"{OWN}imports" in form,
        int(owner) if owner.isdecimal() and len(owner) < 19 else None,
        _sent(place, triggers_of(place.house), f"{OWN}trigger", f"{OWN}on-"),
        [
            _sent(place, actions_of(place.house), f"{OWN}kind-{each}", f"{OWN}do-{each}-")
            for each in range(number)
        ],
        args=_filters_sent(),
        sent=True,
    )
    return replace(filled, actions=_rearranged(filled.actions, form.get(DRAW, "")))


def wanted_of(place: Place, filled: Filled) -> Wanted:
    """The rule that a form means."""
    return Wanted(
        place.resource.name,
        filled.name,
        filled.trigger,
        filled.actions,
        filled.args,
        filled.owner_id,
        filled.active,
        filled.imports,
    )


def blocks_of(
    place: Place, filled: Filled, reading: Reading, problems: Mapping[str, Words]
) -> tuple[Block, list[Block]]:
    """The trigger and the actions, drawn."""
    kinds = [each for each in triggers_of(place.house).values() if each.offered(place)]
    trigger = _block(place, "trigger", filled.trigger, kinds, f"{OWN}on-", filled, reading, problems)
    offered = offered_actions(place)
    actions = [
        replace(
            _block(
                place, f"actions.{number}", each, offered, f"{OWN}do-{number}-", filled, reading, problems
            ),
            number=number,
        )
        for number, each in enumerate(filled.actions)
    ]
    return trigger, actions


def offered_actions(place: Place) -> list[ActionKind]:
    return [each for each in actions_of(place.house).values() if each.offered(place)]


def filters_of(place: Place, filled: Filled) -> list[Any]:
    """The list's own filters, set as they stand."""
    return ask_filters(place.resource, filled.query, sent=filled.args if filled.sent else None)


def _block(
    place: Place,
    key: str,
    raw: Mapping[str, Any],
    kinds: Sequence[TriggerKind | ActionKind],
    prefix: str,
    filled: Filled,
    reading: Reading,
    problems: Mapping[str, Words],
) -> Block:
    chosen = next((each for each in kinds if each.name == raw.get(KIND)), None)
    if chosen is None:
        return Block(key, str(raw.get(KIND) or ""), kinds, None, (), frozenset(), problems.get(key, ""))
    read = read_values(place, chosen, raw, reading if filled.sent else plain_reading(place.session))
    wrong = {
        name: problems[f"{key}.{name}"]
        for name in (f.name for f in read.fields)
        if f"{key}.{name}" in problems
    }
    said = {name: raw[name] for name in raw if name != KIND} if filled.sent else None
    form = ask_fields(place.resource, read.fields, read.values, prefix=prefix, said=said, problems=wrong)
    names = [each.name for each in read.fields]
    wide = frozenset(each.name for each in read.fields if each.wide)
    return Block(key, chosen.name, kinds, form, names, wide, problems.get(key, ""))


def _sent(
    place: Place, kinds: Mapping[str, TriggerKind | ActionKind], key: str, prefix: str
) -> dict[str, Any]:
    """What was said of a trigger or an action; what is asked may depend on what was said before."""
    name = request.form.get(key, "")
    kind = kinds.get(name)
    if kind is None:
        return {KIND: name}
    raw: dict[str, Any] = {}
    reading = plain_reading(place.session)
    for _round in range(3):
        fields = read_values(place, kind, raw, reading).fields
        raw = sent_fields(fields, prefix=prefix)
    return {KIND: name, **raw}


def _rearranged(actions: Sequence[Mapping[str, Any]], deed: str) -> list[Mapping[str, Any]]:
    """The actions after what a button asks for."""
    found = list(actions)
    what, _dash, place = deed.partition("-")
    if what == "add" and request.form.get(f"{OWN}more"):
        found.append({KIND: request.form[f"{OWN}more"]})
    number = int(place) if place.isdecimal() and len(place) < 4 else -1
    if not 0 <= number < len(found):
        return found
    if what == "remove":
        found.pop(number)
    elif what == "up" and number:
        found[number - 1], found[number] = found[number], found[number - 1]
    elif what == "down" and number < len(found) - 1:
        found[number + 1], found[number] = found[number], found[number + 1]
    return found


def _filters_sent() -> dict[str, list[str]]:
    """The filters among what was sent, as a list's URL has them."""
    found = {
        name: [value for value in values if value.strip()]
        for name, values in request.form.to_dict(flat=False).items()
        if not name.startswith(OWN) and name != "csrf_token"
    }
    return {name: values for name, values in found.items() if values}


def whose(place: Place) -> list[Any]:
    """In whose names the person may make rules: everybody's as an administrator, else their own."""
    actor = actor_of(place.session)
    people = [item for item in place.formats.references.items("users") if item.active]
    if actor is None or actor.is_admin:
        return people
    return [item for item in people if item.id == actor.user_id]
