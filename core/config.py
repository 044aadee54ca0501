"""What the operator decides: environment variables and the instance folder, read once at start."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True)
class Config:
    """One installation, as its operator set it up.

    `instance` is the folder of everything that belongs to this installation: database, uploads, own plugins
    and templates, logs. `plugin_folders` are searched for folders with a `plugin.toml`, in order.
    """

    instance: Path
    database_url: str
    safe_mode: bool = False
    strict_plugins: bool = False
    plugin_folders: tuple[Path, ...] = ()
    secure_cookies: bool = False
    public_url: str = ""
    """Where people reach it, for links in mails; '' where nobody said: then the request's own address."""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def uploads(self) -> Path:
        return self.instance / "uploads"

    @property
    def exports(self) -> Path:
        return self.instance / "exports"

    def secret(self, name: str) -> str:
        """A random secret kept in the instance folder, readable by its owner only; made at first use."""
        path = self.instance / f"{name}.key"
        if not path.exists():
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)  # the first process wins, the others read its secret
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()


def load_config(environ: dict[str, str] | None = None) -> Config:
    """Read `PROSPECTO_*` from the environment.

    `PROSPECTO_INSTANCE` (default `./instance`), `PROSPECTO_DATABASE_URL` (default SQLite in the instance),
    `PROSPECTO_SAFE_MODE`, `PROSPECTO_STRICT_PLUGINS`, `PROSPECTO_PLUGINS` (extra plugin folders, separated like
    `PATH`), `PROSPECTO_HTTPS` (1 behind TLS: cookies become `__Host-` and `Secure`), `PROSPECTO_URL` (the address that
    links in mails begin with, as `https://crm.example.com`).
    """
    env = os.environ if environ is None else environ
    instance = Path(env.get("PROSPECTO_INSTANCE", "instance")).resolve()
    url = env.get("PROSPECTO_DATABASE_URL") or f"sqlite:///{instance / 'prospecto.sqlite'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    extra = tuple(Path(part) for part in env.get("PROSPECTO_PLUGINS", "").split(os.pathsep) if part)
    shipped = Path(__file__).resolve().parent.parent / "plugins"
    return Config(
        instance=instance,
        database_url=url,
        safe_mode=_is_true(env.get("PROSPECTO_SAFE_MODE")),
        strict_plugins=_is_true(env.get("PROSPECTO_STRICT_PLUGINS")),
        plugin_folders=(shipped, instance / "plugins", *extra),
        secure_cookies=_is_true(env.get("PROSPECTO_HTTPS")),
        public_url=env.get("PROSPECTO_URL", "").rstrip("/"),
    )


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in TRUE_WORDS
