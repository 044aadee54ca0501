"""What a person may add, change, hand over and delete, whatever code does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Scope, actor_of
from core.access.scope import as_system
from core.host.markers import hookimpl
from core.resources.context import Refused
from tests.core.access.conftest import People
from tests.core.access.declared import Customer, Phone, Place, Prospect, Ring, make_house

AsPerson = Callable[[str], Session]


def foreign(session: Session, model: type[Any], id: int) -> Any:
    """Another's record that got into a person's session by a fault of the code."""
    return session.get(model, id, execution_options={"unscoped": True})


def test_a_salesperson_creates_their_own_only(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    session.add(Prospect(name="new", owner_id=people.ana))
    session.commit()
    for owner_id in (people.carl, None):
        session.add(Prospect(name="for another", owner_id=owner_id))
        with pytest.raises(Refused):
            session.flush()
        session.rollback()


def test_an_auditor_changes_nothing(as_person: AsPerson, people: People, records: dict[str, int]) -> None:
    session = as_person("otto")
    session.get(Prospect, records["ana's prospect"]).name = "changed"
    with pytest.raises(Refused):
        session.flush()
    session.rollback()
    session.add(Prospect(name="new", owner_id=people.otto))
    with pytest.raises(Refused):
        session.flush()
    session.rollback()
    session.delete(session.get(Prospect, records["ana's prospect"]))
    with pytest.raises(Refused):
        session.flush()
    session.rollback()
    session.add(Place(name="new"))
    with pytest.raises(Refused):
        session.flush()


def test_anothers_record_is_not_changed_even_when_code_got_hold_of_it(
    as_person: AsPerson, records: dict[str, int]
) -> None:
    session = as_person("ana")
    foreign(session, Prospect, records["carl's prospect"]).name = "mine now"
    with pytest.raises(Refused):
        session.commit()


def test_taking_anothers_record_over_is_judged_by_its_old_owner(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    foreign(session, Prospect, records["carl's prospect"]).owner_id = people.ana
    with pytest.raises(Refused):
        session.commit()


def test_the_old_owner_is_looked_up_where_it_was_never_loaded(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    prospect = foreign(session, Prospect, records["carl's prospect"])
    session.expire(prospect)
    prospect.owner_id = people.ana
    with pytest.raises(Refused):
        session.commit()


def test_giving_away_needs_the_right_to_assign(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    session.get(Prospect, records["ana's prospect"]).owner_id = people.bea
    with pytest.raises(Refused):
        session.commit()


def test_a_manager_hands_over_within_the_team(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("mia")
    prospect = session.get(Prospect, records["ana's prospect"])
    prospect.owner_id = people.bea
    session.commit()
    for outside in (people.carl, None):
        prospect.owner_id = outside
        with pytest.raises(Refused):
            session.flush()
        session.rollback()


def test_what_was_given_away_may_still_be_finished_with(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    actor = actor_of(session)
    assert actor is not None
    session.info["actor"] = replace(actor, grants={**actor.grants, ("prospects", "assign"): Scope.ALL})
    prospect = session.get(Prospect, records["ana's prospect"])
    prospect.owner_id = people.carl
    session.flush()
    assert prospect.note == "secret", "its deferred attributes are still read"
    session.refresh(prospect)
    session.commit()
    session.expunge_all()
    assert session.get(Prospect, records["ana's prospect"]) is None


def test_deleting_follows_its_own_right(as_person: AsPerson, records: dict[str, int]) -> None:
    session = as_person("ana")
    session.delete(session.get(Prospect, records["ana's prospect"]))
    with pytest.raises(Refused):
        session.commit()
    session.rollback()
    manager = as_person("mia")
    manager.delete(manager.get(Prospect, records["ana's prospect"]))
    manager.commit()


def test_what_hangs_on_a_record_is_changed_by_who_may_change_the_record(
    as_person: AsPerson, records: dict[str, int]
) -> None:
    session = as_person("ana")
    prospect = session.get(Prospect, records["ana's prospect"])
    session.add(Phone(number="2", prospect=prospect))
    session.add(Phone(number="3", prospect_id=prospect.id))
    prospect.phones[0].number = "4"
    session.add(Ring(phone_id=records["ana's phone"]))
    session.commit()


@pytest.mark.parametrize(
    "step", ["add by id", "add by object", "change", "move away", "move to", "delete", "add deeper"]
)
def test_what_hangs_on_anothers_record_stays(as_person: AsPerson, records: dict[str, int], step: str) -> None:
    session = as_person("ana")
    theirs, mine = records["carl's prospect"], records["ana's prospect"]
    if step == "add by id":
        session.add(Phone(number="2", prospect_id=theirs))
    elif step == "add by object":
        session.add(Phone(number="2", prospect=foreign(session, Prospect, theirs)))
    elif step == "add deeper":
        session.add(Ring(phone_id=records["carl's phone"]))
    elif step == "move to":
        session.get(Phone, records["ana's phone"]).prospect_id = theirs
    else:
        phone = foreign(session, Phone, records["carl's phone"])
        if step == "change":
            phone.number = "2"
        elif step == "move away":
            phone.prospect_id = mine
        else:
            session.delete(phone)
    with pytest.raises(Refused):
        session.commit()


def test_a_new_record_brings_its_children(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    prospect = Prospect(name="new", owner_id=people.ana)
    prospect.phones.append(Phone(number="1"))
    session.add(prospect)
    session.commit()
    assert session.scalar(sa.select(sa.func.count(Phone.id))) == 2


def test_a_token_that_reads_changes_nothing(as_person: AsPerson, records: dict[str, int]) -> None:
    session = as_person("ada")
    actor = actor_of(session)
    assert actor is not None
    session.info["actor"] = replace(actor, read_only=True)
    session.get(Prospect, records["ana's prospect"]).name = "changed"
    with pytest.raises(Refused):
        session.commit()


def test_a_plugin_may_forbid_what_the_grants_allow(
    as_person: AsPerson, records: dict[str, int], tmp_path: Path
) -> None:
    @hookimpl
    def check_access(resource: Any, action: str, record: Any, actor: Any) -> bool | None:
        return False if action == "edit" and record.name.startswith("ana") else None

    session = as_person("ada")
    session.info["house"] = make_house(tmp_path, check_access=check_access)
    session.get(Customer, records["bea's customer"]).name = "changed"
    session.commit()
    session.get(Prospect, records["ana's prospect"]).name = "ana changed"
    with pytest.raises(Refused):
        session.commit()


def test_the_system_writes_on_its_own_account(
    as_person: AsPerson, people: People, records: dict[str, int]
) -> None:
    session = as_person("ana")
    with as_system(session):
        session.add(Prospect(name="by rule", owner_id=people.carl))
    session.commit()
    session.add(Prospect(name="mine to carl", owner_id=people.carl))
    with pytest.raises(Refused), as_system(session):
        pass  # what was pending is the person's, not the system's
