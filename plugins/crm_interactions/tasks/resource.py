"""Tasks as the host sees them."""

from __future__ import annotations

from core.api import (
    Beside,
    Boolean,
    Child,
    Choice,
    Date,
    DateTime,
    Field,
    HuedChoice,
    Integer,
    LongText,
    Look,
    RecordBeside,
    Reference,
    Resource,
    SavedFilter,
    Text,
    TimeOfDay,
    TimeZone,
    UserRef,
    _l,
    by_api,
)
from plugins.crm_interactions.models import DAY, DONE, DUE, HIGH, LOW, MONTH, NORMAL, WEEK, Task, TaskItem
from plugins.crm_interactions.tasks import rules, series
from plugins.crm_interactions.tasks.columns import DUE as DUE_COLUMN
from plugins.crm_interactions.tasks.columns import TURN
from plugins.crm_interactions.tasks.ending import END_SERIES, LEAVE_OUT, REOPEN_BY_API, repeats
from plugins.crm_interactions.tasks.kinds import RemindedBefore, Ticked
from plugins.crm_interactions.tasks.panels import STEPS
from plugins.crm_interactions.tasks.states import FROM_ME, STATE
from plugins.crm_interactions.tasks.turning import FINISH, REOPEN

PRIORITY = HuedChoice(
    ((HIGH, _l("High")), (NORMAL, _l("Normal")), (LOW, _l("Low"))),
    hues=((HIGH, "red"), (NORMAL, "slate"), (LOW, "cyan")),
)

GENERAL = (
    Field(
        "title",
        _l("Task"),
        Text(max_length=300, folded=True),
        required=True,
        quick=True,
        wide=True,
        aliases=("tarea", "tâche", "task", "subject", "asunto", "título", "titre"),
    ),
    Field(
        "due_on",
        _l("Due"),
        Date(),
        quick=True,
        aliases=("vence", "vencimiento", "fecha", "échéance", "due", "due date", "date"),
    ),
    Field(
        "due_time",
        _l("Time"),
        TimeOfDay(),
        quick=True,
        aliases=("hora", "heure", "time"),
        help=_l("Left empty, it is due by the end of the day."),
    ),
    Field(
        "minutes",
        _l("Minutes"),
        Integer(minimum=5, maximum=60 * 24),
        aliases=("minutos", "duración", "durée"),
    ),
    Field(
        "assignee",
        _l("Assignee"),
        UserRef(),
        quick=True,
        default=rules.creator,
        aliases=("responsable", "asignado", "assigné", "owner", "assigned to"),
    ),
    Field(
        "record",
        _l("Concerns"),
        RecordBeside(),
        aliases=("registro", "fiche", "record", "related to"),
        help=_l("The lead, the client or the deal it is about, if there is one."),
    ),
    Field(
        "priority",
        _l("Priority"),
        PRIORITY,
        quick=True,
        default=rules.normal,
        aliases=("prioridad", "priorité"),
    ),
    Field("kind", _l("Kind"), Reference("interaction_kinds", look="badge"), aliases=("tipo", "type")),
    Field(
        "remind",
        _l("Reminders"),
        RemindedBefore(),
        wide=True,
        default=rules.usual_reminders,
        aliases=("recordatorios", "rappels"),
    ),
    Field(
        "notes", _l("Notes"), LongText(), wide=True, aliases=("notas", "notes", "description", "descripción")
    ),
    Field(
        "done", _l("Done"), Ticked(), attribute="done_at", aliases=("hecha", "hecho", "faite", "completed")
    ),
    Field("done_at", _l("Done on"), DateTime(), writable=False),
    Field("done_by", _l("Done by"), UserRef(), writable=False),
    Field("due_at", _l("Moment it is due"), DateTime(), writable=False),
)

REPEAT = (
    Field("repeat_every", _l("Repeat every"), Integer(minimum=1, maximum=365), group="repeat"),
    Field(
        "repeat_unit",
        _l("Days, weeks or months"),
        Choice(((DAY, _l("Days")), (WEEK, _l("Weeks")), (MONTH, _l("Months")))),
        group="repeat",
    ),
    Field(
        "repeat_from",
        _l("Counted from"),
        Choice(((DUE, _l("When it was due")), (DONE, _l("When it was done")))),
        group="repeat",
    ),
    Field("repeat_until", _l("Until"), Date(), group="repeat"),
    Field(
        "zone",
        _l("Time zone"),
        TimeZone(),
        group="repeat",
        default=rules.own_zone,
        help=_l("Day and time are meant there."),
    ),
)

CHECKLIST = Child(
    "items",
    _l("Step"),
    _l("Checklist"),
    TaskItem,
    "task_id",
    (
        Field("text", _l("Step"), Text(max_length=300), required=True),
        Field("done", _l("Done"), Boolean(), default=lambda context: False),
    ),
    {},
    group="items",
    title=("text",),
    icon="list-check",
    search=("text",),
    checks=(rules.check_item,),
)

TASKS = Resource(
    name="tasks",
    model=Task,
    label=_l("Task"),
    plural=_l("Tasks"),
    icon="checkbox",
    hue="amber",
    fields=(*GENERAL, *REPEAT),
    groups=(("general", _l("General")), ("items", _l("Checklist")), ("repeat", _l("Repetition"))),
    columns=("turn", "title", "due", "record", "priority", "kind", "assignee"),
    filters=(
        "assignee",
        "record",
        "priority",
        "kind",
        "due_on",
        "due_at",
        "done_at",
        "done_by",
        "minutes",
        "repeat_unit",
    ),
    quick_filters=("state", "assignee", "priority", "kind"),
    views=(
        SavedFilter("overdue", _l("Overdue"), "state=overdue&assignee=~me&sort=due_at", tone="bad"),
        SavedFilter("today", _l("Today"), "state=today&assignee=~me&sort=due_at"),
        SavedFilter("planned", _l("Planned"), "state=planned&assignee=~me&sort=due_at"),
        SavedFilter("undated", _l("Without date"), "state=none&assignee=~me"),
        SavedFilter("given", _l("Given by me"), "state=open&from_me=given&sort=due_at"),
        SavedFilter("open", _l("All open"), "state=open&sort=due_at"),
        SavedFilter("done", _l("Done"), "state=done&sort=-done_at"),
    ),
    title="title",
    search=("title", "notes"),
    owner="assignee_id",
    sort="due_at",
    checks=(rules.check_due, rules.check_repeat),
    before_write=(rules.keep_moment, rules.keep_done, rules.keep_origin),
    before_all=(series.inherit, rules.begin_series),
    after_all=(rules.keep_reminders, series.go_on),
    rest_actions=(by_api("tasks", FINISH), REOPEN_BY_API, LEAVE_OUT, END_SERIES),
    deleting=lambda task: "crm_interactions_tasks.ask_series" if repeats(task) else "",
    extra_filters=(STATE, FROM_ME),
    shortcuts=(FINISH, REOPEN),
    looks=(
        Look("day", _l("My day"), "sun", endpoint="crm_interactions_tasks.my_day"),
        Look("calendar", _l("Calendar"), "calendar", endpoint="crm_interactions_calendar.page"),
    ),
    extra_columns=(TURN, DUE_COLUMN),
    panels=(STEPS,),
    children=(CHECKLIST,),
    beside=Beside(optional=True),
    menu_group="",
    menu_order=20,
    counted="state=overdue&state=today&assignee=~me",
    empty_text=_l("What is to be done, beside a record or by itself."),
)
