"""Fill a new installation with an invented company, once: what `make run DEMO=1` does before it serves."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

EMAIL = "demo@example.com"
COMPANY = ("--company", "Distribuidora Demo", "--country", "VE", "--currency", "USD")
MANNERS = ("--language", "es", "--timezone", "America/Caracas", "--mode", "classic")
APPS = ("--apps", "crm_clients,crm_leads,crm_reports")


def main() -> int:
    instance = Path(os.environ.get("PROSPECTO_INSTANCE", "instance"))
    sign_in = instance / "demo-sign-in.txt"
    if not sign_in.exists() and in_use(instance):
        print(f"{instance}/ already holds an installation: it is served as it is, without demo data.")
        print("For a demo beside it: PROSPECTO_INSTANCE=instance/demo make run DEMO=1")
        return 0
    password = remembered_password(sign_in)
    print("Preparing the demo …", flush=True)
    prospecto = Path(sys.executable).with_name("prospecto")
    account = ("--email", EMAIL, "--password", password)
    done = subprocess.run([prospecto, "init", *account, *COMPANY, *MANNERS, *APPS, "--demo"], check=False)
    if done.returncode == 0:
        print(f"\n  Demo sign-in:  {EMAIL}  /  {password}\n  (kept in {sign_in})\n", flush=True)
    return done.returncode


def in_use(instance: Path) -> bool:
    """Whether somebody's installation is there already; invented records do not belong in it."""
    if os.environ.get("PROSPECTO_DATABASE_URL"):
        return False  # `prospecto init` itself leaves an installation alone that it finds in that database
    return instance.is_dir() and any(instance.glob("*.db")) or any(instance.glob("*.sqlite*"))


def remembered_password(sign_in: Path) -> str:
    """The demo's password: invented at the first start (there is no default one), the same ever after."""
    if sign_in.exists():
        return sign_in.read_text(encoding="utf-8").split()[-1]
    password = f"demo-{secrets.token_urlsafe(12)}"
    sign_in.parent.mkdir(parents=True, exist_ok=True)
    sign_in.touch(mode=0o600)
    sign_in.write_text(f"{EMAIL} {password}\n", encoding="utf-8")
    return password


if __name__ == "__main__":
    raise SystemExit(main())
