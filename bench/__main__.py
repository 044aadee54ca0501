"""`python -m bench [NAME …]`: measure, print, and write `docs/performance.md`."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import measures
from bench.report import write_report

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Machine:
    """What the figures were taken on."""

    python: str
    sqlite: str
    processors: int | None
    system: str


def main(names: list[str]) -> int:
    known = {function.__name__: function for function in measures.ALL}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept["machine"] = asdict(
        Machine(platform.python_version(), sqlite3.sqlite_version, os.cpu_count(), platform.system())
    )
    for name in names or list(known):
        print(f"# {name}: {(known[name].__doc__ or '').splitlines()[0]}", flush=True)
        figures = known[name]()
        kept[name] = figures
        for figure, value in figures.items():
            print(f"  {figure:<42} {value}", flush=True)
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        write_report(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
