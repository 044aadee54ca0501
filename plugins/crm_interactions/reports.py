"""The reports of interactions and tasks: who does how much, of what kind, with what result; how soon leads are answered."""

from __future__ import annotations

from core.api import _l
from plugins.crm_reports.declare import ByMonth, ByValue, Chart, Count, Days, Report, Share, Sum
from plugins.crm_reports.family import MONTH

TASKS = Report(
    "tasks",
    _l("Tasks"),
    "",
    resource="tasks",
    day="due_on",
    person="assignee",
    measures=(
        Count("tasks", _l("Tasks due")),
        Count("done", _l("Tasks done"), where="state=done", good="up"),
        Count("overdue", _l("Tasks overdue"), where="state=overdue", good="down"),
        Share("done_rate", _l("Done"), part="done", whole="tasks", good="up"),
    ),
    figures=(),
    columns=(),
    cuts=(),
    charts=(),
    counted="tasks",
    filters=("assignee", "kind"),
    called=(("person", "assignee"),),
)
"""The tasks that were due in the period."""

ACTIVITY = Report(
    "activity",
    _l("Activity"),
    _l(
        "Calls, mails, meetings and visits of each person, the time they took, and the tasks done and overdue."
    ),
    resource="interactions",
    day="at",
    person="person",
    icon="activity",
    hue="teal",
    measures=(
        Count("interactions", _l("Interactions"), good="up", compared=True),
        Count("calls", _l("Calls"), where="kind=~call", good="up"),
        Count("mails", _l("E-mails"), where="kind=~email", good="up"),
        Count("meetings", _l("Meetings and visits"), where="kind=~meeting&kind=~visit", good="up"),
        Sum("minutes", _l("Minutes"), of="minutes", good="up"),
    ),
    counted="interactions",
    figures=("interactions", "minutes", "tasks", "done", "overdue"),
    columns=("interactions", "calls", "mails", "meetings", "minutes"),
    cuts=(
        ByValue(
            "person",
            _l("Person"),
            columns=(
                *("interactions", "calls", "mails", "meetings", "minutes"),
                *("tasks", "done", "overdue", "done_rate"),
            ),
        ),
        ByValue("kind", _l("Kind"), columns=("interactions", "minutes", "tasks", "done", "overdue")),
        ByMonth("week", _l("Week"), finest="week"),
        MONTH,
    ),
    charts=(
        Chart(
            "parts",
            _l("By person"),
            "person",
            measures=("calls", "mails", "meetings"),
            hues=("green", "blue", "violet"),
        ),
        Chart("over_time", _l("By kind"), "kind", measures=("interactions",)),
    ),
    filters=("person", "kind"),
    beside=(TASKS,),
)

OUTCOMES = Report(
    "outcomes",
    _l("Outcomes"),
    _l("What came of calls, meetings and visits, and how many."),
    resource="interactions",
    day="at",
    person="person",
    icon="target",
    hue="violet",
    measures=(
        Count("interactions", _l("Interactions"), compared=True),
        Sum("minutes", _l("Minutes"), of="minutes"),
    ),
    counted="interactions",
    figures=("interactions", "minutes"),
    columns=("interactions", "minutes"),
    cuts=(
        ByValue("outcome", _l("Outcome")),
        ByValue("kind", _l("Kind")),
        ByValue("direction", _l("Direction")),
    ),
    charts=(Chart("bars", _l("By outcome"), "outcome", measures=("interactions",), wide=True),),
    filters=("person", "kind", "outcome"),
)

FIRST_ANSWER = Report(
    "first-answer",
    _l("First answer to leads"),
    _l("How many hours pass until somebody first deals with a lead, and how many leads still wait."),
    resource="leads",
    day="entered_on",
    person="salesperson",
    icon="clock",
    hue="amber",
    measures=(
        Count("leads", _l("Leads"), good="up", compared=True),
        Count("answered", _l("Answered"), where="first_touch=~any", good="up"),
        Share(
            "answered_rate", _l("Answered share"), part="answered", whole="leads", good="up", compared=True
        ),
        Count("waiting", _l("Waiting"), where="first_touch=~empty&status=~open", good="down"),
        Days(
            "response",
            _l("Time to first answer"),
            begin="created_at",
            end="first_touch_at",
            good="down",
            unit="hours",
        ),
    ),
    counted="leads",
    figures=("leads", "answered", "answered_rate", "response", "waiting"),
    columns=("leads", "answered", "answered_rate", "response", "waiting"),
    cuts=(
        ByValue("salesperson", _l("Salesperson")),
        ByValue("source", _l("Source")),
        ByValue("channel", _l("Channel")),
        MONTH,
    ),
    charts=(
        Chart(
            "parts",
            _l("By salesperson"),
            "salesperson",
            measures=("answered", "waiting"),
            hues=("green", "amber"),
            wide=True,
        ),
    ),
    filters=("salesperson", "channel", "segment", "source", "level", "status"),
)

REPORTS = (ACTIVITY, OUTCOMES, FIRST_ANSWER)
