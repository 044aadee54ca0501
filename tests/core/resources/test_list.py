"""The list of a resource, as people use it."""

from __future__ import annotations

import re

import pytest

from core.testing.installation import Installation
from tests.core.resources.conftest import ANA, WriteLead

HTMX = {"HX-Request": "true"}


def names_in(html: str) -> list[str]:
    return re.findall(r'class="row-name" href="[^"]*" title="([^"]*)"', html)


def test_an_empty_list_offers_the_first_record(installation: Installation) -> None:
    page = installation.browser().get("/leads").text
    assert "/leads/quick" in page and "/leads/import" in page
    assert '<table class="rows"' not in page


def test_a_filter_that_leaves_none_is_named_with_what_there_would_be_without_it(
    installation: Installation, write_lead: WriteLead
) -> None:
    write_lead(level="Alto")
    browser = installation.browser()
    page = browser.get("/leads?level=~any&city.contains=Atlántida").text
    assert '<table class="rows"' not in page
    later = re.search(r'hx-get="(/leads/emptied[^"]*)"', page)
    assert later is not None
    told = browser.get(later[1].replace("&amp;", "&")).text
    assert "Atlántida" in told and re.search(r'href="/leads\?level=(~|%7E)any"', told)


def test_the_rows_tell_what_is_stored_and_lead_to_the_record(
    installation: Installation, write_lead: WriteLead
) -> None:
    id = write_lead(
        name="Ferretería Sol & Mar", document_number="J-30456118-2", value="1234,5", currency="USD"
    )
    page = installation.browser().get("/leads").text
    assert names_in(page) == ["Ferretería Sol &amp; Mar"]
    assert f'href="/leads/{id}?at=1"' in page and f'data-edit="/leads/{id}/edit"' in page
    assert "1.234,50" in page and "J-30456118-2" in page


def test_search_folds_case_and_accents(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(name="Inversiones El Ávila")
    write_lead(name="Otra Empresa")
    browser = installation.browser()
    assert names_in(browser.get("/leads?q=AVILA").text) == ["Inversiones El Ávila"]
    assert names_in(browser.get("/leads?q=avila+zzz").text) == []


def test_several_values_of_a_filter_mean_any_of_them(
    installation: Installation, write_lead: WriteLead
) -> None:
    for level in ("Alto", "Medio", "Bajo"):
        write_lead(name=level, level=level)
    found = names_in(installation.browser().get("/leads?level=Alto&level=Bajo&sort=name").text)
    assert found == ["Alto", "Bajo"]


@pytest.mark.parametrize(
    "query",
    ["level=Alto&level=nothing", "value.from=abc", "entered_on.from=31/31/2026", "salesperson=999999"],
)
def test_a_filter_that_cannot_be_read_is_told_and_left_out(
    installation: Installation, write_lead: WriteLead, query: str
) -> None:
    write_lead()
    answer = installation.browser().get(f"/leads?{query}")
    assert answer.status_code == 200
    assert "notice-warn" in answer.text


def test_pages_go_on_and_back_without_losing_or_doubling_a_row(
    installation: Installation, write_lead: WriteLead
) -> None:
    for number in range(7):
        write_lead(name=f"Empresa {number}", value=None if number in (2, 5) else str(number % 3))
    browser = installation.browser()
    seen: list[str] = []
    href = "/leads?sort=-value&limit=3"
    for _step in range(4):
        page = browser.get(href).text
        seen += names_in(page)
        found = re.search(
            r'<a class="icon-button[^"]*" href="([^"]*)"[^>]*><svg[^>]*><use href="[^"]*#chevron-right"', page
        )
        if found is None:
            break
        href = found.group(1).replace("&amp;", "&")
    assert sorted(seen) == [f"Empresa {number}" for number in range(7)]
    assert len(seen) == 7


def test_a_forged_cursor_is_no_page(installation: Installation, write_lead: WriteLead) -> None:
    write_lead()
    assert installation.browser().get("/leads?cursor=nonsense").status_code == 404


def test_chosen_columns_are_the_ones_shown(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(city="Maracaibo")
    browser = installation.browser()
    assert "Maracaibo" not in browser.get("/leads").text
    assert "Maracaibo" in browser.get("/leads?columns=city").text
    assert "Maracaibo" in browser.get("/leads?column=city&column=status").text


def test_htmx_gets_only_what_changes(installation: Installation, write_lead: WriteLead) -> None:
    write_lead()
    answer = installation.browser().get("/leads?q=farmacia", headers=HTMX)
    assert "<html" not in answer.text
    assert 'id="rows"' in answer.text and 'id="pager"' in answer.text
    assert answer.headers["HX-Push-Url"] == "/leads?q=farmacia"


def test_the_filters_stay_as_they_are_while_somebody_types(
    installation: Installation, write_lead: WriteLead
) -> None:
    write_lead()
    answer = installation.browser().get("/leads?q=farm", headers={**HTMX, "HX-Trigger-Name": "q"})
    assert 'id="rows"' in answer.text and 'id="chips"' not in answer.text


def test_the_summary_counts_and_sums_one_currency(installation: Installation, write_lead: WriteLead) -> None:
    write_lead(value="100", currency="USD")
    write_lead(value="50,25", currency="USD")
    text = installation.browser().get("/leads/summary?tabs=1").text
    assert "2 " in text and "150,25" in text
    write_lead(value="1", currency="EUR")
    assert "151,25" not in installation.browser().get("/leads/summary").text


def test_a_salesperson_sees_and_counts_their_own_only(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    write_lead(by=ANA, name="De Ana")
    write_lead(name="Del administrador")
    browser = installation.browser(ANA)
    assert names_in(browser.get("/leads").text) == ["De Ana"]
    assert names_in(browser.get("/leads?q=administrador").text) == []
    assert re.match(r"\s*1 ", browser.get("/leads/summary").text)


def test_markup_in_values_is_shown_as_text(installation: Installation, write_lead: WriteLead) -> None:
    evil = '"><script>alert(1)</script>'
    texts = [f for f in installation.house.resources["leads"].fields if f.kind.name in ("text", "long_text")]
    id = write_lead(
        **{f.name: evil for f in texts if f.kind.max_length >= len(evil) and f.name != "junk_note"},
        tags=[evil[:50]],
    )
    browser = installation.browser()
    columns = ",".join(f.name for f in installation.house.resources["leads"].fields)
    for path in (
        f"/leads?columns={columns}",
        f"/leads/{id}",
        f"/leads/{id}/edit",
        f"/leads/{id}/timeline",
        f"/leads?q={evil}",
        f"/leads/{id}/delete",
        f"/leads?city.contains={evil}",
    ):
        assert "<script>alert" not in browser.get(path).text, path


def test_nobody_signed_in_sees_nothing(installation: Installation, write_lead: WriteLead) -> None:
    id = write_lead()
    for path in ("/leads", f"/leads/{id}", f"/leads/{id}/edit", "/leads/new", "/leads/summary"):
        assert installation.browser(None).get(path).status_code == 302


def test_a_document_number_is_found_however_it_is_written(
    installation: Installation, write_lead: WriteLead, two_sellers: None
) -> None:
    lead = write_lead(name="Don Quijote", document_number="J-30456118-2")
    client = write_lead(name="La Candelaria", document_number="J304590270", resource="clients")
    found = installation.browser().get("/leads/find?q=j-3045").text
    assert (
        f'href="/leads/{lead}"' in found
        and f'href="/clients/{client}"' in found
        and "<mark>J-3045</mark>" in found
    )
    assert 'role="option"' in installation.browser().get("/leads/find?q=V99").text
    assert f"/leads/{lead}" not in installation.browser(ANA).get("/leads/find?q=J-3045").text
