"""Files of imports are kept for a month, and what a person left unfinished no longer."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core.db import utcnow
from core.imports.models import ImportRun
from core.imports.uploads import remove_old
from core.testing.installation import Installation
from tests.imports.conftest import Wizard
from tests.imports.made import ve_file


def test_old_files_go_and_results_stay(installation: Installation, wizard: Wizard) -> None:
    wizard.upload("leads", ve_file())  # left unfinished
    wizard.upload("leads", ve_file())
    wizard.check()
    wizard.run()
    folder = installation.config.instance / "imports"
    assert len(list(folder.iterdir())) == 2
    with installation.session() as session:
        assert remove_old(session, installation.config) == 0
        session.execute(sa.update(ImportRun).values(created_at=utcnow() - timedelta(days=31)))
        assert remove_old(session, installation.config) == 2
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportRun)) == 1
    assert not list(folder.iterdir())
    assert wizard.browser.get(wizard.at).status_code == 200
    assert wizard.browser.get(f"{wizard.at}/errors.csv").status_code == 200
