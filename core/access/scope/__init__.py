"""Row-level access: every query in a person's name sees, and every flush changes, only what their grants reach.

Importing this module puts the listeners on all sessions of the process, once. A session works for a person after
`work_for(session, actor)`; without one it works for the system and nothing here costs anything.
"""

from __future__ import annotations

from core.access.scope.errors import Unscoped
from core.access.scope.queries import install as _watch_queries
from core.access.scope.writes import as_system
from core.access.scope.writes import install as _watch_writes

_watch_queries()
_watch_writes()

__all__ = ["Unscoped", "as_system"]
