"""What a plugin declares about its records; frozen, so that one declaration can serve every surface."""

from __future__ import annotations

from core.resources.declare.fields import AttributeValues, Child, Field, RowSum, SideTable
from core.resources.declare.lists import Board, Column, Filter, Look, SavedFilter
from core.resources.declare.pages import (
    Action,
    Ask,
    BulkAction,
    Mark,
    Marked,
    Panel,
    Path,
    RestAction,
    Shortcut,
)
from core.resources.declare.resource import Beside, IdentityKey, ReferenceList, Resource, Touched
from core.resources.declare.timeline import Before, Seek, Strand, Told

__all__ = [
    "Action",
    "Ask",
    "AttributeValues",
    "Before",
    "Beside",
    "Board",
    "BulkAction",
    "Child",
    "Column",
    "Field",
    "Filter",
    "IdentityKey",
    "Look",
    "Mark",
    "Marked",
    "Panel",
    "Path",
    "ReferenceList",
    "Resource",
    "RestAction",
    "RowSum",
    "SavedFilter",
    "Seek",
    "Shortcut",
    "SideTable",
    "Strand",
    "Told",
    "Touched",
]
