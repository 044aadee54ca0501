"""A record's timeline: its history and what plugins tell beside it, newest first, a page at a time."""

from __future__ import annotations

from core.records.timeline.changes import last_change_of, time_spent
from core.records.timeline.story import Story, story_of
from core.records.timeline.words import SOURCES, when_text

__all__ = ["SOURCES", "Story", "last_change_of", "story_of", "time_spent", "when_text"]
