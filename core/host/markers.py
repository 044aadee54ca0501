"""The pluggy markers: `hookspec` for who publishes a hook, `hookimpl` for who implements one."""

from __future__ import annotations

import pluggy

PROJECT = "prospecto"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
