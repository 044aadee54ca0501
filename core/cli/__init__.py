"""The `prospecto` command."""

from core.cli.group import main

__all__ = ["main"]
