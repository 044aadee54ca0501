"""A plugin may come as an installed package: named by an entry point, found without importing it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

SCRIPT = """
    import sys
    from pathlib import Path
    from core.config import Config
    from core.host.discovery import discover, make_importable
    from core.host.lifecycle import enable, upgrade_all
    from core.switchboard import SWITCHBOARD, create_app

    config = Config(Path(sys.argv[1]), f"sqlite:///{sys.argv[1]}/test.db")
    catalogue = discover(config)
    print(catalogue.manifests["andes_routes"].package, [each.name for each in catalogue.broken])
    print("andes" in sys.modules)
    upgrade_all(config)
    enable(config, "andes_routes")
    app = create_app(config).extensions[SWITCHBOARD].current()
    print(app.extensions["prospecto"].hooks.first("render_slot", slot="x", context={}))
"""


def test_a_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    site, instance = tmp_path / "site", tmp_path / "instance"
    package, facts = site / "andes" / "routes", site / "andes_routes-1.0.dist-info"
    for folder in (package, facts, instance):
        folder.mkdir(parents=True)
    (site / "andes" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "plugin.toml").write_text(
        'name = "andes_routes"\ntitle = "Routes"\nversion = "1.0"\nsummary = "Routes."\n'
    )
    (package / "plugin.py").write_text(
        "from core.api import hookimpl\n\n@hookimpl\ndef render_slot(slot, context):\n    return 'routes'\n"
    )
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: andes-routes\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[prospecto.plugins]\nandes_routes = andes.routes\nlost = andes.nowhere\n"
    )
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    answer = subprocess.run(
        [sys.executable, str(script), str(instance)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.getcwd()])},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert answer.stdout.split("\n")[:3] == ["andes.routes ['lost']", "False", "routes"], answer.stderr
