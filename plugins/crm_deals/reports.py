"""The reports of deals: how far they get and why they are lost, and with Leads on the whole way from lead to won deal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.api import _l
from plugins.crm_deals.models import LOST, OPEN, WON
from plugins.crm_reports.declare import (
    Amount,
    ByMonth,
    ByStages,
    BySteps,
    ByValue,
    Chart,
    Count,
    Days,
    Measure,
    Report,
    Share,
    Stage,
    Toggle,
)

MEASURES = (
    Count("deals", _l("Deals"), good="up", compared=True),
    Count("open", _l("Open"), where=f"stage=~{OPEN}"),
    Count("won", _l("Won"), where=f"stage=~{WON}", good="up"),
    Share("win_rate", _l("Win rate"), part="won", whole="deals", good="up", compared=True),
    Count("lost", _l("Lost"), where=f"stage=~{LOST}"),
    Days(
        "time_to_win",
        _l("Time to win"),
        begin="entered_on",
        end="closed_at",
        where=f"stage=~{WON}",
        good="down",
    ),
    Amount("value", _l("Value")),
    Amount("open_value", _l("Open value"), where=f"stage=~{OPEN}"),
    Amount("won_value", _l("Won value"), where=f"stage=~{WON}", good="up"),
    Amount("lost_value", _l("Lost value"), where=f"stage=~{LOST}"),
)

PIPELINE = ByValue("pipeline", _l("Pipeline"))
STEPS = BySteps("stage", _l("Stage"), way=(OPEN, WON), amount="value", time="time_to_win")
STAGE = ByValue("stage", _l("Stage"), columns=("deals", "value"))
SOURCE = ByValue("source", _l("Source"))
SALESPERSON = ByValue(
    "salesperson",
    _l("Salesperson"),
    columns=("deals", "open", "won", "win_rate", "lost", "time_to_win", "open_value", "won_value"),
)
REASON = ByValue("loss_reason", _l("Reason for losing"), columns=("lost", "lost_value"))
MONTH = ByMonth("month", _l("Month"))
REPEAT = Toggle("is_repeat", _l("All"), _l("First"), _l("Repeat"))

FIGURES = ("deals", "won", "win_rate", "time_to_win", "won_value")
COLUMNS = ("deals", "won", "win_rate", "lost", "time_to_win", "won_value")
FILTERS = ("salesperson", "pipeline", "source", "stage")


def _report(name: str, **given: Any) -> Report:
    """A report over deals by the day they came in."""
    return Report(
        name,
        resource="deals",
        day="entered_on",
        person="salesperson",
        measures=MEASURES,
        figures=FIGURES,
        columns=COLUMNS,
        counted="deals",
        filters=FILTERS,
        toggle=REPEAT,
        **given,
    )


DEAL_FUNNEL = _report(
    "deal-funnel",
    label=_l("Deal funnel"),
    icon="chart-funnel",
    hue="violet",
    summary=_l("How far the deals of a pipeline get, how many are won, and how long that takes."),
    cuts=(STEPS, SOURCE, SALESPERSON, MONTH),
    charts=(
        Chart("funnel", _l("Funnel"), "stage"),
        Chart("over_time", _l("By source"), "source", measures=("deals",)),
    ),
    one_of="pipeline",
)
BY_STAGE = _report(
    "deals-by-stage",
    label=_l("Deals by stage"),
    icon="chart-bar",
    hue="blue",
    summary=_l("In which stages deals are, and for how much, pipeline by pipeline."),
    cuts=(STAGE, PIPELINE),
    charts=(Chart("bars", _l("By stage"), "stage", measures=("deals",), wide=True),),
)
LOSSES = _report(
    "deals-lost",
    label=_l("Why deals are lost"),
    icon="circle-x",
    hue="red",
    summary=_l("The reasons for which deals were lost, how many for each, and for how much."),
    cuts=(REASON, replace(SALESPERSON, columns=("deals", "lost", "lost_value"))),
    charts=(Chart("bars", _l("By reason"), "loss_reason", measures=("lost",), wide=True),),
)
BY_SOURCE = _report(
    "deals-by-source",
    label=_l("Deals by source"),
    icon="chart-bar",
    hue="teal",
    summary=_l("What brings deals, and how many of them are won."),
    cuts=(SOURCE,),
    charts=(Chart("bars", _l("By source"), "source", measures=("deals", "win_rate"), wide=True),),
)
BY_SALESPERSON = _report(
    "deals-by-salesperson",
    label=_l("Deals by salesperson"),
    icon="users",
    hue="pink",
    summary=_l("Open, won and lost deals of each salesperson, and their value."),
    cuts=(SALESPERSON,),
    charts=(
        Chart(
            "parts",
            _l("By salesperson"),
            "salesperson",
            measures=("open", "won", "lost"),
            hues=("accent", "green", "slate"),
            wide=True,
        ),
    ),
)
BY_MONTH = _report(
    "deals-by-month",
    label=_l("Deals by month"),
    icon="chart-line",
    hue="green",
    summary=_l("How many deals come in and are won, month by month."),
    cuts=(MONTH,),
    charts=(
        Chart(
            "months",
            _l("By month"),
            "month",
            measures=("deals", "won"),
            hues=("accent", "green"),
            wide=True,
        ),
    ),
)


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

REPORTS = (SALES_FUNNEL, EFFECTIVENESS, DEAL_FUNNEL, BY_STAGE, LOSSES, BY_SOURCE, BY_SALESPERSON, BY_MONTH)
