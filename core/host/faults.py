"""What can be wrong with a plugin, in a form that can be kept, shown and acted upon."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field


class PluginError(Exception):
    """A plugin failed: which one, at what (a hook's name, or import, models), and the original error."""

    def __init__(self, plugin: str, at: str, original: BaseException) -> None:
        super().__init__(f"{plugin} failed at {at}: {type(original).__name__}: {original}")
        self.plugin = plugin
        self.at = at
        self.original = original


@dataclass(frozen=True)
class Fault:
    """Why a plugin cannot take part.

    `code` is import, models, migration, build, core_version, version, absent, off, cycle or schema; `facts` are the words of
    its sentence (the page says it in the reader's language); `trace` the traceback where an exception was the cause.
    """

    plugin: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    trace: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the plugin itself is at fault: it is quarantined. Else it waits for another."""
        return self.code not in ("absent", "off")


def fault_of(error: PluginError) -> Fault:
    """The fault that an exception of a plugin amounts to."""
    original = error.original
    trace = "".join(traceback.format_exception(type(original), original, original.__traceback__))
    code = error.at if error.at in ("import", "models", "migration") else "build"
    facts = {"at": error.at, "error": f"{type(original).__name__}: {original}"[:500]}
    return Fault(error.plugin, code, facts, trace[-20_000:])
