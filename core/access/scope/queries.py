"""The listener on every statement of every session: puts the person's criteria on it, or refuses it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from core.access.actor import actor_of
from core.access.scope.errors import Unscoped
from core.access.scope.policy import Policy, house_of, policy_for
from core.access.scope.survey import survey
from core.access.scope.writes import was_handed_over

SCOPE_OPTION = "scope"
"""`execution_options(scope="export")` asks for what the person may export, where seeing reaches further."""


def install() -> None:
    """Listen on all sessions; once per process."""
    if not event.contains(Session, "do_orm_execute", keep_within_scope):
        event.listen(Session, "do_orm_execute", keep_within_scope)


def keep_within_scope(state: ORMExecuteState) -> None:
    """Put the criteria of the session's person on this statement.

    Raises:
        Unscoped: it reaches scoped tables in a way that no criterion can follow.
    """
    actor = actor_of(state.session)
    if actor is None or state.execution_options.get("unscoped"):
        return
    policy = policy_for(actor, house_of(state.session), _action(state))
    if policy is None:
        return
    if state.is_column_load:
        _keep_refresh_within(state, policy)
        return
    if state.is_relationship_load:
        mentioned = _loaded_tables(state) & policy.criteria.keys()
    else:
        mentioned = survey(state.statement, policy.tables, is_orm=state.is_orm_statement)
    if mentioned and (state.is_insert or _is_by_key(state)):
        raise Unscoped("rows are written past the session: add or change objects, or say that it is unscoped")
    statement: Any = state.statement
    options = policy.options_for(mentioned, statement)
    if options:
        state.statement = statement.options(*options)


def _action(state: ORMExecuteState) -> str:
    if state.is_update:
        return "edit"
    if state.is_delete:
        return "delete"
    return str(state.execution_options.get(SCOPE_OPTION, "view"))


def _is_by_key(state: ORMExecuteState) -> bool:
    """A bulk UPDATE whose rows are told by parameters; criteria do not reach it."""
    return state.is_update and isinstance(state.parameters, (list, tuple))


def _keep_refresh_within(state: ORMExecuteState, policy: Policy) -> None:
    """A refresh ignores loader criteria, so the criterion stands in its WHERE.

    Records that this very transaction rightfully gave to somebody else may still be finished with.
    """
    options: Any = state.load_options
    if was_handed_over(state.session, options._refresh_state.obj()):
        return
    criteria = [policy.criteria[table] for table in _loaded_tables(state) & policy.criteria.keys()]
    if criteria:
        statement: Any = state.statement
        state.statement = statement.where(*criteria)


def _loaded_tables(state: ORMExecuteState) -> set[sa.Table]:
    return {mapper.local_table for mapper in state.all_mappers if isinstance(mapper.local_table, sa.Table)}
