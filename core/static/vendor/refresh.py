"""Fills this folder with the front-end packages that Prospecto serves itself, taken from npm.

Run it after changing a version below or adding an icon: `python core/static/vendor/refresh.py`.
It needs `npm`; what it leaves behind (files, licences, VENDOR.json) is committed, so an installation needs nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
KEPT = {"refresh.py", "icons.txt"}


@dataclass(frozen=True)
class Package:
    """One npm package: which version range, and which of its files are served under which name."""

    name: str
    version: str
    files: dict[str, str]


PACKAGES = (
    Package("@tabler/core", "1", {"dist/css/tabler.min.css": "tabler.css"}),
    Package("@tabler/icons", "3", {}),
    Package("htmx.org", "2", {"dist/htmx.min.js": "htmx.min.js"}),
    Package("tom-select", "2", {"dist/js/tom-select.complete.min.js": "tom-select.min.js"}),
    Package("sortablejs", "1", {"Sortable.min.js": "sortable.min.js"}),
    Package("echarts", "6", {"dist/echarts.min.js": "echarts.min.js"}),
    Package("leaflet", "1", {"dist/leaflet.js": "leaflet.min.js", "dist/leaflet.css": "leaflet.css"}),
    Package("iso-3166", "4", {}),
    Package("world-atlas", "2", {}),
    Package(
        "@fontsource-variable/inter",
        "5",
        {
            "files/inter-latin-opsz-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-opsz-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
)


def refresh() -> None:
    """Replace everything here but this script and its list of icons."""
    for old in HERE.iterdir():
        if old.is_file() and old.name not in KEPT:
            old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        rows = [fill(package, Path(scratch)) for package in PACKAGES]
    (HERE / "VENDOR.json").write_text(json.dumps(rows, indent=2) + "\n")


def fill(package: Package, scratch: Path) -> dict[str, object]:
    unpacked = fetch(package, scratch)
    about = json.loads((unpacked / "package.json").read_text())
    served = dict(package.files)
    for source, target in served.items():
        shutil.copyfile(unpacked / source, HERE / target)
        strip_source_map(HERE / target)
    if package.name == "@tabler/icons":
        write_sprite(unpacked / "icons")
        served["icons"] = "icons.svg"
    if package.name == "@tabler/core":
        put_in_layer(HERE / "tabler.css")
    if package.name == "leaflet":
        drop_pictures(HERE / "leaflet.css")
    if package.name == "iso-3166":
        write_regions(unpacked / "2.js")
        served["2.js"] = "regions.json"
    if package.name == "world-atlas":
        write_land(unpacked / "countries-110m.json")
        served["countries-110m.json"] = "land.json"
    licence = copy_licence(package, unpacked)
    return asdict(
        Vendored(package.name, about["version"], about["license"], sorted(served.values()), licence)
    )


@dataclass(frozen=True)
class Vendored:
    """One line of VENDOR.json."""

    name: str
    version: str
    licence: str
    files: list[str]
    licence_file: str


def fetch(package: Package, scratch: Path) -> Path:
    """Download and unpack one package; npm chooses the newest version within the range."""
    folder = scratch / re.sub(r"\W+", "-", package.name).strip("-")
    folder.mkdir()
    subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}", "--pack-destination", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def strip_source_map(path: Path) -> None:
    """A browser's inspector would ask for a map that is not served."""
    if path.suffix in {".js", ".css"}:
        text = path.read_text()
        path.write_text(re.sub(r"(//# |/\*# )sourceMappingURL=\S+( \*/)?", "", text).rstrip() + "\n")


def put_in_layer(path: Path) -> None:
    """Inside a cascade layer Tabler's rules give way to ours whatever their specificity."""
    text = re.sub(r'^@charset "[^"]*";', "", path.read_text())
    path.write_text("@layer tabler{" + text.strip() + "}\n")


def copy_licence(package: Package, unpacked: Path) -> str:
    found = sorted(
        path for path in unpacked.iterdir() if path.stem.upper() in {"LICENSE", "LICENCE"} and path.is_file()
    )
    if not found:
        return ""
    target = f"LICENSE.{re.sub(r'[^a-z]+', '-', package.name).strip('-')}.txt"
    notice = unpacked / "NOTICE"
    texts = [found[0], *([notice] if notice.exists() else [])]
    (HERE / target).write_text("\n".join(path.read_text() for path in texts))
    return target


def write_regions(listed: Path) -> None:
    """{country: [names of its parts]} of ISO 3166-2, each part and the parts of parts, in the order of the alphabet."""
    regions: dict[str, set[str]] = {}
    for code, name in re.findall(
        r"code: '([A-Z]{2})-[^']*',\s*name: (?:'|\")(.*?)(?:'|\"),\n", listed.read_text()
    ):
        regions.setdefault(code, set()).add(name.replace("\\'", "'"))
    rows = {code: sorted(names, key=without_accents) for code, names in sorted(regions.items())}
    (HERE / "regions.json").write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n")


def without_accents(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))


def drop_pictures(path: Path) -> None:
    """Its markers and buttons are drawn by our own stylesheet."""
    path.write_text(
        re.sub(r"[ \t]*(background-image: url\([^)]*\)|behavior: [^;]*);\n", "", path.read_text())
    )


def write_land(atlas: Path) -> None:
    """Coasts and borders of Natural Earth as lines of [longitude, latitude], for a map that has no tiles."""
    topology = json.loads(atlas.read_text())
    (scale_x, scale_y), (start_x, start_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            point = [round(x * scale_x + start_x, 2), round(y * scale_y + start_y, 2)]
            if line and abs(point[0] - line[-1][0]) > 180:  # round the back of the world
                lines.append(line)
                line = []
            line.append(point)
        lines.append(line)
    (HERE / "land.json").write_text(json.dumps(lines, separators=(",", ":")) + "\n")


def write_sprite(icons: Path) -> None:
    """One file of <symbol>s whose ids are Tabler's own names; stroke 1.5 as the screens ask."""
    symbols = [symbol(icons, name) for name in sorted(wanted_icons())]
    (HERE / "icons.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(filter(None, symbols)) + "\n</svg>\n"
    )


def symbol(icons: Path, name: str) -> str:
    filled = name.endswith("-filled")
    source = (
        icons / "filled" / f"{name.removesuffix('-filled')}.svg"
        if filled
        else icons / "outline" / f"{name}.svg"
    )
    if not source.exists():
        print(f"no such icon: {name}")
        return ""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(), re.S)
    shapes = " ".join(inner.group(1).split()) if inner else ""
    shapes = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", shapes).strip()
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{shapes}</symbol>'


def wanted_icons() -> set[str]:
    """The list beside this script, and every name that templates, manifests and declarations use."""
    listed = {line.strip() for line in (HERE / "icons.txt").read_text().splitlines()}
    return {name for name in listed if name and not name.startswith("#")} | set(used_icons())


def used_icons() -> Iterator[str]:
    call = re.compile(r"""\bicon(?:\(|\s*=\s*|"\s*:\s*)["']([a-z0-9-]+)["']""")
    for top in ("core", "plugins"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in {".html", ".toml", ".py"} and path.name not in KEPT:
                yield from call.findall(path.read_text())


if __name__ == "__main__":
    refresh()
