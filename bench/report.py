"""`docs/performance.md`, written from the figures of the last runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "docs" / "performance.md"

HEAD = """# How fast it is

Written by `make bench` from the figures of the last run of each measure; the code is in `bench/`. Machines differ and are
noisy: what holds from one to another is the ratio to the floor measured in the same run.

Machine: {processors} processors, {system}, Python {python}, SQLite {sqlite}.
"""

TITLES = {
    "start_and_build": "Starting, building, switching",
    "import_leads": "Import of 100,000 leads",
    "export": "Export of 100,000 × 12 to XLSX",
    "throughput": "Two workers and eight clients at 100,000 leads",
    "lists_and_search": "Lists and search at 1,000,000 leads",
    "filters": "Filters at 1,000,000 leads",
    "conversions": "10,000 leads converted in bulk",
    "reminders": "1,000 reminders, two workers, one killed",
    "timeline": "The timeline of a record with 10,000 entries",
    "reports": "Reports over 1,000,000 leads",
}

WORDS = {
    "start_and_build": "A new installation is `prospecto init` with three apps, from an empty folder. Cold start is from the "
    "command to the first answer of `/healthz`. The switch is another process enabling and disabling an app ten times while "
    "two clients ask for pages without a pause.",
    "import_leads": "By the command, every row read, checked, de-duplicated against leads and clients, written with history, "
    "tags and search index. The floor is the same rows by raw `executemany` into the same table with the same indexes, "
    "without checks, history, tags or search.",
    "export": "By the command. The floor is a bare XlsxWriter loop in constant memory over as many cells.",
    "throughput": "Over HTTP, signed in, whole pages. The floor is `/healthz` asked for in the same way. Conversions are POSTs "
    "of the button on as many different leads, four clients at once.",
    "lists_and_search": "Over HTTP, signed in, whole pages of 50 rows; deep pages follow the page's own “next” link sixty times. "
    "The floors are the bare SQL of a page and of a search on the same database, and `/healthz` as the empty page of the app.",
    "filters": "Over HTTP, signed in: p50 / p95 ms of the whole first page · of its count and sum, which come after it · of the "
    "bare SQL of the page as one would write it by hand. Values are as uneven as in life; every fifth lead has a second address, "
    "by which zones and sectors find it too. Target: p95 ≤ 150 for each, ≤ 50 for the document as one types.",
    "conversions": "By the command, each lead into a new client and a deal: duplicates looked for, addresses and people carried "
    "along, history, passages and search index written, 200 leads a transaction; then all of it taken back. The floor is the "
    "bare inserts of what was made, with its indexes, and one change of each lead.",
    "timeline": "Over HTTP, signed in, 20 entries a time: p50 / p95 ms. Half of the entries are changes, half interactions, and as "
    "many others lie around them. The floor is the bare SQL of the same 21 rows of both tables. Target: ≤ 150.",
    "reports": "Over HTTP, signed in, whole pages of a year beside the year before: p50 / p95 ms of a question that was never "
    "asked · of the same question asked again, which is answered from what was kept · of the bare SQL of the numbers, as one would "
    "write it by hand. Target: cold ≤ 1.5 × the bare SQL, again ≤ 200.",
    "reminders": "All due at one moment. Both workers are ready and see them in the same second; as soon as the first are told one of "
    "the two is killed (-9), the other goes on. Counted is what each person finds: notifications, and mails in the outbox or sent.",
}

TARGETS = {
    "new installation s": "≤ 6",
    "cold start s": "≤ 1.5",
    "generation check ms": "≤ 0.2",
    "longest answer during a switch ms": "≤ 200 more than usual",
    "leads/s": "≥ 3,000",
    "times the floor": "",
    "peak MB": "≤ 200",
    "list pages/s": "≥ 150",
    "conversions/s": "≥ 60",
    "first page p50/p95 ms": "p95 ≤ 40",
    "deep pages p50/p95 ms": "p95 ≤ 40",
    "search p50/p95 ms": "p95 ≤ 150",
}

OWN_TARGETS = {("export", "times the floor"): "≤ 1.3", ("conversions", "leads/s"): "≥ 300"}
"""Of figures that elsewhere have another target."""


def write_report(kept: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the page anew from everything measured so far."""
    parts = [HEAD.format(**kept["machine"])]
    for name, title in TITLES.items():
        if name in kept:
            parts.append(f"\n## {title}\n\n{WORDS[name]}\n\n| | measured | target |\n|---|---|---|\n")
            parts += [
                f"| {figure} | {_said(value)} | {_target(name, figure)} |\n"
                for figure, value in kept[name].items()
            ]
    notes = TARGET.read_text(encoding="utf-8").partition("\n## Notes\n")[2] if TARGET.exists() else ""
    TARGET.write_text("".join(parts) + (f"\n## Notes\n{notes}" if notes else ""), encoding="utf-8")


def _said(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _target(name: str, figure: str) -> str:
    return OWN_TARGETS.get((name, figure), TARGETS.get(figure, ""))
