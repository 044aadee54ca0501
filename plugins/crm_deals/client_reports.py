"""The report of clients: how lively they are, how often they buy."""

from __future__ import annotations

from core.api import _l
from plugins.crm_reports.declare import ByFilter, ByValue, Chart, Count, Report, Share

HUES = ("red", "amber", "blue")
OFTEN = ("slate", "blue", "teal", "green")

REPORTS = (
    Report(
        "engagement",
        _l("Engagement of clients"),
        _l("How many clients are hot, warm and cold, how often they have bought, and with whom."),
        resource="clients",
        day="entered_on",
        person="salesperson",
        icon="heart-handshake",
        hue="red",
        usual="all",
        measures=(
            Count("clients", _l("Clients")),
            Count("hot", _l("Hot"), where="engagement=hot", good="up"),
            Count("warm", _l("Warm"), where="engagement=warm"),
            Count("cold", _l("Cold"), where="engagement=cold", good="down"),
            Count("never", _l("Never bought"), where="purchases=0", good="down"),
            Count("again", _l("Bought again"), where="purchases=2-4&purchases=5+", good="up"),
            Share("again_rate", _l("Share that buys again"), part="again", whole="clients", good="up"),
        ),
        counted="clients",
        figures=("clients", "hot", "warm", "cold", "again_rate"),
        columns=("clients", "never", "again", "again_rate"),
        cuts=(
            ByFilter("engagement", _l("Engagement"), hues=HUES),
            ByFilter("purchases", _l("Purchases"), columns=("clients", "hot", "warm", "cold"), hues=OFTEN),
            ByValue(
                "segment", _l("Segment"), columns=("clients", "hot", "warm", "cold", "never", "again_rate")
            ),
            ByValue(
                "salesperson",
                _l("Salesperson"),
                columns=("clients", "hot", "warm", "cold", "never", "again_rate"),
            ),
        ),
        charts=(
            Chart("bars", _l("Engagement"), "engagement", measures=("clients",)),
            Chart("bars", _l("Purchases"), "purchases", measures=("clients",)),
        ),
        filters=("salesperson", "segment", "channel", "level"),
    ),
)
