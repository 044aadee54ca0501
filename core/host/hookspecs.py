"""Every hook of the host, its arguments and what happens when an implementation fails.

The reference in `docs/hooks.md` is made from these docstrings; a test fails when one lacks an example or a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.host.markers import hookspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from core.access.actor import Actor
    from core.declare import Errand, JobType, MenuItem, NotificationKind, Permission, SettingsSection
    from core.events import Event
    from core.merging.plan import MergePlan
    from core.resources.context import Draft, WriteContext
    from core.resources.declare import Action, Column, Field, Filter, Panel, ReferenceList, Resource, Strand
    from core.resources.written import Written

# -- each build; a failure quarantines the plugin ------------------------------------------------------------


@hookspec
def register_resources() -> list[Resource | ReferenceList]:
    """The kinds of record and the reference lists this plugin brings."""


@hookspec
def register_blueprints() -> list[Blueprint]:
    """Flask blueprints for the pages that no declaration gives."""


@hookspec
def register_menu() -> list[MenuItem]:
    """Entries of the navigation beyond the resources' own, which the host makes."""


@hookspec
def register_permissions() -> list[Permission]:
    """Rights that belong to no resource's records."""


@hookspec
def register_settings() -> list[SettingsSection]:
    """Pages of Settings."""


@hookspec
def register_jobs() -> list[JobType]:
    """Long or periodic work."""


@hookspec
def register_errands() -> list[Errand]:
    """Short work that is due at a moment and waits for no job: what is to be told or sent at the right minute."""


@hookspec
def register_notifications() -> list[NotificationKind]:
    """What people can be told of with `notify`."""


@hookspec
def register_commands() -> list[click.Command]:
    """Sub-commands of the `prospecto` command."""


# -- each build, given a resource; a failure is skipped and shown on Health -----------------------------------


@hookspec
def extend_form(resource: Resource) -> list[Field]:
    """Fields this plugin adds to another's resource; each has a `side` table to be kept in."""


@hookspec
def extend_columns(resource: Resource) -> list[Column]:
    """Columns this plugin adds to a list; each fetches its values for the whole page at once."""


@hookspec
def extend_filters(resource: Resource) -> list[Filter]:
    """Filters this plugin adds to a list."""


@hookspec
def extend_detail(resource: Resource) -> list[Panel]:
    """Panels this plugin adds to a record's page."""


@hookspec
def extend_timeline(resource: Resource) -> list[Strand]:
    """Strands of entries this plugin adds to the timeline of a record."""


@hookspec
def extend_actions(resource: Resource) -> list[Action]:
    """Actions this plugin adds to a record's page."""


# -- each render; a failure is skipped and administrators see a notice ----------------------------------------


@hookspec
def render_slot(slot: str, context: dict[str, Any]) -> Any:
    """Markup for a named place of the generic templates (`list.above`, `record.above`, `record.title`,
    `home.above`, `profile.below`), or None. `context` holds `resource`, and on a record's page `record` and `formats`;
    on the home page and the profile `user`."""


@hookspec
def home_widgets(user: Actor) -> list[Panel]:
    """Cards of the home page for this user; `render(user)` answers markup."""


# -- when the API is described; a failure is skipped and shown on Health ----------------------------------------


@hookspec
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    """What addresses below /api/v1 of this plugin's own blueprint do: `{path: {method: operation}}` as OpenAPI writes it.
    Resources need not: they are described as they are declared. The answers 400 to 422 are added."""


# -- each query or check; a failure fails closed -------------------------------------------------------------


@hookspec
def filter_query(resource: Resource, actor: Actor) -> Any:
    """A further criterion (SQLAlchemy expression) that every query of this resource by this person gets, or None."""


@hookspec
def check_access(resource: Resource, action: str, record: Any, actor: Actor) -> bool | None:
    """False forbids an action on a record that the grants would allow; None or True leaves it."""


# -- in the transaction; a failure aborts the save and names the plugin ---------------------------------------


@hookspec
def validate_record(resource: Resource, draft: Draft, context: WriteContext) -> None:
    """Note problems with `draft.problem(field, message)`, whatever door the record comes through."""


@hookspec
def before_save(resource: Resource, record: Any, draft: Draft, context: WriteContext) -> None:
    """Change the record, or write beside it, before it is flushed."""


@hookspec
def after_write_all(resource: Resource, written: Sequence[Written], context: WriteContext) -> None:
    """All records that one write stored, called once for them: each with whether it is new and what changed, in the
    API's form. What is written here is kept or lost together with the records."""


@hookspec
def merge_records(plan: MergePlan, context: WriteContext) -> None:
    """Say what a merge of records must keep to, for its preview and when it is done: `plan.settle(field, record_id)`
    where a rule decides whose value stays, `plan.tie(leader, *followers)` for values that only make sense together,
    `plan.leave(Model)` for rows that shall not move, `plan.set_column(attribute, value)`; raise `Refused` to forbid it.
    Nothing is written here. Rows that point at the records by a foreign key, or by `resource` and `record_id`, move of
    themselves."""


@hookspec
def before_delete(resource: Resource, record: Any, session: Session) -> None:
    """Do what must be done before a record goes; raise `Refused` to keep it."""


# -- after the commit; a failure is logged ------------------------------------------------------------------


@hookspec
def after_commit(event: Event) -> None:
    """Something happened and is stored: `RecordCreated`, `RecordChanged`, `RecordDeleted`, or a plugin's own event."""


# -- the plugin's own life; a failure rolls the operation back -------------------------------------------------


@hookspec
def on_install(session: Session) -> None:
    """The tables are there for the first time."""


@hookspec
def on_upgrade(session: Session, from_version: str, to_version: str) -> None:
    """The tables were migrated to a newer version of the plugin."""


@hookspec
def on_enable(session: Session) -> None:
    """The plugin is about to be switched on."""


@hookspec
def on_disable(session: Session) -> None:
    """The plugin is about to be switched off."""


@hookspec
def on_uninstall(session: Session) -> None:
    """The tables are about to be removed."""
