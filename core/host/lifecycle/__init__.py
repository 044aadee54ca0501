"""Installing, enabling, disabling and uninstalling plugins: used by the Apps page, the command and the first start."""

from __future__ import annotations

from core.host.lifecycle.bring import enable, install
from core.host.lifecycle.disable import disable
from core.host.lifecycle.outcome import CannotTakePart, Outcome
from core.host.lifecycle.preview import Preview, preview_enable
from core.host.lifecycle.recovery import recover
from core.host.lifecycle.uninstall import Remains, preview_uninstall, uninstall
from core.host.lifecycle.upgrade import upgrade_all

__all__ = [
    "CannotTakePart",
    "Outcome",
    "Preview",
    "Remains",
    "disable",
    "enable",
    "install",
    "preview_enable",
    "preview_uninstall",
    "recover",
    "uninstall",
    "upgrade_all",
]
