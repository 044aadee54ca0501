"""The reports of leads: their funnel, where they come from and are, whose they are, and how they go from month to month."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.api import _l
from plugins.crm_leads.models import CONVERTED, JUNK, OPEN
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
    Count("leads", _l("Leads"), good="up", compared=True),
    Count("active", _l("Active"), where=f"status=~{OPEN}"),
    Count("converted", _l("Converted"), where=f"status=~{CONVERTED}", good="up"),
    Share("rate", _l("Conversion rate"), part="converted", whole="leads", good="up", compared=True),
    Count("junk", _l("Discarded"), where=f"status=~{JUNK}"),
    Share("junk_rate", _l("Discarded share"), part="junk", whole="leads", good="down"),
    Days(
        "time",
        _l("Time to convert"),
        begin="entered_on",
        end="converted_at",
        where=f"status=~{CONVERTED}",
        good="down",
    ),
    Amount("value", _l("Value")),
    Amount("won", _l("Converted value"), where=f"status=~{CONVERTED}", good="up"),
)

STATUS = BySteps("status", _l("Status"), way=(OPEN, CONVERTED), amount="value", time="time")
SEGMENT = ByValue("segment", _l("Segment"))
CHANNEL = ByValue("channel", _l("Channel"))
SOURCE = ByValue("source", _l("Source"))
CITY = ByValue("city", _l("City"))
REASON = ByValue("junk_reason", _l("Reason for discarding"), columns=("junk",))
SALESPERSON = ByValue(
    "salesperson",
    _l("Salesperson"),
    columns=("leads", "active", "converted", "rate", "junk", "time", "value", "won"),
)
MONTH = ByMonth("month", _l("Month"))

FIGURES = ("leads", "converted", "rate", "time", "won")
COLUMNS = ("leads", "converted", "rate", "junk", "time", "won")
FILTERS = ("salesperson", "channel", "segment", "source", "level", "status")
REPEAT = Toggle("is_repeat", _l("All"), _l("First"), _l("Repeat"))


def _report(name: str, **given: Any) -> Report:
    """A report over leads by the day they came in."""
    return Report(
        name,
        resource="leads",
        day="entered_on",
        person="salesperson",
        measures=MEASURES,
        figures=FIGURES,
        columns=COLUMNS,
        counted="leads",
        filters=FILTERS,
        toggle=REPEAT,
        **given,
    )


REPORTS = (
    _report(
        "lead-funnel",
        label=_l("Lead funnel"),
        icon="chart-funnel",
        hue="blue",
        summary=_l("How far leads get, how many convert and how long that takes."),
        cuts=(STATUS, SEGMENT, CHANNEL, SALESPERSON, MONTH),
        charts=(
            Chart("funnel", _l("Funnel"), "status"),
            Chart("over_time", _l("By segment"), "segment", measures=("leads",)),
        ),
    ),
    _report(
        "conversion",
        label=_l("Conversion"),
        icon="user-check",
        hue="green",
        summary=_l(
            "What part of the leads converts, and how long that takes: by month, source, channel, salesperson."
        ),
        cuts=(
            MONTH,
            SOURCE,
            CHANNEL,
            ByValue("salesperson", _l("Salesperson")),
            SEGMENT,
        ),
        charts=(
            Chart(
                "months",
                _l("By month"),
                "month",
                measures=("leads", "converted"),
                hues=("accent", "green"),
                wide=True,
            ),
            Chart("bars", _l("By source"), "source", measures=("leads", "rate"), wide=True),
        ),
    ),
    _report(
        "leads-by-segment",
        label=_l("Leads by segment"),
        icon="chart-pie",
        hue="orange",
        summary=_l("Which part of the market leads belong to, week by week."),
        cuts=(SEGMENT,),
        charts=(Chart("over_time", _l("By segment"), "segment", measures=("leads",), wide=True),),
    ),
    _report(
        "leads-by-channel",
        label=_l("Leads by channel"),
        icon="chart-bar",
        hue="cyan",
        summary=_l("By which channel leads come, and how many of them convert."),
        cuts=(CHANNEL,),
        charts=(Chart("bars", _l("By channel"), "channel", measures=("leads", "rate"), wide=True),),
    ),
    _report(
        "leads-by-source",
        label=_l("Leads by source"),
        icon="chart-bar",
        hue="teal",
        summary=_l("What brings leads, and how many of them convert."),
        cuts=(SOURCE,),
        charts=(Chart("bars", _l("By source"), "source", measures=("leads", "rate"), wide=True),),
    ),
    _report(
        "leads-by-reason",
        label=_l("Why leads are discarded"),
        icon="circle-x",
        hue="red",
        summary=_l("The reasons for which leads came to nothing, and how many for each."),
        cuts=(
            REASON,
            *(replace(cut, columns=("leads", "junk", "junk_rate")) for cut in (SOURCE, CHANNEL, SALESPERSON)),
        ),
        charts=(Chart("bars", _l("By reason"), "junk_reason", measures=("junk",), wide=True),),
    ),
    _report(
        "leads-by-city",
        label=_l("Leads by city"),
        icon="map-pin",
        hue="amber",
        summary=_l("The cities most leads are in, and how many of them convert."),
        cuts=(CITY,),
        charts=(Chart("bars", _l("By city"), "city", measures=("leads", "rate"), wide=True),),
    ),
    _report(
        "leads-by-salesperson",
        label=_l("Leads by salesperson"),
        icon="users",
        hue="violet",
        summary=_l("Active, converted and discarded leads of each salesperson, and their value."),
        cuts=(SALESPERSON,),
        charts=(
            Chart(
                "parts",
                _l("By salesperson"),
                "salesperson",
                measures=("active", "converted", "junk"),
                hues=("accent", "green", "slate"),
                wide=True,
            ),
        ),
    ),
    _report(
        "leads-by-month",
        label=_l("Leads by month"),
        icon="chart-line",
        hue="green",
        summary=_l("How many leads come in and convert, month by month."),
        cuts=(MONTH,),
        charts=(
            Chart(
                "months",
                _l("By month"),
                "month",
                measures=("leads", "converted"),
                hues=("accent", "green"),
                wide=True,
            ),
        ),
    ),
)
