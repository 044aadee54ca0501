"""Rows that are written with their record (addresses, contact persons): read, checked, stored, told and found."""

from core.resources.children.reading import read_children, settle_children
from core.resources.children.rows import (
    Rows,
    child_json,
    child_title,
    children_json,
    children_of,
    children_of_records,
    further_texts,
    know_rows,
    told_row,
    united,
)
from core.resources.children.storing import store_children
from core.resources.context import ChildRow

__all__ = [
    "ChildRow",
    "Rows",
    "child_json",
    "child_title",
    "children_json",
    "children_of",
    "children_of_records",
    "further_texts",
    "know_rows",
    "read_children",
    "settle_children",
    "store_children",
    "told_row",
    "united",
]
