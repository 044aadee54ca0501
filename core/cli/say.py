"""How the command answers: a line for people or JSON for programs, and an exit code either can rely on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from core.i18n import Text


class Wrong(click.ClickException):
    """What was asked cannot be: exit code 2."""

    exit_code = 2


class Failed(click.ClickException):
    """What was asked did not work: exit code 1."""

    exit_code = 1


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def say(line: Text = "") -> None:
    click.echo(str(line))


def say_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns as wide as they need to be."""
    lines = [[str(cell if cell is not None else "") for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
