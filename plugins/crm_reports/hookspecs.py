"""The hook this plugin publishes; implement it with `optionalhook=True`, for Reports may be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.api import hookspec

if TYPE_CHECKING:
    from plugins.crm_reports.declare import Report


@hookspec
def register_reports() -> Sequence[Report]:
    """Reports over the plugin's own records.

    Asked when reports are shown; one that fails or names fields that do not exist is skipped and shown on Health.
    """
