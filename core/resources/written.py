"""What was written of one resource in a transaction, told once for all to the plugins that follow it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.resources.context import WriteContext
from core.resources.declare import Resource


@dataclass(frozen=True)
class Written:
    """A record that was made or changed; `changes` maps field name to [old, new] in the API's form, of a new one none."""

    record: Any
    is_new: bool = False
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def tell_written(resource: Resource, written: Sequence[Written], context: WriteContext) -> None:
    """Tell plugins, inside the transaction, of all records that one write stored (`after_write_all`).

    The pipeline does; who changes records past it, as a conversion ends a lead, does it too.

    Raises:
        PluginError: a plugin failed; what was written must not stay.
    """
    if written and context.house.hooks.has("after_write_all"):
        for _plugin, _value in context.house.hooks.strict(
            "after_write_all", resource=resource, written=written, context=context
        ):
            pass
