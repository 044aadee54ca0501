"""The API of a resource, as programs use it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.testing.installation import Installation

ANA, BETO = "ana@example.com", "beto@example.com"


class Api:
    """A program with a token."""

    def __init__(self, installation: Installation, email: str | None = None, **also: Any) -> None:
        self.client = installation.app.test_client()
        self.headers = dict(installation.token(**({"email": email} if email else {}), **also))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers={**self.headers, **more})


@pytest.fixture
def api(installation: Installation) -> Api:
    return Api(installation)


def test_a_lead_is_made_read_changed_listed_and_deleted(api: Api) -> None:
    made = api(
        "POST",
        "/leads",
        {
            "name": "Inversiones El Ávila",
            "status": "en gestion",
            "value": "12.5",
            "phone_1": "0414-5551234",
            "tags": ["VIP"],
            "entered_on": "2026-11-02",
            "notifications": False,
        },
    )
    assert made.status_code == 201
    address = made.headers["Location"].removeprefix("/api/v1")
    lead = api("GET", address).json
    assert lead == made.json
    assert lead["status"]["name"] == "En Gestión" and lead["value"] == "12.50" and lead["tags"] == ["VIP"]
    assert lead["entered_on"] == "2026-11-02" and lead["notifications"] is False
    changed = api("PATCH", address, {"city": "Mérida"}).json
    assert changed == {
        **lead,
        "city": "Mérida",
        "addresses": changed["addresses"],
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert [(each["city"], each["is_main"]) for each in changed["addresses"]] == [("Mérida", True)]
    assert [each["id"] for each in api("GET", "/leads?q=avila").json["items"]] == [lead["id"]]
    assert api("DELETE", address).status_code == 204
    assert api("GET", address).status_code == 404


def test_what_is_read_can_be_written_back_unchanged(api: Api) -> None:
    lead = api(
        "POST",
        "/leads",
        {"name": "Ida y vuelta", "segment": "Minorista", "email": "a@example.com", "value": 3},
    ).json
    body = {
        name: value
        for name, value in lead.items()
        if name not in ("id", "created_at", "updated_at", "version")
    }
    again = api("PATCH", f"/leads/{lead['id']}", body)
    assert again.status_code == 200 and again.json == lead


def test_every_problem_is_told_at_once_by_field(api: Api) -> None:
    answer = api(
        "POST", "/leads", {"email": "nada", "status": "ninguno", "value": "-1", "level": {"id": 999}}
    )
    fields = answer.json["error"]["fields"]
    assert answer.status_code == 422
    assert {name: [each["code"] for each in found] for name, found in fields.items()} == {
        "email": ["not_an_email"],
        "status": ["unknown_value"],
        "value": ["negative"],
        "level": ["unknown_value"],
        "name": ["required"],
    }


def test_unknown_fields_and_wrong_types_are_refused_by_name(api: Api) -> None:
    answer = api("POST", "/leads", {"nombre": "x", "id": 4, "name": ["x"], "email": {"a": 1}, "city": True})
    fields = answer.json["error"]["fields"]
    assert answer.status_code == 422
    assert {name: found[0]["code"] for name, found in fields.items()} == {
        "nombre": "unknown_field",
        "id": "unknown_field",
        "name": "invalid_type",
        "email": "invalid_type",
        "city": "invalid_type",
    }


@pytest.mark.parametrize(
    "body, kind",
    [
        ("{", "application/json"),
        ("[]", "application/json"),
        ('"x"', "application/json"),
        ("name=x", "application/x-www-form-urlencoded"),
        ('{"name": "\\ud800"}', "application/json"),
    ],
)
def test_a_body_that_is_no_object_is_a_bad_request(api: Api, body: str, kind: str) -> None:
    answer = api.client.post("/api/v1/leads", data=body, content_type=kind, headers=api.headers)
    assert answer.status_code == 400 and answer.json["error"]["code"]


@pytest.mark.parametrize(
    "name", ["=1+1", "'; DROP TABLE crm_leads_lead;--", '<script>"</script>', "\x00a\x07b", "🦜" * 40]
)
def test_any_text_is_kept_as_text(api: Api, name: str) -> None:
    made = api("POST", "/leads", {"name": name})
    assert made.status_code == 201
    assert made.json["name"] == " ".join(name.replace("\x00", "").split())


def test_pages_follow_one_another_by_cursor(api: Api) -> None:
    for number in range(5):
        api("POST", "/leads", {"name": f"L{number}", "value": None if number == 3 else number})
    seen, cursor = [], ""
    while True:
        page = api("GET", f"/leads?limit=2&sort=-value&cursor={cursor}").json
        seen += [each["name"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert sorted(seen) == ["L0", "L1", "L2", "L3", "L4"] and seen.index("L4") < seen.index("L0")


def test_filters_are_those_of_the_page(api: Api) -> None:
    api("POST", "/leads", {"name": "Alta", "level": "Alto", "value": 100})
    api("POST", "/leads", {"name": "Baja", "level": "Bajo", "value": 5})

    def names(query: str) -> list[str]:
        return sorted(each["name"] for each in api("GET", f"/leads?{query}").json["items"])

    assert names("level=Alto") == ["Alta"]
    assert names("level=alto&level=bajo") == ["Alta", "Baja"]
    assert (
        names("value.from=10") == ["Alta"]
        and names("status=~open") == ["Alta", "Baja"]
        and names("zone=~any") == []
    )


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "sort=nothing",
        "nothing=1",
        "level=zzz",
        "cursor=zzz",
        "value.from=a",
    ],
)
def test_a_senseless_list_is_refused(api: Api, query: str) -> None:
    answer = api("GET", f"/leads?{query}")
    assert answer.status_code == 422 and answer.json["error"]["code"]


def test_a_post_repeated_with_its_key_does_nothing_again(api: Api) -> None:
    first = api("POST", "/leads", {"name": "Una"}, Idempotency_Key="k-1")
    again = api("POST", "/leads", {"name": "Una"}, Idempotency_Key="k-1")
    assert (again.status_code, again.json, again.headers["Location"]) == (
        201,
        first.json,
        first.headers["Location"],
    )
    assert api("POST", "/leads", {"name": "Otra"}, Idempotency_Key="k-1").status_code == 409
    assert len(api("GET", "/leads").json["items"]) == 1


def test_a_refused_post_may_be_mended_under_the_same_key(api: Api) -> None:
    assert api("POST", "/leads", {}, Idempotency_Key="k-2").status_code == 422
    assert api("POST", "/leads", {"name": "Ahora sí"}, Idempotency_Key="k-2").status_code == 201


def test_a_change_of_what_somebody_else_changed_is_stopped_by_its_etag(api: Api) -> None:
    made = api("POST", "/leads", {"name": "Una"})
    address = f"/leads/{made.json['id']}"
    etag = api("GET", address).headers["ETag"]
    assert api("PATCH", address, {"city": "Coro"}, If_Match=etag).status_code == 200
    assert api("PATCH", address, {"city": "Mérida"}, If_Match=etag).status_code == 412
    assert api("DELETE", address, If_Match=etag).status_code == 412
    assert api("GET", address).json["city"] == "Coro"


def test_conversion_answers_with_the_same_client_however_often_it_is_asked(api: Api) -> None:
    lead = api("POST", "/leads", {"name": "Para convertir"}).json
    answers = [api("POST", f"/leads/{lead['id']}/convert") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json["client"]["id"] for answer in answers}) == 1
    assert len(api("GET", "/clients").json["items"]) == 1
    assert api("POST", f"/leads/{lead['id']}/nothing").status_code == 404


def test_another_persons_lead_is_missing_for_all_verbs(installation: Installation) -> None:
    installation.user(ANA), installation.user(BETO)
    ana, beto = Api(installation, ANA), Api(installation, BETO)
    id = ana("POST", "/leads", {"name": "De Ana"}).json["id"]
    missing = beto("GET", "/leads/999999")
    for answer in (
        beto("GET", f"/leads/{id}"),
        beto("PATCH", f"/leads/{id}", {"name": "Mío"}),
        beto("POST", f"/leads/{id}/convert"),
    ):
        assert (answer.status_code, answer.json) == (missing.status_code, missing.json) == (404, missing.json)
    assert beto("DELETE", f"/leads/{id}").status_code in (403, 404)
    assert beto("GET", "/leads").json["items"] == []
    assert ana("GET", f"/leads/{id}").json["name"] == "De Ana"


def test_a_salesperson_gives_no_lead_to_another(installation: Installation) -> None:
    installation.user(ANA), installation.user(BETO)
    ana = Api(installation, ANA)
    id = ana("POST", "/leads", {"name": "De Ana"}).json["id"]
    assert ana("POST", "/leads", {"name": "Para Beto", "salesperson": BETO}).status_code == 403
    assert ana("PATCH", f"/leads/{id}", {"salesperson": BETO}).status_code == 403
    assert ana("DELETE", f"/leads/{id}").status_code == 403


def test_without_a_token_nothing_is_told(installation: Installation, api: Api) -> None:
    id = api("POST", "/leads", {"name": "x"}).json["id"]
    client = installation.app.test_client()
    for path in ("/api/v1/leads", f"/api/v1/leads/{id}", "/api/v1/openapi.json"):
        assert client.get(path).status_code == 401
    assert client.get("/api/v1/leads", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_read_only_token_only_reads(installation: Installation, api: Api) -> None:
    id = api("POST", "/leads", {"name": "x"}).json["id"]
    reader = Api(installation, read_only=True)
    assert reader("GET", f"/leads/{id}").status_code == 200
    assert reader("POST", "/leads", {"name": "y"}).status_code == 403
    assert reader("PATCH", f"/leads/{id}", {"name": "y"}).status_code == 403
    assert reader("DELETE", f"/leads/{id}").status_code == 403
    assert reader("POST", f"/leads/{id}/convert").status_code == 403


def test_the_description_names_every_address_and_field(installation: Installation, api: Api) -> None:
    document = api("GET", "/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for name, resource in installation.house.resources.items():
        assert {"get", "post"} <= set(document["paths"][f"/api/v1/{name}"])
        assert {"get", "patch", "delete"} <= set(document["paths"][f"/api/v1/{name}/{{id}}"])
        written = document["components"]["schemas"][f"{name}.input"]["properties"]
        fields = {field.name for field in resource.fields if field.writable}
        assert set(written) == fields | {child.name for child in resource.children}
    assert "post" in document["paths"]["/api/v1/leads/{id}/convert"]


def test_unknown_addresses_answer_in_json(api: Api) -> None:
    answer = api("GET", "/nothing")
    assert answer.status_code == 404 and answer.json["error"]["code"] == "not_found"
    assert api("PUT", "/leads", {}).status_code == 405
    assert api("GET", f"/leads/{10**30}").status_code == 404


def test_of_requests_racing_with_one_key_one_is_done_and_all_get_its_answer(
    installation: Installation, api: Api
) -> None:
    def post(_number: int) -> tuple[int, int]:
        answer = installation.app.test_client().post(
            "/api/v1/leads", json={"name": "Una sola"}, headers={**api.headers, "Idempotency-Key": "race"}
        )
        return answer.status_code, answer.json["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(16)))
    assert len(answers) == 1 and answers.pop()[0] == 201
    assert len(api("GET", "/leads").json["items"]) == 1


def test_two_conversions_at_once_make_one_client(installation: Installation, api: Api) -> None:
    id = api("POST", "/leads", {"name": "Muy pedido"}).json["id"]

    def convert(_number: int) -> tuple[int, int]:
        answer = installation.app.test_client().post(f"/api/v1/leads/{id}/convert", headers=api.headers)
        return answer.status_code, answer.json["client"]["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(convert, range(20)))
    assert len(answers) == 1 and answers.pop()[0] == 200
    assert len(api("GET", "/clients").json["items"]) == 1
