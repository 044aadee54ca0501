"""Every hook of the host, implemented once and tested; the hook reference lifts its examples from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import sqlalchemy as sa
from flask import Blueprint
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from core.access.web.gate import public
from core.api import (
    Action,
    Actor,
    Column,
    Draft,
    Errand,
    Event,
    Field,
    Filter,
    JobType,
    MenuItem,
    MergePlan,
    NotificationKind,
    Panel,
    Permission,
    RecordCreated,
    RecordDeleted,
    Refused,
    Resource,
    Seek,
    Setting,
    SettingsSection,
    SideTable,
    Strand,
    Text,
    Told,
    WriteContext,
    Written,
    hookimpl,
)
from plugins.crm_clients.models import Client
from plugins.t_everything.models import Diary, Nickname, Notebook

pages = Blueprint("t_everything", __name__)
heard: list[Event] = []


@pages.get("/everything")
@public
def page() -> str:
    return "everything"


@hookimpl
def register_resources() -> list[Resource]:
    fields = (Field("name", "Name", Text(), required=True),)
    return [Resource("notebooks", Notebook, "Notebook", "Notebooks", "notes", fields, columns=("name",))]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [pages]


@hookimpl
def register_menu() -> list[MenuItem]:
    return [MenuItem("everything", "Everything", "t_everything.page", "apps", group="analysis")]


@hookimpl
def register_permissions() -> list[Permission]:
    return [Permission("everything", "see", "See everything")]


@hookimpl
def register_settings() -> list[SettingsSection]:
    return [
        SettingsSection(
            "everything", "Everything", (Setting("greeting", "Greeting", Text(), default="Hello"),)
        )
    ]


@hookimpl
def register_jobs() -> list[JobType]:
    return [JobType("everything_tidy", "Tidy up", lambda job: None)]


@hookimpl
def register_errands() -> list[Errand]:
    return [Errand("everything_ring", waits=lambda session: False, run=lambda session: False)]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return [NotificationKind("everything_done", "Everything is done", "%(who)s has done everything")]


@hookimpl
def register_commands() -> list[click.Command]:
    return [click.Command("everything", callback=lambda: click.echo("everything"))]


@hookimpl
def describe_api() -> dict[str, Any]:
    answer = {"description": "Everything", "content": {"application/json": {"schema": {"type": "object"}}}}
    operation = {"operationId": "everything.read", "summary": "Read everything", "responses": {"200": answer}}
    return {"/api/v1/everything": {"get": operation}}


@hookimpl
def extend_form(resource: Resource) -> list[Field]:
    if resource.name != "clients":
        return []
    return [Field("nickname", "Nickname", Text(), side=SideTable(Nickname, "client_id"))]


@hookimpl
def extend_columns(resource: Resource) -> list[Column]:
    return [Column("initial", "Initial", lambda session, ids: {id: "#" for id in ids}, html=str)]


@hookimpl
def extend_filters(resource: Resource) -> list[Filter]:
    if resource.name != "clients":
        return []
    return [Filter("early", "Early", lambda: [("yes", "Yes")], lambda value: Client.id < 100)]


@hookimpl
def extend_detail(resource: Resource) -> list[Panel]:
    return [Panel("everything", "Everything", lambda record: Markup("<p>about {}</p>").format(record.name))]


@hookimpl
def extend_actions(resource: Resource) -> list[Action]:
    return [Action("wave", "Wave", "hand-stop", "t_everything.page")]


@hookimpl
def extend_timeline(resource: Resource) -> list[Strand]:
    def read(seek: Seek) -> list[Told]:
        wanted = (
            sa.select(Notebook).order_by(Notebook.created_at.desc(), Notebook.id.desc()).limit(seek.limit)
        )
        if seek.before is not None:
            wanted = wanted.where(seek.before.criterion(Notebook.created_at, Notebook.id))
        return [
            Told(row.id, row.created_at, escape(row.name), "notes") for row in seek.session.scalars(wanted)
        ]

    return [Strand("notebooks", "Notebooks", read)] if resource.name == "clients" else []


@hookimpl
def render_slot(slot: str, context: dict[str, Any]) -> Markup | None:
    return Markup("<p>Good morning</p>") if slot == "home.above" else None


@hookimpl
def home_widgets(user: Actor) -> list[Panel]:
    return [Panel("hello", "Hello", lambda user: Markup("<p>Nice to see you</p>"))]


@hookimpl
def filter_query(resource: Resource, actor: Actor) -> Any:
    return Client.name != "Hidden" if resource.name == "clients" else None


@hookimpl
def check_access(resource: Resource, action: str, record: Any, actor: Actor) -> bool | None:
    return False if action == "delete" and getattr(record, "name", "") == "Fixed" else None


@hookimpl
def validate_record(resource: Resource, draft: Draft, context: WriteContext) -> None:
    if draft.value("name") == "Nobody":
        draft.problem("name", "Nobody is no name")


@hookimpl
def before_save(resource: Resource, record: Any, draft: Draft, context: WriteContext) -> None:
    if resource.name == "clients" and draft.is_new:
        record.notes = "Welcome"


@hookimpl
def after_write_all(resource: Resource, written: Sequence[Written], context: WriteContext) -> None:
    made = sum(each.is_new for each in written)
    if resource.name == "clients" and made > 1:
        context.session.add(Diary(entry=f"{made} clients at once, by {context.source}"))


@hookimpl
def merge_records(plan: MergePlan, context: WriteContext) -> None:
    if any(each.record.name == "Alone" for each in plan.records):
        raise Refused("This one stays alone")


@hookimpl
def before_delete(resource: Resource, record: Any, session: Session) -> None:
    if record.name == "Kept":
        raise Refused("This one is kept")


@hookimpl
def after_commit(event: Event) -> None:
    if isinstance(event, (RecordCreated, RecordDeleted)):
        heard.append(event)


@hookimpl
def on_install(session: Session) -> None:
    session.add(Diary(entry="installed"))


@hookimpl
def on_upgrade(session: Session, from_version: str, to_version: str) -> None:
    session.add(Diary(entry=f"from {from_version} to {to_version}"))


@hookimpl
def on_enable(session: Session) -> None:
    session.add(Diary(entry="enabled"))


@hookimpl
def on_disable(session: Session) -> None:
    session.add(Diary(entry="disabled"))


@hookimpl
def on_uninstall(session: Session) -> None:
    heard.clear()
