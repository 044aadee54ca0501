"""Rules as a file: taken along to another installation, with names in place of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.api import House, Refused, _, actor_of, query_args, references_of
from plugins.crm_automation.declare import Place
from plugins.crm_automation.keeping import NotFit, Wanted, create_rule
from plugins.crm_automation.kinds import (
    KIND,
    actions_of,
    place_of,
    plain_reading,
    portable,
    read_values,
    triggers_of,
)
from plugins.crm_automation.rules import KeptRule, kept_rules


def rules_file(session: Session, house: House) -> dict[str, Any]:
    """All rules of the kinds of records that are on."""
    actor = actor_of(session)
    return {
        "rules": [
            rule_portable(place_of(session, house, house.resources[rule.resource], actor), rule)
            for rule in kept_rules(session)
            if rule.resource in house.resources
        ]
    }


def rule_portable(place: Place, rule: KeptRule) -> dict[str, Any]:
    """A rule for another installation: names and addresses in place of numbers, switched off."""
    triggers, actions = triggers_of(place.house), actions_of(place.house)

    def told(kept: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
        kind = kinds.get(str(kept.get(KIND)))
        if kind is None:
            return dict(kept)
        fields = read_values(place, kind, kept, plain_reading(place.session)).fields
        return portable(kept, fields, place)

    owner = place.formats.references.get("users", rule.owner_id)
    return {
        "resource": rule.resource,
        "name": rule.name,
        "owner": owner.keys[0] if owner and owner.keys else None,
        "trigger": told(rule.trigger, triggers),
        "filter": rule.query,
        "actions": [told(each, actions) for each in rule.actions],
        "imports": rule.imports,
    }


def take_rules(session: Session, house: House, body: Any) -> int:
    """Make the rules of a file, switched off; an owner who is not known here is whoever brings them. The caller commits.

    Raises:
        ValueError: it is no such file.
        Refused: one of them cannot be kept; says which, and why.
    """
    rules = body.get("rules") if isinstance(body, dict) else None
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        raise ValueError("no rules")
    for each in rules:
        try:
            create_rule(session, house, _wanted(session, each), plain_reading(session))
        except NotFit as wrong:
            place, problem = next(iter(wrong.problems.items()))
            raise Refused(
                _("“%(rule)s”, %(place)s: %(problem)s", rule=each.get("name"), place=place, problem=problem)
            ) from None
    return len(rules)


def _wanted(session: Session, told: Mapping[str, Any]) -> Wanted:
    actor = actor_of(session)
    owner = references_of(session).find("users", str(told.get("owner") or ""))
    trigger, actions = told.get("trigger"), told.get("actions")
    return Wanted(
        str(told.get("resource")),
        str(told.get("name") or ""),
        trigger if isinstance(trigger, dict) else {},
        [each for each in actions if isinstance(each, dict)] if isinstance(actions, list) else [],
        query_args(str(told.get("filter") or "")),
        owner.id if owner is not None else actor.user_id if actor else None,
        False,
        bool(told.get("imports")),
    )
