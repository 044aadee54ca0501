"""What leads become besides clients: a deal with what the lead was worth, of the company or the contact it became."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.api import AttributeValues, WriteContext, _, _l, money_text
from plugins.crm_deals.models import OPEN, Deal, Stage
from plugins.crm_deals.stages import first_stage, usual_pipeline
from plugins.crm_leads.conversion.declare import (
    COMPANY,
    CONTACT,
    DEAL,
    Asking,
    Source,
    Suggestion,
    Taken,
    Target,
)

if TYPE_CHECKING:
    from core.api import ReferenceItem

SAME = ("value", "currency", "source", "salesperson", "notes")
"""Fields that a lead and a deal both have, and mean the same by."""

MOST = 5
BATCH = 500


def take_deal(source: Source, chosen: frozenset[str], context: WriteContext) -> Taken:
    """The lead's title (else its name), what it is worth, where it came from, and attributes that deals have too."""
    values: dict[str, Any] = {name: source.values[name] for name in SAME if name in source.values}
    values["title"] = source.values.get("title") or source.values.get("name")
    deals = context.house.resources["deals"]
    for field in context.house.resources["leads"].fields:
        is_attribute = isinstance(field.side, AttributeValues)
        if is_attribute and field.name in source.values and deals.has_field(field.name):
            values[field.name] = source.values[field.name]
    return Taken(values)


def link_clients(source: Source, made: Mapping[str, int], context: WriteContext) -> Mapping[str, Any]:
    """The deal is the company's, else the contact's, who is the person to talk to; of neither, the lead's known client."""
    found: dict[str, Any] = {}
    client = made.get(COMPANY) or made.get(CONTACT)
    if client is None and source.lead.client_id is not None:
        is_seen = context.formats.references.record_name("clients", source.lead.client_id) is not None
        client = source.lead.client_id if is_seen else None
    if client is not None:
        found["client"] = client
    if CONTACT in made:
        found["contact"] = made[CONTACT]
    return found


def open_deals(askings: Sequence[Asking], context: WriteContext) -> Sequence[Sequence[Suggestion]]:
    """The open deals of the records that the lead goes into, and of the client it is linked with; the newest first."""
    owners = [_owners(each) for each in askings]
    ids = sorted({id for each in owners for id in each})
    found: dict[int, list[Deal]] = defaultdict(list)
    is_open = Deal.stage_id.in_(sa.select(Stage.id).where(Stage.meaning == OPEN))
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        wanted = sa.select(Deal).where(sa.or_(Deal.client_id.in_(part), Deal.contact_id.in_(part)), is_open)
        for deal in context.session.scalars(wanted.order_by(Deal.id.desc()).limit(BATCH * MOST)):
            for id in {deal.client_id, deal.contact_id} & set(part):
                found[id].append(deal)  # type: ignore[index]
    return [[_suggestion(deal, context) for deal in _distinct(found[id] for id in each)] for each in owners]


def told_deal(values: Mapping[str, Any], context: WriteContext) -> str:
    """“Sales, first stage · $ 900,50”."""
    references = context.formats.references
    pipeline_id = values.get("pipeline") or usual_pipeline(context.formats)
    pipeline = references.get("pipelines", pipeline_id)
    stage = references.get("stages", values.get("stage") or first_stage(context.formats, pipeline_id))
    words = [_place(pipeline, stage)] if pipeline else []
    if values.get("value") is not None:
        currency = values.get("currency") or context.formats.currency
        words.append(money_text(values["value"], currency, context.formats.language))
    return " · ".join([str(_("Deal")), *words])


def _place(pipeline: ReferenceItem, stage: ReferenceItem | None) -> str:
    return f"{pipeline.name}, {stage.name}" if stage is not None else pipeline.name


def _owners(asking: Asking) -> list[int]:
    chosen = [asking.existing.get(COMPANY), asking.existing.get(CONTACT), asking.source.lead.client_id]
    return list(dict.fromkeys(id for id in chosen if id is not None))


def _distinct(found: Any) -> list[Deal]:
    deals = {deal.id: deal for each in found for deal in each}
    return list(deals.values())[:MOST]


def _suggestion(deal: Deal, context: WriteContext) -> Suggestion:
    values = {"pipeline": deal.pipeline_id, "stage": deal.stage_id, "value": deal.value}
    told = told_deal({**values, "currency": deal.currency}, context)
    return Suggestion(deal.id, deal.title, told, (_("An open deal of this client"),), ("open",))


TARGETS = (
    Target(
        DEAL,
        _l("Deal"),
        _l("New deal"),
        _l("Existing deal"),
        "deals",
        "briefcase",
        "violet",
        order=30,
        asked=("title", "pipeline", "value"),
        take=take_deal,
        suggest=open_deals,
        link=link_clients,
        linked=("client", "contact"),
        ties={"currency": "value"},
        told=told_deal,
        receives=10,
    ),
)
