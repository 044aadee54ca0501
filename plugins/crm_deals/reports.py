"""The reports of deals: how far they get, what brings them, whose they are, and why they are lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.api import _l
from plugins.crm_deals.models import LOST, OPEN, WON
from plugins.crm_reports.declare import (
    Amount,
    ByMonth,
    BySteps,
    ByValue,
    Chart,
    Count,
    Days,
    Report,
    Share,
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

REPORTS = (DEAL_FUNNEL, BY_STAGE, LOSSES, BY_SOURCE, BY_SALESPERSON, BY_MONTH)
