"""Templates and static files: the host's, each plugin's under its own name, and the installation's own first."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import CodeType

from flask import Flask, request, send_from_directory
from flask.typing import ResponseReturnValue
from jinja2 import BytecodeCache, ChoiceLoader, FileSystemLoader, PrefixLoader
from jinja2.bccache import Bucket

from core.house import House

CORE = Path(__file__).resolve().parent
YEAR = 365 * 24 * 3600
HOUR = 3600


class SharedBytecode(BytecodeCache):
    """Compiled templates of the process, whichever app compiled them: a swap compiles nothing again."""

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        known = self._code.get(bucket.key)
        if known is not None and known[0] == bucket.checksum:
            bucket.code = known[1]

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key] = (bucket.checksum, bucket.code)


_bytecode = SharedBytecode()


def set_up(app: Flask, house: House) -> None:
    """Loaders in order: the installation's `templates`, the core's, each plugin's below its own name."""
    folders = {
        name: manifest.folder / "templates" / name
        for name, manifest in house.manifests.items()
        if (manifest.folder / "templates" / name).is_dir()
    }
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(house.config.instance / "templates"),
            FileSystemLoader(CORE / "templates"),
            PrefixLoader({name: FileSystemLoader(folder) for name, folder in folders.items()}),
        ]
    )
    app.jinja_options = {**app.jinja_options, "bytecode_cache": _bytecode, "cache_size": 1000}
    version = assets_version(house)
    app.jinja_env.globals["shell_version"] = version
    app.jinja_env.globals["icons_url"] = f"{app.static_url_path}/vendor/icons.svg?v={version}"
    app.get_send_file_max_age = _max_age  # type: ignore[method-assign]
    for name, manifest in house.manifests.items():
        if (manifest.folder / "static").is_dir():
            _serve_static(app, name, manifest.folder / "static")


def assets_version(house: House) -> str:
    """Changes whenever a static file of the host or of an enabled plugin does; browsers then fetch anew."""
    folders = [CORE / "static", *(manifest.folder / "static" for manifest in house.manifests.values())]
    return f"{max(map(_newest, folders)):x}"


@lru_cache(maxsize=256)
def _newest(folder: Path) -> int:
    return max((int(file.stat().st_mtime) for file in folder.rglob("*") if file.is_file()), default=0)


def _serve_static(app: Flask, plugin: str, folder: Path) -> None:
    def static_file(filename: str) -> ResponseReturnValue:
        return send_from_directory(folder, filename, max_age=_max_age(filename))

    app.add_url_rule(f"/static/{plugin}/<path:filename>", endpoint=f"static_{plugin}", view_func=static_file)


def _max_age(filename: str | None) -> int:
    """Script modules import each other by plain names: those are asked for anew, else an upgrade would mix old and new."""
    if "v" in request.args:
        return YEAR
    return 0 if (filename or "").endswith(".js") else HOUR
