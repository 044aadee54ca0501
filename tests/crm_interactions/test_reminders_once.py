"""Reminders are told exactly once by workers that run side by side, one of them killed at work."""

from __future__ import annotations

from collections import Counter

from bench.reminders import race
from core.testing.installation import ALL_APPS
from tests.fixtures_app import Installer

COUNT = 300
"""A thousand by `make bench ARGS=reminders`."""


def test_each_is_told_once_though_a_worker_is_killed_in_the_midst(install: Installer) -> None:
    outcome = race(install(apps=ALL_APPS).config, COUNT)
    each_once = Counter(f"Task {number}" for number in range(COUNT))
    assert outcome.bells == each_once
    assert outcome.mails == each_once
