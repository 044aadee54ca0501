"""Links that leave the house lead where the operator said, whatever a visitor claims the address to be."""

from __future__ import annotations

import re
from dataclasses import replace

import sqlalchemy as sa

from core.outbox import OutboxRow
from core.testing.installation import ADMIN, Installation

FORGED = "http://evil.example"


def test_a_forged_host_does_not_reach_the_mail_with_the_link(sqlite_installation: Installation) -> None:
    sqlite_installation.close()
    installation = Installation(replace(sqlite_installation.config, public_url="https://crm.example.com"))
    visitor = installation.app.test_client()
    page = visitor.get("/forgotten", base_url=FORGED).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    answer = visitor.post("/forgotten", data={"email": ADMIN, "csrf_token": found[1]}, base_url=FORGED)
    assert answer.status_code == 200
    with installation.session() as session:
        kept = str(session.scalars(sa.select(OutboxRow.payload)).all())
    assert "https://crm.example.com/reset/" in kept
    assert "evil.example" not in kept
    installation.close()
