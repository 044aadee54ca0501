"""What a person said in the conversion dialog, read into a wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from core.api import Invalid, RecordRef, WriteContext, sent_inputs
from plugins.crm_leads.conversion.declare import Target, targets_in
from plugins.crm_leads.conversion.wish import FROM_LEAD, KEPT, Wish

NEW, EXISTING = "new", "existing"
Sent = MultiDict[str, str]


def wish_said(
    context: WriteContext,
    sent: Sent,
    wanted: Sequence[str],
    modes: Mapping[str, str],
    lost: dict[str, str],
) -> Wish:
    """What was chosen and typed; `lost` is told what was looked for and not found, by target."""
    targets = targets_in(context)
    existing, take, values = {}, {}, {}
    for name in wanted:
        id = None
        if modes[name] == EXISTING:
            try:
                id = _found(context, targets[name], sent.get(f"find-{name}", ""))
            except Invalid as invalid:
                lost[name] = str(invalid.message)
            else:
                id = id or _number(sent.get(f"existing-{name}", ""))
        if id is not None:
            existing[name] = id
            start = f"take-{name}-{id}-"
            take[name] = {
                key.removeprefix(start): value
                for key, value in sent.items()
                if key.startswith(start) and value in (KEPT, FROM_LEAD)
            }
        key = f"{name}-{modes[name]}"
        if asked := [each for each in sent.get(f"asked-{key}", "").split(",") if each]:
            values[name] = sent_inputs(targets[name].resource, asked, prefix=key)
    attributes = {
        key.removeprefix("attribute-"): tuple(each for each in sent.getlist(key) if each in targets)
        for key in sent
        if key.startswith("attribute-")
    }
    return Wish(tuple(wanted), existing, take, values, attributes)


def with_offer(sent: Sent, names: Sequence[str]) -> Sent:
    """“Use this one” of a record that was offered is the choice of that existing one."""
    for name in names:
        if offered := sent.get(f"use-{name}"):
            sent = sent.copy()
            sent[f"mode-{name}"], sent[f"existing-{name}"] = EXISTING, offered
    return sent


def _found(context: WriteContext, target: Target, text: str) -> int | None:
    """The record whose name or number was typed, of those that the person may see."""
    kind = RecordRef(target.resource)
    any_field = context.house.resources[target.resource].fields[0]
    id = kind.parse(text, any_field, context.reading)
    return id if isinstance(id, int) else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
