"""The whole card by its form: rows of addresses and people, documents, what nothing may lose."""

from __future__ import annotations

import io
import re

from core.testing.installation import Installation
from tests.core.resources.conftest import WriteLead
from tests.core.resources.test_form import inputs_of


def staged_ids(html: str) -> list[str]:
    return re.findall(r'name="staged" value="(\d+)"', html)


def test_files_are_not_lost_when_the_form_comes_back(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    piece = browser.post("/leads/uploads", {"file": (io.BytesIO(b"hola"), "nota.txt")}).text
    (id,) = staged_ids(piece)
    answer = browser.post(
        "/leads/new",
        {
            **form,
            "name": "",
            "staged": id,
            f"file-{id}": "Nota de prueba",
            "files": (io.BytesIO(b"%PDF-1.7"), "rif.pdf"),
        },
    )
    assert answer.status_code == 422
    both = staged_ids(answer.text)
    assert len(both) == 2 and id in both
    assert 'value="Nota de prueba"' in answer.text
