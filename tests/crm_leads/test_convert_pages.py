"""The conversion dialog through its pages: what is chosen and typed in it, what it refuses, and its way back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa

from core.api import forget, references_of
from core.testing.installation import ALL_APPS, Browser, Installation

SCRIPT = "<script>alert(1)</script>"
LEAD = {
    "name": f"Farmacia {SCRIPT}",
    "legal_name": "Farmacia Doña Bárbara, C.A.",
    "document_type": "RIF",
    "document_number": "J-11721484-1",
    "email": "barbara@example.com",
    "phone_2": "0212-2233905",
    "value": "900.50",
    "tags": ["VIP"],
    "contacts": [
        {"first_name": "José", "last_name": "Núñez", "email": "jose@example.com"},
        {"first_name": "Zoraida", "last_name": "Ávila"},
    ],
}
COMPANY = {"name": "Droguería Doña Bárbara", "document_type": "RIF", "document_number": "J117214841"}
Post = Callable[..., int]


class Form(HTMLParser):
    """What a browser would send of the dialog as it stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = ""
        self.feed(html[html.index('class="dialog-form"') :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self.sent[self._select] = [given["value"]]
        elif tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.sent.setdefault(given["name"], []).append(given.get("value", ""))

    def said(self, **also: Any) -> dict[str, Any]:
        """With something else chosen or typed; `_` in names stands for `-`, None for what is not sent."""
        sent = {**self.sent, **{name.replace("_", "-"): value for name, value in also.items()}}
        return {name: value for name, value in sent.items() if value is not None}


def poster(installation: Installation, email: str = "admin@example.com") -> Post:
    headers, client = installation.token(email), installation.app.test_client()

    def post(path: str, **given: Any) -> int:
        answer = client.post(f"/api/v1/{path}", json=given, headers=headers)
        assert answer.status_code == 201, answer.text
        made: Any = answer.json
        return int(made["id"])

    return post


def shown(html: str) -> str:
    """The text of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def switched_on(html: str) -> set[str]:
    return set(Form(html).sent.get("target", ()))


def test_a_lead_goes_into_a_known_company_with_a_new_person_and_a_deal_and_comes_back(
    install: Callable[..., Installation],
) -> None:
    installation = install(apps=ALL_APPS)
    post, person = poster(installation), installation.browser()
    company = post("clients", **COMPANY)
    known = post("deals", title="Reposición trimestral", client=company, value="120")
    lead = post("leads", **LEAD)
    address = f"/leads/{lead}/convert"

    page = person.get(address)
    assert page.status_code == 200 and SCRIPT not in page.text
    assert switched_on(page.text) == {"contact", "company", "deal"}
    for told in ("Droguería Doña Bárbara", "J117214841", "Zoraida Ávila", "Reposición trimestral"):
        assert told in shown(page.text)
    form = Form(page.text)
    assert form.sent["existing-company"] == [str(company)]
    assert form.sent[f"take-company-{company}-name"] == ["kept"]
    assert form.sent[f"take-company-{company}-email"] == ["lead"]

    # what is typed stays while one switches to and fro
    typed = form.said(deal_new_title="Primer pedido", target=["contact", "company"])
    off = person.post(f"{address}/preview", typed)
    assert switched_on(off.text) == {"contact", "company"} and "Primer pedido" in off.text
    on = person.post(f"{address}/preview", Form(off.text).said(target=["contact", "company", "deal"]))
    assert Form(on.text).sent["deal-new-title"] == ["Primer pedido"]
    nothing = person.post(f"{address}/preview", Form(on.text).said(target=None))
    assert switched_on(nothing.text) == set() and "aria-disabled" in nothing.text
    assert person.post(address, Form(nothing.text).said()).status_code == 422
    used = person.post(f"{address}/preview", {**form.said(), "use-deal": str(known)})
    assert Form(used.text).sent["existing-deal"] == [str(known)]

    choices = {
        f"take-company-{company}-name": "lead",
        "contact-new-name": "José Gregorio Núñez",
        "deal-new-title": "Primer pedido",
    }
    done = person.post(address, {**form.said(), **choices})
    assert done.status_code == 302 and re.fullmatch(r"/deals/\d+", done.location), done.text[:3000]
    deal = person.get(done.location)
    assert f'data-undo="{address}/undo"' in deal.text and f'href="/leads/{lead}"' in deal.text
    assert "Primer pedido" in deal.text and "José Gregorio Núñez" in deal.text
    assert person.post(address, {**form.said(), **choices}).location == done.location  # the same form again
    assert person.get(address).location == done.location

    became = person.get(f"/leads/{lead}")
    links = re.findall(r'href="(/(?:clients|deals)/\d+)"', became.text[became.text.index("panel-became") :])
    assert f"/clients/{company}" in links and done.location in links and len(set(links)) == 3
    assert f'href="{done.location}"' in person.get(f"/leads/{lead}/timeline").text
    assert f'href="/leads/{lead}"' in person.get(f"/clients/{company}").text
    assert f"{address}/undo" in became.text and SCRIPT not in became.text
    person.post(f"/leads/{lead}/move", {"status": status_of(installation, "Nuevo")})
    refused = person.get(f"/leads/{lead}").text  # the way back is the undo
    assert "snack-bad" in refused and "panel-became" in refused

    asked = person.get(f"{address}/undo")
    assert asked.status_code == 200 and "José Gregorio Núñez" in shown(asked.text)
    back = person.post(f"{address}/undo", headers={"HX-Request": "true"})  # the toast's button
    assert back.headers["HX-Redirect"] == f"/leads/{lead}"
    again = person.get(f"/leads/{lead}")
    assert "panel-became" not in again.text and f'href="{address}"' in again.text
    assert person.get(done.location).status_code == 404
    assert "Droguería Doña Bárbara" in person.get(f"/clients/{company}").text
    assert person.post(f"{address}/undo").location == f"/leads/{lead}"
    assert switched_on(person.get(address).text) == {"contact", "company", "deal"}


def test_what_changed_meanwhile_is_looked_at_again(sqlite_installation: Installation) -> None:
    """Without the app Deals there are two switches; a broken value stays as it was typed, beside its problem."""
    installation = sqlite_installation
    post, person = poster(installation), installation.browser()
    company, lead = post("clients", **COMPANY), post("leads", **LEAD)
    address, api = f"/leads/{lead}/convert", installation.app.test_client()
    page = person.get(address)
    assert 'value="deal"' not in page.text
    form = Form(page.text)

    broken = person.post(address, form.said(contact_new_name="", contact_new_email="no es correo"))
    assert broken.status_code == 422 and "no es correo" in broken.text
    assert 'aria-invalid="true"' in broken.text and "data-focus" in broken.text

    headers = installation.token()
    assert (
        api.patch(f"/api/v1/clients/{company}", json={"city": "Mérida"}, headers=headers).status_code == 200
    )
    stale = person.post(address, form.said())
    assert stale.status_code == 409 and 'role="alert"' in stale.text
    newer = Form(stale.text)
    assert api.patch(f"/api/v1/leads/{lead}", json={"city": "Caracas"}, headers=headers).status_code == 200
    assert person.post(address, newer.said()).status_code == 409
    read: Any = api.get(f"/api/v1/leads/{lead}", headers=headers).json
    assert read["condition"] == "prospect"

    # without script: another record is found by its name, or is not found
    other = post("clients", name="Droguería Central", kind="company")
    found = person.post(
        f"{address}/preview", Form(person.get(address).text).said(find_company="Droguería Central")
    )
    assert Form(found.text).sent["existing-company"] == [str(other)]
    lost = person.post(f"{address}/preview", Form(found.text).said(find_company="Nadie"))
    assert (
        "Nadie" in shown(lost.text)
        and person.post(address, Form(lost.text).said(find_company="Nadie")).status_code == 422
    )
    done = person.post(address, Form(person.get(address).text).said())
    assert done.location == f"/clients/{company}"


def test_who_may_not_create_chooses_a_known_one_and_attributes_find_a_place(
    sqlite_installation: Installation,
) -> None:
    installation = sqlite_installation
    installation.user("ana@example.com")
    made = poster(installation)("attributes", name="Talla", type="text", resources=["leads"])
    ana = poster(installation, "ana@example.com")
    known, lead = ana("clients", name="Conocida", kind="company"), ana("leads", name="Sol", x_talla="M")
    address, person = f"/leads/{lead}/convert", installation.browser()
    assert made and "Talla" in shown(person.get(address).text)
    with installation.session() as session:
        session.execute(
            sa.text("UPDATE core_grant SET scope = 0 WHERE resource = 'clients' AND action = 'create'")
        )
        forget(session)
        session.commit()

    barred = installation.browser("ana@example.com")
    page = barred.get(address)
    assert Form(page.text).sent["mode-company"] == ["existing"] and "aria-disabled" in page.text
    assert barred.post(address, Form(page.text).said(mode_company="new")).status_code == 422
    assert barred.post(address, Form(page.text).said()).status_code == 422
    chosen = barred.post(f"{address}/preview", Form(page.text).said(existing_company=str(known)))
    assert 'name="attribute-x_talla"' not in chosen.text  # who keeps the settings may put it elsewhere

    form = Form(
        person.post(f"{address}/preview", Form(person.get(address).text).said(mode_company="new")).text
    )
    done = person.post(address, {**form.said(), "attribute-x_talla": "company"})
    assert re.fullmatch(r"/clients/\d+", done.location or ""), done.text[:3000]
    assert re.search(r"Talla.{1,400}?M", shown(person.get(done.location).text))


def test_nobody_learns_of_others_records_by_their_numbers(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    for email in ("ana@example.com", "berta@example.com"):
        installation.user(email)
    ana, berta = poster(installation, "ana@example.com"), poster(installation, "berta@example.com")
    secret = ana("clients", name="Secreta de Ana", kind="company")
    hers, lead = ana("leads", name="De Ana"), berta("leads", name="De Berta")
    person = installation.browser("berta@example.com")

    def answer(id: int) -> tuple[int, str]:
        form = Form(person.get(f"/leads/{lead}/convert").text)
        said = form.said(mode_company="existing", existing_company=str(id))
        found = person.post(f"/leads/{lead}/convert", said)
        return found.status_code, re.sub(rf"\b({secret}|999999)\b", "", shown(found.text))

    assert answer(secret) == answer(999999)
    assert answer(secret)[0] == 422 and "Secreta" not in answer(secret)[1]
    for address in ("convert", "convert/undo"):
        assert person.get(f"/leads/{hers}/{address}").status_code == 404
        assert person.post(f"/leads/{hers}/{address}").status_code == 404
    assert person.post(f"/leads/{hers}/convert/preview").status_code == 404


@pytest.mark.parametrize("door", ["path", "choose", "board", "value", "cell"])
def test_every_door_to_a_converted_status_opens_the_dialog(
    door: str, sqlite_installation: Installation
) -> None:
    installation = sqlite_installation
    lead, person = poster(installation)("leads", name="Sol"), installation.browser()
    person.get(f"/leads/{lead}")
    status = status_of(installation)
    asked = open_by(door, person, lead, status)
    for _step in range(2):
        if not asked.endswith("/convert"):
            asked = person.get(asked).location
    assert asked == f"/leads/{lead}/convert"
    headers = installation.token()
    read: Any = installation.app.test_client().get(f"/api/v1/leads/{lead}", headers=headers).json
    assert (read["condition"], read["version"]) == ("prospect", 1)


def open_by(door: str, person: Browser, lead: int, status: int) -> str:
    """The address to which a door leads on."""
    script = {"HX-Request": "true"}
    if door == "path":
        return person.post(f"/leads/{lead}/move", {"status": status}).location
    if door == "choose":
        return f"/leads/{lead}/move?status={status}"
    if door == "board":
        answer = person.post(f"/leads/{lead}/drop", {"status": status}, headers=script)
    elif door == "value":
        answer = person.post(f"/leads/{lead}/field/condition", {"condition": "client"}, headers=script)
    else:
        answer = person.post(f"/leads/{lead}/cell/status", {"status": status}, headers=script)
    assert answer.status_code in (200, 202), answer.text[:2000]
    return str(json.loads(answer.headers["HX-Trigger"])["open-dialog"]["url"])


def status_of(installation: Installation, name: str = "Cliente") -> int:
    with installation.session() as session:
        found = references_of(session).find("statuses", name)
        assert found is not None
        return found.id
