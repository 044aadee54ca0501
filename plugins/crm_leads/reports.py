"""The reports of leads: their funnel, where they come from and are, whose they are, and how they go from month to month."""

from __future__ import annotations

from dataclasses import replace

from core.api import _l
from plugins.crm_leads.models import CONVERTED, JUNK, OPEN
from plugins.crm_leads.passages import PASSAGES
from plugins.crm_reports.declare import Amount, BySteps, ByValue, Chart, Count, Days, Share, Toggle
from plugins.crm_reports.family import MONTH, Family

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

STATUS = BySteps("status", _l("Status"), way=(OPEN, CONVERTED), amount="value", time="time", spent=PASSAGES)
SEGMENT = ByValue("segment", _l("Segment"))
CHANNEL = ByValue("channel", _l("Channel"))
SOURCE = ByValue("source", _l("Source"))
LEVEL = ByValue("level", _l("Level"))
ZONE = ByValue("zone", _l("Zone"))
CITY = ByValue("city", _l("City"))
REASON = ByValue("junk_reason", _l("Reason for discarding"), columns=("junk",))
SALESPERSON = ByValue(
    "salesperson",
    _l("Salesperson"),
    columns=("leads", "active", "converted", "rate", "junk", "time", "value", "won"),
)

LEADS = Family(
    resource="leads",
    day="entered_on",
    person="salesperson",
    measures=MEASURES,
    counted="leads",
    figures=("leads", "converted", "rate", "time", "won"),
    columns=("leads", "converted", "rate", "junk", "time", "won"),
    filters=("salesperson", "channel", "segment", "source", "level", "status"),
    toggle=Toggle("is_repeat", _l("All"), _l("First"), _l("Repeat")),
)
BOTH = ("leads", "rate")

REPORTS = (
    LEADS.report(
        "lead-funnel",
        _l("Lead funnel"),
        _l("How far leads get, how many convert and how long that takes."),
        icon="chart-funnel",
        hue="blue",
        cuts=(STATUS, SEGMENT, CHANNEL, SALESPERSON, MONTH),
        charts=(
            Chart("funnel", _l("Funnel"), "status"),
            Chart("over_time", _l("By segment"), "segment", measures=("leads",)),
        ),
    ),
    LEADS.report(
        "conversion",
        _l("Conversion"),
        _l(
            "What part of the leads converts, and how long that takes: by month, source, channel, salesperson."
        ),
        icon="user-check",
        hue="green",
        cuts=(MONTH, SOURCE, CHANNEL, ByValue("salesperson", _l("Salesperson")), SEGMENT),
        charts=(
            Chart(
                "months",
                _l("By month"),
                "month",
                measures=("leads", "converted"),
                hues=("accent", "green"),
                wide=True,
            ),
            Chart("bars", _l("By source"), "source", measures=BOTH, wide=True),
        ),
    ),
    LEADS.report(
        "leads-by-segment",
        _l("Leads by segment"),
        _l("Which part of the market leads belong to, week by week."),
        icon="chart-pie",
        hue="orange",
        cuts=(SEGMENT,),
        charts=(Chart("over_time", _l("By segment"), "segment", measures=("leads",), wide=True),),
    ),
    LEADS.bars(
        "leads-by-channel",
        _l("Leads by channel"),
        _l("By which channel leads come, and how many of them convert."),
        CHANNEL,
        _l("By channel"),
        BOTH,
        icon="chart-bar",
        hue="cyan",
    ),
    LEADS.bars(
        "leads-by-source",
        _l("Leads by source"),
        _l("What brings leads, and how many of them convert."),
        SOURCE,
        _l("By source"),
        BOTH,
        icon="chart-bar",
        hue="teal",
    ),
    LEADS.bars(
        "leads-by-level",
        _l("Leads by level"),
        _l("How good the leads are that come in, and how many of each level convert."),
        LEVEL,
        _l("By level"),
        BOTH,
        icon="chart-bar",
        hue="lime",
        cuts=(replace(MONTH, columns=("leads", "converted", "rate", "won")),),
    ),
    LEADS.bars(
        "leads-by-reason",
        _l("Why leads are discarded"),
        _l("The reasons for which leads came to nothing, and how many for each."),
        REASON,
        _l("By reason"),
        ("junk",),
        icon="circle-x",
        hue="red",
        cuts=tuple(
            replace(cut, columns=("leads", "junk", "junk_rate")) for cut in (SOURCE, CHANNEL, SALESPERSON)
        ),
    ),
    LEADS.bars(
        "leads-by-city",
        _l("Leads by city"),
        _l("The cities most leads are in, and how many of them convert."),
        CITY,
        _l("By city"),
        BOTH,
        icon="map-pin",
        hue="amber",
    ),
    LEADS.bars(
        "leads-by-zone",
        _l("Leads by zone"),
        _l("In which zones leads are, and how many of them convert."),
        ZONE,
        _l("By zone"),
        BOTH,
        icon="map-pin",
        hue="brown",
    ),
    LEADS.parts(
        "leads-by-salesperson",
        _l("Leads by salesperson"),
        _l("Active, converted and discarded leads of each salesperson, and their value."),
        SALESPERSON,
        _l("By salesperson"),
        ("active", "converted", "junk"),
        ("accent", "green", "slate"),
        icon="users",
        hue="violet",
    ),
    LEADS.months(
        "leads-by-month",
        _l("Leads by month"),
        _l("How many leads come in and convert, month by month."),
        ("leads", "converted"),
        ("accent", "green"),
        icon="chart-line",
        hue="green",
    ),
)
