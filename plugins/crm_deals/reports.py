"""The reports of deals: how far they get, what brings them, whose they are, and why they are lost."""

from __future__ import annotations

from dataclasses import replace

from core.api import _l
from plugins.crm_deals.models import LOST, OPEN, WON
from plugins.crm_deals.passages import PASSAGES
from plugins.crm_reports.declare import (
    Amount,
    BySteps,
    ByValue,
    Chart,
    Count,
    Days,
    Mean,
    Share,
    Sum,
    Toggle,
)
from plugins.crm_reports.family import MONTH, Family

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
    Mean("mean_value", _l("Mean value"), where=f"stage=~{WON}", good="up"),
    Amount("lost_value", _l("Lost value"), where=f"stage=~{LOST}"),
)

PIPELINE = ByValue("pipeline", _l("Pipeline"))
STEPS = BySteps("stage", _l("Stage"), way=(OPEN, WON), amount="value", time="time_to_win", spent=PASSAGES)
STAGE = ByValue("stage", _l("Stage"), columns=("deals", "value"))
SOURCE = ByValue("source", _l("Source"))
SALESPERSON = ByValue(
    "salesperson",
    _l("Salesperson"),
    columns=(
        "deals",
        "open",
        "won",
        "win_rate",
        "lost",
        "time_to_win",
        "open_value",
        "won_value",
        "mean_value",
    ),
)
REASON = ByValue("loss_reason", _l("Reason for losing"), columns=("lost", "lost_value"))
REPEAT = Toggle("is_repeat", _l("All"), _l("First"), _l("Repeat"))

DEALS = Family(
    resource="deals",
    day="entered_on",
    person="salesperson",
    measures=MEASURES,
    counted="deals",
    figures=("deals", "won", "win_rate", "time_to_win", "won_value"),
    columns=("deals", "won", "win_rate", "lost", "time_to_win", "won_value"),
    filters=("salesperson", "pipeline", "source", "stage"),
    toggle=REPEAT,
)

SOLD = Family(
    resource="deals",
    day="closed_at",
    person="salesperson",
    measures=(
        Count("closed", _l("Closed")),
        Count("won", _l("Won"), where=f"stage=~{WON}", good="up", compared=True),
        Share("win_rate", _l("Win rate"), part="won", whole="closed", good="up", compared=True),
        Amount("won_value", _l("Won value"), where=f"stage=~{WON}", good="up"),
        Mean("mean_value", _l("Mean value"), where=f"stage=~{WON}", good="up"),
        Days(
            "cycle",
            _l("Time to win"),
            begin="entered_on",
            end="closed_at",
            where=f"stage=~{WON}",
            good="down",
        ),
        Count("lost", _l("Lost"), where=f"stage=~{LOST}", good="down"),
        Amount("lost_value", _l("Lost value"), where=f"stage=~{LOST}", good="down"),
    ),
    counted="closed",
    figures=("won", "won_value", "mean_value", "win_rate", "cycle"),
    columns=("won", "won_value", "mean_value", "win_rate", "cycle", "lost", "lost_value"),
    filters=("salesperson", "pipeline", "source"),
    toggle=REPEAT,
)
"""Deals by the day they were closed, whenever they came in."""

PRODUCT = ByValue("product", _l("Product"), columns=("deals", "quantity", "sold"), of="name")

REPORTS = (
    DEALS.report(
        "deal-funnel",
        _l("Deal funnel"),
        _l("How far the deals of a pipeline get, how many are won, and how long that takes."),
        icon="chart-funnel",
        hue="violet",
        cuts=(STEPS, SOURCE, SALESPERSON, MONTH),
        charts=(
            Chart("funnel", _l("Funnel"), "stage"),
            Chart("over_time", _l("By source"), "source", measures=("deals",)),
        ),
        one_of="pipeline",
    ),
    SOLD.bars(
        "sales",
        _l("Sales"),
        _l("The deals that were won in the period: how many, for how much, how fast, and by whom."),
        ByValue("salesperson", _l("Salesperson")),
        _l("By salesperson"),
        ("won", "win_rate"),
        icon="trophy",
        hue="green",
        cuts=(MONTH, SOURCE, PIPELINE),
    ),
    SOLD.report(
        "products",
        _l("Most bought products"),
        _l("The products of the deals that were won: in how many deals, how many of them, and for how much."),
        icon="package",
        hue="brown",
        rows="lines",
        measures=(
            Count("deals", _l("Deals"), where=f"stage=~{WON}", good="up", compared=True),
            Sum("quantity", _l("Quantity"), of="quantity", where=f"stage=~{WON}", good="up"),
            Amount("sold", _l("Sold for"), of="amount", where=f"stage=~{WON}", good="up"),
        ),
        counted="deals",
        figures=("deals", "quantity", "sold"),
        columns=("deals", "quantity", "sold"),
        cuts=(PRODUCT, ByValue("salesperson", _l("Salesperson")), MONTH),
        charts=(Chart("bars", _l("By product"), "product", measures=("deals",), wide=True),),
    ),
    DEALS.bars(
        "deals-by-stage",
        _l("Deals by stage"),
        _l("In which stages deals are, and for how much, pipeline by pipeline."),
        STAGE,
        _l("By stage"),
        ("deals",),
        icon="chart-bar",
        hue="blue",
        cuts=(PIPELINE,),
    ),
    DEALS.bars(
        "deals-lost",
        _l("Why deals are lost"),
        _l("The reasons for which deals were lost, how many for each, and for how much."),
        REASON,
        _l("By reason"),
        ("lost",),
        icon="circle-x",
        hue="red",
        cuts=(replace(SALESPERSON, columns=("deals", "lost", "lost_value")),),
    ),
    DEALS.bars(
        "deals-by-source",
        _l("Deals by source"),
        _l("What brings deals, and how many of them are won."),
        SOURCE,
        _l("By source"),
        ("deals", "win_rate"),
        icon="chart-bar",
        hue="teal",
    ),
    DEALS.parts(
        "deals-by-salesperson",
        _l("Deals by salesperson"),
        _l("Open, won and lost deals of each salesperson, and their value."),
        SALESPERSON,
        _l("By salesperson"),
        ("open", "won", "lost"),
        ("accent", "green", "slate"),
        icon="users",
        hue="pink",
    ),
    DEALS.months(
        "deals-by-month",
        _l("Deals by month"),
        _l("How many deals come in and are won, month by month."),
        ("deals", "won"),
        ("accent", "green"),
        icon="chart-line",
        hue="green",
    ),
)
