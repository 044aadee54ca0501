"""`prospecto jobs`: what the workers do, did and are to do."""

from __future__ import annotations

import click
import sqlalchemy as sa

from core.cli.context import in_app
from core.cli.say import json_option, say_json, say_table
from core.config import load_config
from core.jobs.models import STATUSES, JobRow


@click.group()
def jobs() -> None:
    """Background work."""


@jobs.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
def list_jobs(status: str | None, limit: int, as_json: bool) -> None:
    """The newest first."""
    wanted = sa.select(JobRow).order_by(JobRow.id.desc()).limit(limit)
    if status:
        wanted = wanted.where(JobRow.status == status)
    with in_app(load_config()) as (session, _house):
        rows = [
            {
                "id": row.id,
                "type": row.type,
                "title": row.title,
                "status": row.status,
                "done": row.done,
                "total": row.total,
                "error": row.error,
                "created_at": row.created_at.isoformat(),
            }
            for row in session.scalars(wanted)
        ]
    if as_json:
        say_json(rows)
        return
    cells = [
        (row["id"], row["status"], f"{row['done']}/{row['total'] or '?'}", row["title"], row["error"])
        for row in rows
    ]
    say_table(("Id", "Status", "Progress", "Title", "Error"), cells)
