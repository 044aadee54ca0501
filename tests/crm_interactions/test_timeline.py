"""What was said with a record stands in its timeline: written in the composer, read, narrowed, changed and deleted there."""

from __future__ import annotations

import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.records.models import History
from core.resources.declare import Strand
from core.resources.search import index_ids
from core.testing.installation import Browser
from plugins.crm_interactions.models import Interaction
from plugins.crm_interactions.timeline.wording import says, text_html
from tests.core.resources.test_budgets import counting
from tests.crm_interactions.desk import Desk
from tests.fixtures_app import Installer

HTMX = {"HX-Request": "true"}
SOL, LEO = "sol@example.com", "leo@example.com"


@pytest.fixture
def desk(install: Installer) -> Desk:
    return Desk(install)


def lead_of(desk: Desk, email: str, name: str = "Farmacia Bárbara") -> int:
    contact = {"first_name": "José", "last_name": "Núñez"}
    answer = desk.call("POST", "leads", {"name": name, "contacts": [contact]}, email)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def kinds_on(page: str) -> dict[str, str]:
    """{meaning: id} of the composer's tabs."""
    return {name: id for id, name in re.findall(r'name="kind" value="(\d+)" data-meaning="(\w+)"', page)}


def story(browser: Browser, place: str, query: str = "") -> str:
    answer = browser.get(f"{place}/timeline{query}", headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.text


def write(browser: Browser, place: str, **fields: Any) -> Any:
    return browser.post(f"/interactions/beside{place}", fields, headers=HTMX)


def events(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer.headers["HX-Trigger"]))


def test_a_call_is_written_down_changed_and_deleted_where_it_stands(desk: Desk) -> None:
    id = lead_of(desk, SOL)
    place, sol = f"/leads/{id}", desk.browser(SOL)
    page = sol.get(place).text
    kinds = kinds_on(page)
    assert list(kinds) == ["call", "email", "meeting", "visit", "chat", "note", "comment"]
    reached = re.search(r'<option value="(\d+)">Reached', page)
    assert reached
    wrote = write(
        sol,
        place,
        kind=kinds["call"],
        text="Asks for prices. @Ada Admin knows, see https://example.com/list.",
        direction="in",
        outcome=reached.group(1),
        minutes="6",
        participants="Ada Admin, José Núñez, Rita <rita@example.com>",
        next_step="Send the list",
        next_on="2031-05-04",
        next_time="09:30",
        subject="what a call is not asked",
        files=(io.BytesIO(b"%PDF-1.4 x"), "prices.pdf"),
    )
    assert wrote.status_code == 200, wrote.text
    assert "record-changed" in events(wrote) and "data-composer" in wrote.text
    assert (
        f'value="{kinds["call"]}" data-meaning="call" data-asks="direction outcome minutes" checked'
        in wrote.text
    )

    shown = story(sol, place)
    assert re.search(r"<b>Call</b> · incoming · .*Reached</span> · 6 min", shown)
    assert '<span class="said-name">@Ada Admin</span>' in shown and 'href="https://example.com/list"' in shown
    assert "Ada Admin, José Núñez, Rita" in shown and "Next: Send the list" in shown
    assert "prices.pdf" in shown and "what a call is not asked" not in shown
    (task,) = desk.call("GET", "tasks", as_=SOL).json["items"]
    assert (task["title"], task["due_on"], task["record"]["id"]) == ("Send the list", "2031-05-04", id)

    (one,) = desk.call("GET", "interactions", as_=SOL).json["items"]
    line = f"/interactions/{one['id']}/line"
    form = sol.get(f"{line}?edit=1", headers=HTMX).text
    assert "Rita &lt;rita@example.com&gt;" in form and "prices.pdf" in form
    changed = sol.post(
        line,
        {
            "kind": kinds["visit"],
            "text": "Asks for prices",
            "at": "2026-11-02T10:00",
            "participants": "Rita <rita@example.com>",
            "subject": "At the fair",
            "minutes": "25",
        },
        headers=HTMX,
    )
    assert changed.status_code == 200, changed.text
    shown = story(sol, place)
    assert "<b>Visit</b> · 25 min" in shown and "At the fair" in shown and "incoming" not in shown
    old = {"kind": kinds["visit"], "text": "Mine, from an old form", "version": "1"}
    stale = sol.post(line, old, headers=HTMX)
    assert stale.status_code == 422 and "since you read it" in stale.text and old["text"] in stale.text
    assert 'name="version" value="2"' in stale.text and old["text"] not in story(sol, place)
    assert sol.post(events(changed)["toast"]["undo_url"]).status_code in (200, 302)
    assert "<b>Call</b> · incoming" in story(sol, place)

    gone = sol.post(f"/interactions/{one['id']}/remove", headers=HTMX)
    assert "<b>Call</b>" not in story(sol, place)
    sol.post(events(gone)["toast"]["undo_url"])
    assert "prices.pdf" in story(sol, place)

    assert write(sol, place, kind=kinds["visit"], minutes="40").status_code == 200
    bare = re.search(r"<b>Visit</b> · 40 min</div>(.*?)story-who", story(sol, place), re.DOTALL)
    assert bare and "Farmacia" not in bare.group(1), "what it is called by itself says nothing here"

    # What cannot be taken is said beside its input, and nothing is lost; the next step fails with the whole.
    wrong = write(sol, place, kind=kinds["call"], text="Typed in vain?", minutes="abc", participants="Rita")
    assert wrong.status_code == 422 and "composer-minutes-error" in wrong.text
    assert "Typed in vain?" in wrong.text and 'value="abc"' in wrong.text and 'value="Rita"' in wrong.text
    late = write(sol, place, kind=kinds["note"], text="And then", next_step="Call", next_on="2031-02-31")
    assert late.status_code == 422 and "composer-next_on-error" in late.text
    assert "And then" not in story(sol, place)

    # Without script it is a plain form; an error comes back on a page of its own.
    plain = sol.post(f"/interactions/beside{place}", {"kind": kinds["note"], "text": "By hand"})
    assert plain.status_code == 302 and plain.headers["Location"].endswith(f"{place}#side")
    page = sol.post(f"/interactions/beside{place}", {"kind": kinds["call"], "text": "x", "minutes": "-"})
    assert page.status_code == 422 and "<main" in page.text
    assert "By hand" in sol.get(f"{place}/timeline").text and "<main" in sol.get(f"{place}/timeline").text


def test_names_are_those_of_who_may_see_the_record(desk: Desk) -> None:
    place, sol, leo = f"/leads/{lead_of(desk, SOL)}", desk.browser(SOL), desk.browser(LEO)
    suggestions = f"/interactions/beside{place}/people"
    found = sol.get(f"{suggestions}?q=a&for=mention").text
    assert "Ada Admin" in found and "Leo Paz" not in found
    assert "Leo Paz" not in sol.get(f"{suggestions}?q=leo&for=mention").text
    assert "José Núñez" in sol.get(f"{suggestions}?q=nunez&for=list").text
    for door in (suggestions, f"/interactions/beside{place}"):
        assert leo.get(door).status_code == 404
    assert write(leo, place, text="forged").status_code == 404
    assert sol.get("/interactions/beside/interactions/1").status_code == 404
    assert desk.browser().get("/interactions/beside/nothing/1/people").status_code == 404

    # Another's entry can be read but not changed; an auditor writes nothing.
    write(desk.browser(), place, kind="", text="Written by Ada")
    shown = story(sol, place)
    (id,) = re.findall(r'id="interaction-(\d+)"', shown)
    assert "Written by Ada" in shown and "line?edit=1" not in shown and "/remove" not in shown
    assert sol.post(f"/interactions/{id}/line", {"text": "mine"}, headers=HTMX).status_code == 403
    assert sol.post(f"/interactions/{id}/remove", headers=HTMX).status_code == 403
    assert leo.post(f"/interactions/{id}/remove", headers=HTMX).status_code == 404
    desk.installation.user("aud@example.com", ["auditor"], name="Aud Itor", language="en")
    page = desk.browser("aud@example.com").get(place).text
    assert "data-composer" not in page and 'id="timeline"' in page


def test_a_long_story_is_wound_from_its_strands_and_nothing_is_lost_or_told_twice(desk: Desk) -> None:
    """Entries of one moment, and moments in disorder, stand on one page or the next, never on none or both."""
    id = lead_of(desk, SOL)
    place, sol = f"/leads/{id}", desk.browser(SOL)
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    with desk.installation.session() as session:
        for number in range(60):
            at = now + timedelta(seconds=number // 7)
            row = {"resource": "leads", "record_id": id, "at": at}
            session.add(Interaction(**row, subject="", text=f"Said {number}.", person_id=desk.sol))
            odd = at - timedelta(milliseconds=number % 3)  # written by a worker whose clock is slow
            changes = {"city": ["", f"City {number}."]}
            session.add(
                History(
                    resource="leads", record_id=id, at=odd, action="changed", source="page", changes=changes
                )
            )
            session.flush()
        ids = list(session.scalars(sa.select(Interaction.id)))
        index_ids(session, desk.installation.house.resources["interactions"], ids)
        session.commit()

    def all_pages(query: str = "") -> list[str]:
        pages, address = [], f"{place}/timeline{query}"
        while address:
            text = sol.get(address, headers=HTMX).text
            pages.append(text)
            older = re.search(r'class="story-older"><a href="([^"]+)"[^>]*hx-target="closest li"', text)
            address = html.unescape(older.group(1)) if older else ""
        return pages

    story(sol, place)  # what is kept in memory is read now
    with counting(desk.installation) as said:
        story(sol, place)
    asked = [each for each in said if not each.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 11, "\n".join(asked)
    pages = all_pages()
    told = "".join(pages)
    assert len(pages) == 7
    for word in ("Said", "City"):
        numbers = re.findall(rf"{word} (\d+)\.", told)
        assert sorted(map(int, numbers)) == list(range(60)), word
        assert [int(each) for each in numbers] == sorted(map(int, numbers), reverse=True)

    only = "".join(all_pages("?show=interactions"))
    assert only.count("Said ") == 60 and "City" not in only
    assert len(re.findall(r"City \d+\.", "".join(all_pages("?show=changes")))) == 60
    assert [len(re.findall(r"Said \d+\.", page)) for page in all_pages("?find=Said+59")] == [1]
    assert re.findall(r"City \d+\.", story(sol, place, "?find=city+41")) == ["City 41."]
    middle = re.search(r'id="interaction-(\d+)"', all_pages("?show=interactions")[2])
    assert middle
    sought = story(sol, place, f"?entry=interactions.{middle.group(1)}")
    assert re.search(r'id="interaction-(\d+)"', sought).group(1) == middle.group(1)  # type: ignore[union-attr]
    framed = sol.get(f"{place}/timeline?frame=1&show=interactions&find=Said+7", headers=HTMX)
    assert framed.headers["HX-Push-Url"] == f"{place}?show=interactions&find=Said+7"
    assert 'value="Said 7"' in sol.get(f"{place}?show=interactions&find=Said+7").text

    # A strand that fails is one quiet line; the others go on.
    leads = desk.installation.house.resources["leads"]
    broken = Strand("broken", "Weather", lambda seek: seek.session.execute(sa.text("SELECT nothing")) or [])
    desk.installation.house.resources["leads"] = replace(leads, strands=(*leads.strands, broken))
    desk.installation.house.hooks._raise_all = False
    try:
        page = story(sol, place)
    finally:
        desk.installation.house.resources["leads"] = leads
    assert "“Weather” did not answer" in page and "Said 59." in page


def test_switched_off_only_the_changes_are_told(install: Installer) -> None:
    installation = install(apps=("crm_clients", "crm_leads"), language="en")
    answer = installation.app.test_client().post(
        "/api/v1/leads", json={"name": "Plain"}, headers=installation.token()
    )
    browser = installation.browser()
    page = browser.get(f"/leads/{answer.json['id']}").text
    assert "data-composer" not in page and "story-find" not in page and 'id="timeline"' in page
    assert "Created" in browser.get(f"/leads/{answer.json['id']}/timeline", headers=HTMX).text


def test_a_text_is_shown_as_it_was_meant() -> None:
    names = ["Ada Admin", "Ada"]
    shown = text_html(
        "<b>@ada admin</b> (www.x.example/a?b=1&c), me@x.example; @nobody javascript:alert(1)", names
    )
    assert "&lt;b&gt;<span" in shown and '<span class="said-name">@ada admin</span>' in shown
    assert 'href="https://www.x.example/a?b=1&amp;c"' in shown and 'href="mailto:me@x.example"' in shown
    assert "@nobody" in shown and shown.count("<a ") == 2 and "said-long" not in shown
    long = text_html("word " * 200, [])
    assert long.startswith("<details") and long.count("word ") > 200
    assert says("At the fair", "It rained") and not says("It rained …", "It rained a lot")
