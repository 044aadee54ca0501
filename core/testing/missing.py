"""What a test does when a system that it needs is not on this machine: skip and say so, or fail where all is required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def skip_or_fail(reason: str) -> NoReturn:
    """Skip with a plain reason; with PROSPECTO_REQUIRE_ALL=1 (CI) fail, so that nothing is passed over in silence."""
    if os.environ.get("PROSPECTO_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (PROSPECTO_REQUIRE_ALL=1 allows no skip)", pytrace=False)
    pytest.skip(reason)
