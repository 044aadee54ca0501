"""The few places that read or write past the scope of persons: each is known, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PAST_THE_SCOPE = re.compile(
    r"[\"']unscoped[\"']\s*:\s*True|unscoped=True|\bas_system\(|\bwork_for\(.*,\s*None\)|\.connection\(\)"
    r"|bulk_(insert|update)_mappings|bulk_save_objects|exec_driver_sql"
)

KNOWN = {
    "core/access/links.py": "who holds a secret link is nobody here; only what the link belongs to is worked on",
    "core/access/scope": "the machinery itself; the guard looks up the owner a record has in the database",
    "core/access/web": "the sign-in itself: nobody is in yet, or their own password is the proof",
    "core/access/why.py": "whether what decides holds of a record that the asker sees, for the person asked about",
    "core/admin/health.py": "asks the server for its version and the database's size",
    "core/admin/settings/usage.py": "counts and replaces a list's values in everybody's records; for who may edit settings",
    "core/assignment": "what comes in is given to whom the rules say, whoever brought it, and counted among their own",
    "core/attributes/checking.py": "counts the records that have a value, for who may edit attributes",
    "core/attributes/criteria.py": "values tried by a filter; the list they narrow is within the person's scope",
    "core/attributes/service.py": "counts the records that have an attribute, and raises the generation",
    "core/attributes/values.py": "the attributes of records that somebody has in hand or writes",
    "core/db.py": "begins SQLite's transactions",
    "core/host": "lifecycle and migrations work for the installation, not for a person",
    "core/jobs/errands.py": "short work is nobody's: what is due is due whoever's it is",
    "core/merging": "what hangs on records that somebody may merge moves with them, whoever wrote it",
    "core/notifications/digest.py": "after a person's mail of the day, written in their name, the system goes on",
    "core/records/belongings.py": "what lies beside records whose deletion was allowed goes with them",
    "core/records/handover.py": "what hangs on records that somebody may convert goes along, and comes back with them",
    "core/records/pointers.py": "whether a record is in use, whoever's the user is; only how many is told",
    "core/records/snapshot.py": "keeps and restores whole rows of records whose deletion was allowed",
    "core/resources/storing.py": "that a record is still there, beside which the writer may lay something",
    "core/records/touching.py": "when somebody last dealt with a record is so whoever did; the record is the writer's",
    "core/records/tag_list.py": "a tag that is deleted, and comes back, is everybody's; for who may edit settings",
    "core/resources/children": "rows of records that somebody has in hand or writes, and their text for the search index",
    "core/resources/identity.py": "a duplicate counts whoever's it is; only the ids come back",
    "core/resources/pages/twins.py": "says that somebody has such a record, without saying who or which",
    "core/resources/kept_filter.py": "which of some records a rule is about, whoever's they are; only their ids come back",
    "core/resources/passages.py": "stretches of records that were written as allowed, maybe into other hands by that",
    "core/resources/search.py": "writes the search index, and asks whether it is there",
    "core/resources/numbering.py": "the highest id, to number new records",
    "core/state.py": "the installation's revision",
    "core/testing": "tests look at what was stored",
    "core/written.py": "which tables a transaction wrote; of their rows it tells nothing",
}

KNOWN_OF_PLUGINS = {
    "plugins/crm_interactions/interactions/mentions.py": "whom a text names that somebody was allowed to write",
    "plugins/crm_interactions/reminders/telling.py": "after what each person sees was asked in their name, the system goes on",
    "plugins/crm_interactions/tasks/ending.py": "the next of a series whose task the person may delete lies there, whoever's it is",
    "plugins/crm_interactions/tasks/rules.py": "reminders of tasks written as allowed, maybe into other hands by that",
    "plugins/crm_interactions/tasks/series.py": "who may tick a task off lets its series go on, whoever's the next one is",
    "plugins/crm_leads/conversion": "what hangs on a lead that the person may convert, and only the ids of what came of it",
    "plugins/crm_clients/inquiries/clients.py": "who writes again is known whoever's the client is; shown is only what the asker sees",
    "plugins/crm_leads/inquiries.py": "somebody's lead that is still open takes what they write again, whoever's it is",
    "plugins/crm_deals/inquiries.py": "a client's deal that is still open takes what they write again, whoever's it is",
    "plugins/crm_leads/repeat.py": "that somebody is a client already is so whoever's the client is; only ids are kept",
    "plugins/crm_reports/schedules/sending.py": "after a reader's mail, made in their name, the system goes on to the next",
    "plugins/crm_deals/rules.py": "that a client has bought before is so whoever sold it; only that it is so is told",
}


def test_whatever_goes_past_the_scope_of_the_core_is_known() -> None:
    _check("core", KNOWN)


def test_hardly_any_plugin_goes_past_the_scope() -> None:
    _check("plugins", KNOWN_OF_PLUGINS)


def _check(folder: str, known: Mapping[str, str]) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*.py")
        if PAST_THE_SCOPE.search(path.read_text(encoding="utf-8"))
    }
    unknown = {
        path for path in found if not any(path == each or path.startswith(each + "/") for each in known)
    }
    assert not unknown, "say above why this may see everybody's records"
    unused = {
        each for each in known if not any(path == each or path.startswith(each + "/") for path in found)
    }
    assert not unused, "these no longer need to be known"
