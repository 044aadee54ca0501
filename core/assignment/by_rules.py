"""Giving a record that is there already to whom the rules of assignment say."""

from __future__ import annotations

from typing import Any

from core.assignment.dealing import deal_out
from core.assignment.rules import owner_field, rules_of
from core.assignment.words import GIVEN
from core.resources.context import WriteContext
from core.resources.declare import Resource
from core.resources.write import read_draft, save


def give_by_rules(resource: Resource, record: Any, context: WriteContext) -> int | None:
    """Give it to the next of the first rule that is on and that it fits, by whatever way it came; the caller commits.

    Answers who has it now, None where no rule fits or nobody can take it: then it stays as it is.

    Raises:
        NotValid: the person may not give it away.
    """
    field = owner_field(resource)
    active = [each for each in rules_of(context.session, resource.name) if each.active]
    if field is None or not active:
        return None
    dealt = next(iter(deal_out(context.session, resource, active, [record.id])), None)
    if dealt is None or dealt.user_id is None:
        return None
    draft = read_draft(resource, {field.name: {"id": dealt.user_id}}, context, current=record)
    draft.options[GIVEN] = {**dealt.reason, "rule_id": dealt.rule.id}
    save(draft, context)
    return dealt.user_id
