"""The page of one record: values, path, history, files, deletion and what can be taken back."""

from __future__ import annotations

import io
import re

import pytest

from core.testing.installation import ADMIN, Installation
from tests.core.resources.conftest import ANA, BETO, WriteLead

HTMX = {"HX-Request": "true"}


def status_id(installation: Installation, number: int) -> int:
    from core.references import references_of

    with installation.session() as session:
        return references_of(session, installation.house).items("statuses")[number].id


def undo_address(html: str) -> str:
    found = re.search(r'data-undo="([^"]+)"', html)
    assert found, "no undo is offered"
    return found.group(1)


def test_the_page_shows_values_and_folds_what_is_empty(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(email="barbara@example.com", phone_1="0414-555.12.34", segment="Minorista", tags=["VIP"])
    page = installation.browser().get(f"/leads/{id}").text
    for text in (
        "Farmacia Doña Bárbara",
        "mailto:barbara@example.com",
        "tel:+584145551234",
        "Minorista",
        "VIP",
        "values-more",
    ):
        assert text in page


def test_anothers_record_answers_like_a_missing_one(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    id = write_lead(by=ANA)
    browser = installation.browser(BETO)
    for suffix in ("", "/edit", "/timeline", "/field/name", "/beside"):
        theirs, missing = browser.get(f"/leads/{id}{suffix}"), browser.get(f"/leads/999999{suffix}")
        assert (theirs.status_code, missing.status_code) == (404, 404), suffix
        assert re.sub(r'csrf-token" content="[^"]*"', "", theirs.text) == re.sub(
            r'csrf-token" content="[^"]*"', "", missing.text
        )
    assert (
        browser.get(f"/leads/{id}/delete").status_code
        == browser.get("/leads/999999/delete").status_code
        == 403
    )
    for suffix in ("/move", "/files", "/edit", "/field/name"):
        assert browser.post(f"/leads/{id}{suffix}", {"name": "Mío"}).status_code == 404


def test_a_click_on_the_path_moves_the_lead_and_undo_moves_it_back(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    second = status_id(installation, 1)
    assert browser.post(f"/leads/{id}/move", {"status": second}).status_code == 302
    page = browser.get(f"/leads/{id}").text
    assert re.search(r'path-step is-now"[^>]*><span>En Gestión', page)
    assert browser.post(undo_address(page), headers=HTMX).status_code == 200
    assert re.search(r'path-step is-now"[^>]*><span>Nuevo', browser.get(f"/leads/{id}").text)


def test_undo_is_only_for_who_did_it_and_only_once(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.post(f"/leads/{id}/move", {"status": status_id(installation, 1)})
    address = undo_address(browser.get(f"/leads/{id}").text)
    installation.browser(ANA).post(address)
    assert re.search(r"is-now[^>]*><span>En Gestión", browser.get(f"/leads/{id}").text)
    browser.post(address)
    browser.post(f"/leads/{id}/move", {"status": status_id(installation, 1)})
    browser.post(address)
    assert re.search(r"is-now[^>]*><span>En Gestión", browser.get(f"/leads/{id}").text)


def test_a_change_made_since_is_not_undone(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.post(f"/leads/{id}/move", {"status": status_id(installation, 1)})
    address = undo_address(browser.get(f"/leads/{id}").text)
    browser.post(f"/leads/{id}/move", {"status": status_id(installation, 2)})
    browser.post(address)
    assert re.search(r"is-now[^>]*><span>Procesado", browser.get(f"/leads/{id}").text)


def test_a_value_is_changed_where_it_stands(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    assert 'name="email"' in browser.get(f"/leads/{id}/field/email", headers=HTMX).text
    wrong = browser.post(f"/leads/{id}/field/email", {"email": "no-es-correo"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "no-es-correo" in wrong.text and "field-error" in wrong.text
    right = browser.post(f"/leads/{id}/field/email", {"email": "nueva@example.com"}, headers=HTMX)
    assert right.status_code == 200 and "nueva@example.com" in right.text
    assert "nueva@example.com" in browser.get(f"/leads/{id}/timeline").text


def test_history_tells_old_and_new_and_who(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(city="Caracas")
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/field/city", {"city": "Mérida"}, headers=HTMX)
    story = browser.get(f"/leads/{id}/timeline").text
    assert "<del>Caracas</del>" in story and "<b>Mérida</b>" in story and "Ada Admin" in story


def test_history_comes_twenty_at_a_time(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    for number in range(21):
        browser.post(f"/leads/{id}/field/city", {"city": f"Ciudad {number}"}, headers=HTMX)
    first = browser.get(f"/leads/{id}/timeline").text
    older = re.search(r'href="([^"]*before=[^"]+)"', first)
    assert older and re.findall(r"<b>Ciudad (\d+)</b>", first) == [str(each) for each in range(20, 0, -1)]
    assert first.count("<details>") == 1, "small changes in a row are told together"
    rest = browser.get(older.group(1)).text
    assert re.findall(r"<b>Ciudad (\d+)</b>", rest) == ["0"] and rest.count("<time ") == 2
    again = browser.get(f"/leads/{id}/timeline?before=nonsense").text
    assert re.findall(r"<b>Ciudad (\d+)</b>", again)[0] == "20"


def test_neighbours_are_those_of_the_list_one_came_from(
    installation: Installation, write_lead: WriteLead
) -> None:
    ids = [write_lead(name=f"Lead {number}", level="Alto" if number != 1 else "Bajo") for number in range(3)]
    text = installation.browser().get(f"/leads/{ids[0]}/beside?from=level%3DAlto%26sort%3Dname").text
    assert f'href="/leads/{ids[2]}?from=' in text and f'href="/leads/{ids[1]}' not in text


def test_a_deleted_record_comes_back_whole(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead(name="Para volver", tags=["VIP"], city="Coro")
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/files", {"file": (io.BytesIO(b"hola"), "nota.txt")})
    assert browser.get(f"/leads/{id}/delete").status_code == 200
    assert browser.post(f"/leads/{id}/delete").status_code == 302
    assert browser.get(f"/leads/{id}").status_code == 404
    page = browser.get("/leads").text
    browser.post(undo_address(page))
    page = browser.get(f"/leads/{id}").text
    assert "Para volver" in page and "VIP" in page and "nota.txt" in page and "Coro" in page
    assert "Para volver" in browser.get("/leads?q=volver").text


def test_any_file_can_be_attached_and_is_only_ever_downloaded(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    page = b"<script>alert(1)</script>"
    browser.post(
        f"/leads/{id}/files",
        {"file": [(io.BytesIO(page), "../../página <b>.html"), (io.BytesIO(b"x"), "b.svg")]},
    )
    shown = browser.get(f"/leads/{id}").text
    assert "página &lt;b&gt;.html" in shown and "b.svg" in shown
    for address in re.findall(rf'href="(/leads/{id}/files/\d+)"', shown):
        answer = browser.get(address)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "application/octet-stream"


def test_a_file_is_renamed_and_removed(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/files", {"file": (io.BytesIO(b"x"), "rif.pdf")})
    file = re.search(rf"/leads/{id}/files/(\d+)", browser.get(f"/leads/{id}").text).group(1)
    browser.post(f"/leads/{id}/files/{file}/rename", {"name": "RIF vigente"})
    assert "RIF vigente.pdf" in browser.get(f"/leads/{id}").text
    browser.post(f"/leads/{id}/files/{file}/delete")
    assert browser.get(f"/leads/{id}/files/{file}").status_code == 404


def test_a_file_is_found_only_through_its_own_record(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    mine, theirs = write_lead(by=BETO), write_lead(by=ANA)
    ana = installation.browser(ANA)
    ana.get(f"/leads/{theirs}")
    ana.post(f"/leads/{theirs}/files", {"file": (io.BytesIO(b"secreto"), "secreto.txt")})
    file = re.search(rf"/leads/{theirs}/files/(\d+)", ana.get(f"/leads/{theirs}").text).group(1)
    beto = installation.browser(BETO)
    assert beto.get(f"/leads/{theirs}/files/{file}").status_code == 404
    assert beto.get(f"/leads/{mine}/files/{file}").status_code == 404


@pytest.mark.parametrize("content, name", [(b"", "vacio.txt"), (b"x", "///")])
def test_an_empty_or_nameless_file_is_refused_in_words(
    installation: Installation, write_lead: WriteLead, content: bytes, name: str
) -> None:
    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/files", {"file": (io.BytesIO(content), name)})
    assert "snack-bad" in browser.get(f"/leads/{id}").text


def test_a_panel_that_raises_is_one_quiet_card(installation: Installation, write_lead: WriteLead) -> None:
    from dataclasses import replace

    from core.resources.declare import Panel

    id = write_lead()
    leads = installation.house.resources["leads"]
    broken = Panel("rutas", "Rutas", lambda record: 1 / 0)
    installation.house.resources["leads"] = replace(leads, panels=(*leads.panels, broken))
    installation.house.hooks._raise_all = False
    try:
        answer = installation.browser(ADMIN).get(f"/leads/{id}")
    finally:
        installation.house.resources["leads"] = leads
    assert answer.status_code == 200
    assert "panel-failed" in answer.text and "Farmacia Doña Bárbara" in answer.text


def test_a_lead_about_to_expire_says_so_beside_its_name(
    installation: Installation, write_lead: WriteLead
) -> None:
    from datetime import date, timedelta

    soon = write_lead(entered_on=(date.today() - timedelta(days=40)).isoformat(), validity_days="5")
    later = write_lead(validity_days="90")
    browser = installation.browser()
    assert 'class="due bad-text"' in browser.get(f"/leads/{soon}").text
    assert 'class="due' not in browser.get(f"/leads/{later}").text


def test_the_path_tells_how_long_each_step_took(installation: Installation, write_lead: WriteLead) -> None:
    from datetime import timedelta

    import sqlalchemy as sa

    from plugins.crm_leads.models import Passage

    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/move", {"status": status_id(installation, 1)})
    with installation.session() as session:
        first, second = session.scalars(sa.select(Passage).order_by(Passage.id))
        first.since -= timedelta(days=5)
        first.until = second.since = second.since - timedelta(days=2)
        session.commit()
    page = browser.get(f"/leads/{id}").text
    assert re.search(r"Nuevo <small>3 d</small>", page) and re.search(r"En Gestión <small>2 d</small>", page)


def test_a_file_beyond_the_limit_leaves_nothing_behind(
    installation: Installation, write_lead: WriteLead
) -> None:
    from core.records.attachments import LARGEST

    id = write_lead()
    browser = installation.browser()
    browser.get(f"/leads/{id}")
    browser.post(f"/leads/{id}/files", {"file": (io.BytesIO(b"x" * (LARGEST + 1)), "enorme.bin")})
    page = browser.get(f"/leads/{id}").text
    assert "snack-bad" in page and f"/leads/{id}/files/" not in page
    assert not [path for path in installation.config.uploads.rglob("*") if path.is_file()]


def test_who_may_only_look_is_offered_nothing_else(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    installation.user("aura@example.com", roles=("auditor",))
    browser = installation.browser("aura@example.com")
    listed, shown = browser.get("/leads").text, browser.get(f"/leads/{id}").text
    assert "data-edit" not in listed and "/leads/quick" not in listed and "Farmacia Doña Bárbara" in listed
    assert (
        "data-value" not in shown and f"/leads/{id}/edit" not in shown and f"/leads/{id}/delete" not in shown
    )
    for path in (f"/leads/{id}/edit", f"/leads/{id}/field/name", "/leads/new", f"/leads/{id}/delete"):
        assert browser.get(path).status_code == 403, path
