"""Another's record, through every door there is: never shown, never counted, and answered like one that is missing.

Beto has a lead and a client full of words that stand nowhere else. Ana may do everything, but with her own records
only. Every address of the application that takes a record or tells of records is asked in her name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from core.access.actor import Scope
from core.access.models import Grant, Role
from core.records.models import Attachment, SavedView
from core.resources.context import write_context
from core.resources.write import create
from core.settings import save_setting
from core.state import forget
from core.switchboard import SWITCHBOARD
from core.testing.installation import Browser, Installation

ANA, BETO = "ana@example.com", "beto@example.com"
DOCUMENT = "QZ-7741-0093"
EMAIL = "oculto@quetzal.example"
PHONE = "0412-7419933"
CARD: dict[str, Any] = {
    "name": "Quetzalcoatl Reservado",
    "legal_name": "Quetzalcoatl Reservado, C.A.",
    "document_number": DOCUMENT,
    "email": EMAIL,
    "phone_1": PHONE,
    "city": "Xibalba",
    "notes": "secreto-de-beto",
    "contact_first_name": "Ixchel",
    "tags": ["tabu-quetzal"],
    "value": "734512.25",
    "currency": "USD",
}
ADDRESSES: list[dict[str, Any]] = [{"is_main": True, "city": "Xibalba"}]
SECRETS = re.compile(
    r"quetzal|qz-?7741|7419933|xibalba|secreto-de-beto|ixchel|mictlan|734[.,]?512", re.IGNORECASE
)
ACTIONS = ("view", "create", "edit", "delete", "assign", "import", "export", "convert")
MISSING = 987_654


@dataclass(frozen=True)
class Hidden:
    """What Beto has, by resource: the id of his record; his file; and what Ana has of her own."""

    ids: dict[str, int]
    file: int
    view: int
    own: dict[str, int]
    zone: int


@pytest.fixture
def hidden(installation: Installation) -> Hidden:
    with installation.session() as session:
        role = session.scalars(sa.select(Role).where(Role.name == "salesperson")).one()
        session.execute(sa.delete(Grant).where(Grant.role_id == role.id))
        session.add_all(
            Grant(role_id=role.id, resource=resource, action=action, scope=int(Scope.OWN))
            for resource in ("leads", "clients")
            for action in ACTIONS
        )
        zones = installation.house.lists["zones"].model
        zone = zones(name="Zona Norte de Beto", name_folded="zona norte de beto")
        session.add(zone)
        forget(session)
        session.commit()
        zone_id = zone.id
    installation.user(ANA, name="Ana Lista")
    installation.user(BETO, name="Beto Otro")
    card = CARD | {"addresses": [*ADDRESSES, {"city": "Mictlan", "zone": {"id": zone_id}}]}
    ids = {name: _write(installation, BETO, name, card) for name in ("leads", "clients")}
    own = {name: _write(installation, ANA, name, {"name": "Lo de Ana"}) for name in ("leads", "clients")}
    beto = installation.browser(BETO)
    sent = {"file": (io.BytesIO(b"plan"), "plan-quetzal.txt")}
    assert beto.post(f"/leads/{ids['leads']}/files", sent).status_code in (200, 204, 302, 303)
    beto.post("/leads/views/new", {"name": "De todos", "query": "status=~open", "shared": "y"})
    with installation.session() as session:
        file = session.scalars(sa.select(Attachment.id)).one()
        view = session.scalars(sa.select(SavedView.id)).one()
    return Hidden(ids, file, view, own, zone_id)


@pytest.fixture
def ana(installation: Installation, hidden: Hidden) -> Browser:
    return installation.browser(ANA)


def _write(installation: Installation, by: str, resource: str, raw: dict[str, Any]) -> int:
    declared = installation.house.resources[resource]
    known = {name: value for name, value in raw.items() if declared.has_field(name) or name == "addresses"}
    with installation.session(by) as session:
        context = write_context(session, installation.house, session.info["actor"], "page")
        record = create(declared, known, context)
        session.commit()
        return int(record.id)


def rules(installation: Installation) -> Iterator[Rule]:
    """Every address of the application."""
    yield from installation.app.extensions[SWITCHBOARD].current().url_map.iter_rules()


def address(rule: Rule, resource: str, id: int, file: int) -> str | None:
    """The rule's address for a record; None where it takes something that is no record's."""
    path = re.sub(r"<any\([^>]*\):resource>", resource, rule.rule)
    path = re.sub(r"<any\(([^,)]+)[^>]*\):format>", lambda found: found[1].strip("'\" "), path)
    if path.startswith("/api/v1") and f"/{resource}" not in path:
        return None
    path = re.sub(r"<int:(file_id|attachment_id|file)>", str(file), path)
    path = path.replace("<int:id>", str(id), 1)
    fields = {"field": "name", "cell": "name", "do": "reopen", "name": "convert"}
    path = re.sub(r"(\w+)/<name>", lambda found: f"{found[1]}/{fields.get(found[1], 'convert')}", path)
    return None if "<" in path else path


def shape(text: str, id: int) -> str:
    """A page without what differs between any two askings: the id asked for, tokens."""
    text = re.sub(r'csrf[-_]token"[^>]*(content|value)="[^"]*"', "", text)
    return re.sub(rf"/{id}\b", "/N", text)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("resource", ["leads", "clients"])
def test_anothers_record_answers_like_a_missing_one_at_every_address(
    installation: Installation, hidden: Hidden, ana: Browser, method: str, resource: str
) -> None:
    headers = dict(installation.token(ANA))
    api = installation.app.test_client()
    asked = 0
    for rule in rules(installation):
        if "<int:id>" not in rule.rule or method not in (rule.methods or ()):
            continue
        belongs = f"/{resource}/" in rule.rule or "resource>" in rule.rule
        if not belongs:
            continue
        there = address(rule, resource, hidden.ids[resource], hidden.file)
        gone = address(rule, resource, MISSING, hidden.file)
        if there is None or gone is None or "/views/" in there:
            continue
        asked += 1
        answers = []
        for path, id in ((there, hidden.ids[resource]), (gone, MISSING)):
            if path.startswith("/api/"):
                body = {} if method in ("POST", "PATCH") else None
                answer = api.open(path, method=method, json=body, headers=headers)
            elif method == "POST":
                answer = ana.post(path, {"name": "x", "version": "1", "tags": "x", "status": "1"})
            else:
                answer = ana.client.open(path, method=method)
            answers.append((answer.status_code, shape(answer.text, id)))
            assert not SECRETS.search(answer.text), (method, path)
        assert answers[0] == answers[1], (method, there)
        assert answers[0][0] >= 400, (method, there)
    assert asked > (4 if method in ("GET", "POST") else 0)
    with installation.session() as session:
        model = installation.house.resources[resource].model
        assert session.get(model, hidden.ids[resource]).name == CARD["name"]


QUERIES = (
    "",
    "q=quetzalcoatl",
    f"document_number={DOCUMENT}",
    "document_number.begins=QZ-77",
    "document_number.contains=7741",
    f"email={EMAIL}",
    "phone_1=0412-7419933",
    "city.contains=xibalba",
    "city.contains=mictlan",
    "tags=tabu-quetzal",
    "name.contains=quetzal",
    "sort=name",
    "sort=-entered_on&limit=1",
    "salesperson=~any",
    "salesperson=~team",
    "columns=tags,city,email,notes",
)


@pytest.mark.parametrize("resource", ["leads", "clients"])
def test_lists_counts_files_and_the_api_hold_nothing_of_it(
    installation: Installation, hidden: Hidden, ana: Browser, resource: str
) -> None:
    headers = dict(installation.token(ANA))
    api = installation.app.test_client()
    queries = [*QUERIES, f"id={hidden.ids[resource]}", f"zone={hidden.zone}", f"zone.not={hidden.zone}"]
    for query in queries:
        for path in (
            f"/{resource}?{query}",
            f"/{resource}/summary?{query}&tabs=1",
            f"/{resource}/summary?{query}&whole=1",
            f"/{resource}/emptied?{query}",
            f"/{resource}/board?{query}",
            f"/{resource}/board/heads?{query}",
            f"/{resource}/choose?{query}&q=quetz"
            if not query.startswith("q=")
            else f"/{resource}/choose?{query}",
        ):
            answer = ana.get(path)
            assert answer.status_code in (200, 404), path
            assert not _told(answer.text, query), path
        file = ana.get(f"/{resource}/export?{query}&format=csv")
        assert file.status_code == 200 and not SECRETS.search(file.text), query
        file.close()
        if query.startswith("columns"):
            continue  # the API has none
        answer = api.get(f"/api/v1/{resource}?{query}", headers=headers)
        assert answer.status_code == 200, (query, answer.text)
        assert not SECRETS.search(answer.text.replace(DOCUMENT, "")) or not answer.json["items"], query
        assert all(each["id"] == hidden.own[resource] for each in answer.json["items"]), query


def _told(text: str, query: str) -> bool:
    """Whether a page says more than what was asked: the words of the question stand in its inputs and chips."""
    for said in re.findall(r"=([^&]*)", query):
        text = text.replace(said, "").replace(said.upper(), "")
    text = re.sub(r"tabu-quetzal|quetz(?=\W)|%40quetzal\.example", "", text)
    return bool(SECRETS.search(text))


@pytest.mark.parametrize("resource", ["leads", "clients"])
def test_counts_of_views_and_pages_are_of_ones_own(hidden: Hidden, ana: Browser, resource: str) -> None:
    summary = ana.get(f"/{resource}/summary?tabs=1").text
    counts = re.findall(r'id="count-view-\w+"[^>]*>\s*([\d.]+)', summary)
    assert counts and max(int(each) for each in counts) <= 1
    assert not re.search(r">\s*2\s*<", ana.get("/shell/counts").text)


def test_what_is_typed_finds_nothing_of_it(hidden: Hidden, ana: Browser) -> None:
    for resource in ("leads", "clients"):
        for typed in ("QZ-7", "QZ-7741", "7741", DOCUMENT):
            answer = ana.get(f"/{resource}/find?q={typed}").text
            assert f"/{hidden.ids[resource]}" not in answer and "Quetzal" not in answer
        for field, typed in (("document_number", DOCUMENT), ("email", EMAIL), ("phone_1", "+584127419933")):
            answer = ana.get(f"/{resource}/twins", query_string={field: typed, "name": CARD["name"]}).text
            assert "Reservado" not in answer and "combo" not in answer
    for typed in ("quetzal", DOCUMENT, EMAIL, "7419933", "mictlan"):
        for path in ("/shell/search",):
            answer = ana.get(path, query_string={"q": typed})
            assert answer.status_code == 200
            told = answer.text.replace(typed, "").replace(quote(typed), "")
            assert not SECRETS.search(told), (path, typed)


def test_that_it_exists_is_told_only_where_the_administrator_lets_it(
    installation: Installation, hidden: Hidden, ana: Browser
) -> None:
    from core.merging.settings import TELL_HIDDEN

    asked = {"document_number": DOCUMENT}
    quiet = ana.get("/leads/twins", query_string=asked).text
    nothing = ana.get("/leads/twins", query_string={"document_number": "QZ-0000-0000"}).text
    assert shape(quiet, 0).replace(DOCUMENT, "") == shape(nothing, 0).replace("QZ-0000-0000", "")
    with installation.session() as session:
        save_setting(session, TELL_HIDDEN, True)
        session.commit()
    loud = ana.get("/leads/twins", query_string=asked).text
    assert loud != quiet
    assert not SECRETS.search(loud) and f"/{hidden.ids['leads']}" not in loud


def test_nothing_is_done_to_it_in_bulk_or_by_a_merge(
    installation: Installation, hidden: Hidden, ana: Browser
) -> None:
    lead = hidden.ids["leads"]
    for action in ("delete", "tag", "status", "assign", "export"):
        for chosen in ({"id": str(lead)}, {"all": "1", "query": ""}):
            answer = ana.post(
                "/leads/bulk", {"action": action, "value": "1", "tags": "x", "go": "1", **chosen}
            )
            assert not SECRETS.search(answer.text), action
    pair = {"id": [str(lead), str(hidden.own["leads"])]}
    assert not SECRETS.search(ana.post("/leads/merge/choose", pair).text)
    assert not SECRETS.search(ana.get("/leads/merge", query_string=pair).text)
    assert not SECRETS.search(ana.get("/leads/duplicates").text)
    headers = dict(installation.token(ANA))
    answer = installation.app.test_client().post(
        "/api/v1/leads/merge", json={"keep": hidden.own["leads"], "merge": [lead]}, headers=headers
    )
    assert answer.status_code >= 400 and not SECRETS.search(answer.text)
    with installation.session() as session:
        kept = session.get(installation.house.resources["leads"].model, lead)
        assert kept is not None and kept.name == CARD["name"]


def test_a_place_in_the_list_that_is_anothers_opens_nothing(hidden: Hidden, ana: Browser) -> None:
    from core.resources.order import Cursor

    for value in ("quetzalcoatl reservado", "quetzal", "zzz", ""):
        for back in (True, False):
            place = Cursor(value, hidden.ids["leads"], 1, back).encode()
            answer = ana.get(f"/leads?sort=name&cursor={place}")
            assert not SECRETS.search(answer.text.replace(place, ""))


def test_a_row_brought_in_with_its_document_tells_nothing_and_changes_nothing(
    installation: Installation, hidden: Hidden, ana: Browser
) -> None:
    sheet = f"Nombre;Número de Documento;Email\nNueva;{DOCUMENT};{EMAIL}\n".encode()
    page = ana.post("/leads/import", {"file": (io.BytesIO(sheet), "filas.csv")})
    for _step in range(4):
        if page.status_code not in (302, 303):
            break
        page = ana.get(page.headers["Location"])
    told = page.text.replace(DOCUMENT, "").replace(EMAIL, "")
    assert not SECRETS.search(told)
    with installation.session() as session:
        kept = session.get(installation.house.resources["leads"].model, hidden.ids["leads"])
        assert kept.name == CARD["name"] and kept.version == 1


def test_every_page_without_a_record_holds_nothing_of_it(
    installation: Installation, hidden: Hidden, ana: Browser
) -> None:
    """Home, reports, jobs, notifications, settings and whatever plugins add."""
    headers = dict(installation.token(ANA))
    api = installation.app.test_client()
    asked = 0
    for rule in rules(installation):
        if "GET" not in (rule.methods or ()) or "sign-out" in rule.rule or rule.rule.startswith("/static"):
            continue
        path = rule.rule if "<" not in rule.rule else address(rule, "leads", 0, hidden.file)
        if path is None or "<" in path or (rule.rule != path and "<int:id>" in rule.rule):
            continue
        answer = api.get(path, headers=headers) if path.startswith("/api/") else ana.get(path)
        assert answer.status_code < 500, path
        text = answer.data.decode("utf-8", "replace")
        told = text.replace("tabu-quetzal", "") if path.endswith("/tags") else text
        assert not SECRETS.search(told), path  # tags are words of the whole company, as channels are
        asked += 1
    assert asked > 30
    for report in re.findall(r'href="(/reports/[^"?]+)"', ana.get("/reports").text):
        assert not SECRETS.search(ana.get(report).text), report


def test_a_record_of_ones_own_with_the_same_numbers_leads_nowhere(
    installation: Installation, hidden: Hidden, ana: Browser
) -> None:
    same = {"name": "La misma", "document_number": DOCUMENT, "email": EMAIL, "phone_1": PHONE}
    headers = dict(installation.token(ANA))
    api = installation.app.test_client()
    others = re.compile(r"reservado|xibalba|ixchel|mictlan|tabu-quetzal|secreto-de-beto", re.IGNORECASE)
    made = api.post("/api/v1/leads", json=same, headers=headers)
    assert made.status_code == 201 and not others.search(made.text)
    id = made.json["id"]
    for tail in ("", "/beside", "/timeline", "/edit", "/convert", "/duplicates"):
        answer = ana.get(f"/leads/{id}{tail}")
        assert answer.status_code == 200, tail
        assert not others.search(answer.text), tail
        assert f'/clients/{hidden.ids["clients"]}"' not in answer.text, tail
    converted = api.post(f"/api/v1/leads/{id}/convert", json={}, headers=headers)
    assert converted.status_code in (200, 409, 422) and not others.search(converted.text)
    with installation.session() as session:
        kept = session.get(installation.house.resources["clients"].model, hidden.ids["clients"])
        assert kept.version == 1 and kept.name == CARD["name"]


def test_who_it_belongs_to_finds_it_by_all_of_these(installation: Installation, hidden: Hidden) -> None:
    """Else the tests above would prove nothing."""
    beto = installation.browser(BETO)
    for query in (*QUERIES, f"zone={hidden.zone}"):
        assert CARD["name"] in beto.get(f"/leads?{query}").text or query in ("salesperson=~team",), query
    assert (
        CARD["name"] in beto.get("/clients/find?q=7741").text
        or "QZ" in beto.get("/clients/find?q=QZ-77").text
    )
    assert re.search(r"Reservado", beto.get(f"/leads/twins?document_number={DOCUMENT}").text)
