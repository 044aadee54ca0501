"""What is raised when a query cannot be kept within a person's scope."""

from __future__ import annotations


class Unscoped(RuntimeError):
    """A statement in a person's name reaches scoped records in a way that the scope cannot be put on.

    It is a fault of the code, not of the person: write the query over the mapped class, joined or selected from. The
    few statements that must see everything say `execution_options(unscoped=True)` and stand in the tested list.
    """
