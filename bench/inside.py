"""Figures taken inside one process of the installation in `PROSPECTO_INSTANCE`, printed as JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from core.config import load_config
from core.host.assembly import assemble
from core.switchboard import SWITCHBOARD, create_app


def main() -> None:
    config = load_config()
    app = create_app(config)
    board = app.extensions[SWITCHBOARD]
    print(
        json.dumps(
            {
                "generation check ms": round(_median(board._state.read, 2000) * 1000, 4),
                "app build ms": round(_median(lambda: assemble(config), 10) * 1000, 1),
            }
        )
    )


def _median(act: Callable[[], object], count: int) -> float:
    act()
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
