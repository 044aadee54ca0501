"""The reports over leads and deals together: the way from a lead to a deal that is won, and how salespeople work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.api import _l
from plugins.crm_deals.reports import MEASURES
from plugins.crm_reports.declare import (
    Amount,
    ByStages,
    ByValue,
    Chart,
    Count,
    Days,
    Measure,
    Report,
    Share,
    Stage,
)
from plugins.crm_reports.family import MONTH


def _moved() -> Any:
    """When a lead left the status it came in with: somebody had begun to work on it."""
    from plugins.crm_leads.models import Lead, Passage  # Leads may be off: then nobody asks for this

    ended = sa.select(sa.func.min(Passage.until)).where(Passage.lead_id == Lead.id)
    return ended.correlate(Lead).scalar_subquery()


LEADS = (
    Count("leads", _l("Leads"), good="up", compared=True),
    Count("converted", _l("Converted"), where="status=~converted", good="up"),
    Share("rate", _l("Conversion rate"), part="converted", whole="leads", good="up", compared=True),
    Count("junk", _l("Discarded"), where="status=~junk"),
    Days(
        "time",
        _l("Time to convert"),
        begin="entered_on",
        end="converted_at",
        where="status=~converted",
        good="down",
    ),
    Amount("leads_value", _l("Estimated value")),
    Amount("converted_value", _l("Converted value"), where="status=~converted"),
)
"""What is counted of leads; the names are those of their list, whose app may be off: then these reports are not there."""

FIRST_STEP = Days("first_step", _l("Time to first step"), begin="created_at", end=_moved, good="down")

SHARED = ("salesperson", "source")
"""What both leads and deals can be narrowed by."""


def _uncompared(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The same without the number before and the change beside them, for tables of many columns."""
    return tuple(each if isinstance(each, Days) else replace(each, compared=False) for each in measures)


def _of_deals(day: str, measures: Sequence[Measure]) -> Report:
    """What stands beside leads: their deals where `day` is the lead's, else all deals."""
    return Report(
        "deals",
        _l("Deals"),
        "",
        resource="deals",
        day=day,
        person="salesperson",
        measures=tuple(measures),
        figures=(),
        columns=(),
        cuts=(),
        charts=(),
        counted="deals",
        filters=SHARED,
    )


def _of_leads(name: str, measures: Sequence[Measure], **given: Any) -> Report:
    return Report(
        name,
        resource="leads",
        day="entered_on",
        person="salesperson",
        measures=tuple(measures),
        counted="leads",
        filters=SHARED,
        **given,
    )


SOLD = Share("sold", _l("Won of the leads"), part="won", whole="leads", good="up")

SALES_FUNNEL = _of_leads(
    "sales-funnel",
    LEADS,
    label=_l("Sales funnel"),
    icon="chart-funnel",
    hue="green",
    summary=_l(
        "From the lead to the deal that is won: how many of a period’s leads get how far, and how fast."
    ),
    figures=("leads", "deals", "won", "sold", "won_value"),
    columns=("leads", "converted", "rate", "deals", "won", "sold", "won_value"),
    cuts=(
        ByStages(
            "way",
            _l("Stages"),
            (
                Stage("leads", "leads_value"),
                Stage("converted", "converted_value", "time"),
                Stage("deals", "value"),
                Stage("won", "won_value", "time_to_win"),
            ),
        ),
        ByValue("source", _l("Source")),
        ByValue("salesperson", _l("Salesperson")),
        MONTH,
    ),
    charts=(
        Chart("funnel", _l("Funnel"), "way"),
        Chart(
            "months",
            _l("By month"),
            "month",
            measures=("leads", "deals", "won"),
            hues=("accent", "violet", "green"),
        ),
    ),
    beside=(_of_deals("lead", (*MEASURES, SOLD)),),
)
"""A cohort: deals are counted by the day their lead came in, so each stage is a part of the one before it."""

EFFECTIVENESS = _of_leads(
    "salespeople",
    (*_uncompared(LEADS), FIRST_STEP),
    label=_l("How salespeople work"),
    icon="users",
    hue="violet",
    summary=_l("For each salesperson the leads taken and converted, how fast, and the deals won."),
    figures=("leads", "first_step", "rate", "won", "won_value"),
    columns=(
        *("leads", "first_step", "converted", "rate", "junk", "time"),
        *("deals", "won", "win_rate", "lost", "won_value"),
    ),
    cuts=(ByValue("salesperson", _l("Salesperson")), MONTH),
    charts=(
        Chart(
            "parts",
            _l("Leads"),
            "salesperson",
            measures=("converted", "junk"),
            hues=("green", "slate"),
        ),
        Chart("parts", _l("Deals"), "salesperson", measures=("won", "lost"), hues=("green", "red")),
    ),
    beside=(_of_deals("entered_on", _uncompared(MEASURES)),),
)
"""Leads and deals that came in during the period, whether the deals came of leads or not."""


def _trend(name: str, resource: str, day: str, *measures: Measure, person: str = "salesperson") -> Report:
    """What stands beside leads in a month: what happened in it, whenever it began."""
    return Report(
        name,
        name,
        "",
        resource=resource,
        day=day,
        person=person,
        measures=measures,
        figures=(),
        columns=(),
        cuts=(),
        charts=(),
        counted=measures[0].name,
        filters=(person,),
        called=(("salesperson", person),) if person != "salesperson" else (),
    )


TRENDS = Report(
    "trends",
    _l("Month by month"),
    _l(
        "Leads, conversions, deals won, their value and interactions of each month, beside those of the year before."
    ),
    resource="leads",
    day="entered_on",
    person="salesperson",
    icon="chart-line",
    hue="blue",
    measures=(Count("leads", _l("Leads"), good="up", compared=True),),
    counted="leads",
    usual="12m",
    figures=("leads", "conversions", "won", "won_value", "interactions"),
    columns=("leads", "conversions", "won", "won_value", "interactions"),
    cuts=(MONTH, ByValue("salesperson", _l("Salesperson"))),
    charts=(
        Chart(
            "months",
            _l("By month"),
            "month",
            measures=("leads", "conversions", "won"),
            hues=("accent", "orange", "green"),
            wide=True,
        ),
        Chart("months", _l("Interactions"), "month", measures=("interactions",), hues=("teal",), wide=True),
    ),
    filters=("salesperson",),
    beside=(
        _trend(
            "conversions",
            "leads",
            "converted_at",
            Count("conversions", _l("Conversions"), where="status=~converted", good="up", compared=True),
        ),
        _trend(
            "won",
            "deals",
            "closed_at",
            Count("won", _l("Deals won"), where="stage=~won", good="up", compared=True),
            Amount("won_value", _l("Won value"), where="stage=~won", good="up"),
        ),
        _trend(
            "interactions",
            "interactions",
            "at",
            Count("interactions", _l("Interactions"), good="up", compared=True),
            person="person",
        ),
    ),
)
"""Each counted in the month in which it happened; interactions while their app is on."""

REPORTS = (SALES_FUNNEL, EFFECTIVENESS, TRENDS)
