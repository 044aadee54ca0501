"""The apostrophe that keeps a text from being run as a formula when a CSV file is opened in a spreadsheet.

Written before = + - @, tab and return at the start of a text, and before apostrophes that lead up to one of
them, so that taking one off always gives back the text as it was ("'=x" is written "''=x").
"""

from __future__ import annotations

import re


def guarded(text: str) -> str:
    """The text as it is written to a CSV file."""
    return "'" + text if _STARTS_FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`; texts that were never guarded stay as they are."""
    return text[1:] if text.startswith("'") and _STARTS_FORMULA.match(text) else text


_STARTS_FORMULA = re.compile(r"'*[=+\-@\t\r]")
