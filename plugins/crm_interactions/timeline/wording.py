"""The text of an interaction as it is read: links lead somewhere, who is named with @ stands out, long ones are folded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from core.api import _

LONG = 420
LINES = 6
ADDRESS = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s<>\"]+)|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<name>@\w)",
    re.IGNORECASE,
)
AFTER = ".,;:!?)]}»”’'"
"""What ends a sentence and not an address."""


def text_html(text: str, names: Sequence[str]) -> Markup:
    """The text, folded where it is long; `names` are those of the people it mentions."""
    whole = Markup("").join(_parts(text, names))
    short = shortened(text)
    if short == text:
        return Markup('<div class="said-text">{}</div>').format(whole)
    return Markup(
        '<details class="said-long"><summary><span class="said-text said-short">{}</span>'
        '<span class="said-more">{}</span></summary><div class="said-text">{}</div></details>'
    ).format(Markup("").join(_parts(short, names, links=False)), _("Show all"), whole)


def shortened(text: str) -> str:
    """The text itself, or its beginning where it is long."""
    lines = text.split("\n")
    if len(text) <= LONG and len(lines) <= LINES:
        return text
    short = "\n".join(lines[: LINES - 1])[: LONG - 60]
    return f"{short.rsplit(None, 1)[0] if len(short) > 40 else short}…"


def says(subject: str, text: str | None) -> bool:
    """Whether the subject says more than the text's own first words."""
    words = " ".join((text or "").split()).casefold()
    return bool(subject) and not words.startswith(" ".join(subject.rstrip("…").split()).casefold())


def _parts(text: str, names: Sequence[str], *, links: bool = True) -> Iterator[Markup]:
    """The text in pieces of markup; `links` as links where they may be pressed."""
    known = sorted(names, key=len, reverse=True)
    at = 0
    for found in ADDRESS.finditer(text):
        if found.start() < at:
            continue
        piece, end = _piece(text, found, known, links)
        if end:
            yield escape(text[at : found.start()])
            yield piece
            at = end
    yield escape(text[at:])


def _piece(text: str, found: re.Match[str], names: Sequence[str], links: bool) -> tuple[Markup, int]:
    """The markup of what was found and where it ends; 0 where it is nothing special."""
    if found["name"]:
        rest = text[found.start() + 1 :]
        name = next((each for each in names if rest.casefold().startswith(each.casefold())), "")
        end = found.start() + 1 + len(name)
        return Markup('<span class="said-name">{}</span>').format(
            text[found.start() : end]
        ), end if name else 0
    word = found[0].rstrip(AFTER)
    end = found.start() + len(word)
    if not links:
        return escape(word), end
    href = f"mailto:{word}" if found["mail"] else word if "://" in word else f"https://{word}"
    leave = Markup("") if found["mail"] else Markup(' target="_blank" rel="noopener noreferrer nofollow"')
    return Markup('<a href="{}"{}>{}</a>').format(href, leave, word), end
