"""Writes the hook reference, `docs/hooks.md`, from the hook specifications: `python -m core.host.hookdocs`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from core.host import hookspecs

ROOT = Path(__file__).resolve().parents[2]
SPECS = Path(hookspecs.__file__)
EXAMPLE = ROOT / "tests" / "core" / "host" / "example" / "t_everything" / "plugin.py"
TARGET = ROOT / "docs" / "hooks.md"

HEAD = """
# Hooks

Made from `core/host/hookspecs.py` by `python -m core.host.hookdocs`; a test fails when it is not up to date.

A plugin implements a hook with a function of the hook's name in its `plugin.py`, marked `@hookimpl`, taking those of
the hook's arguments that it needs. Implementations are called in the order of dependencies, then by plugin name;
`@hookimpl(tryfirst=True)` and `trylast=True` move one to the ends. Each has a guard of its own: one that fails does
not keep the next from being called. The examples are from a plugin that the tests enable.
"""
OTHERS = """
## Hooks that plugins publish

A plugin publishes hooks in its own `hookspecs.py`. Implement them with `@hookimpl(optionalhook=True)`: while their
publisher is off nobody calls them.
"""


@dataclass(frozen=True)
class Hook:
    """One specification: its signature as it is written, its explanation, and what the comment over its group says."""

    name: str
    signature: str
    explanation: str
    when: str
    failure: str


def reference() -> str:
    """The text of `docs/hooks.md`."""
    return "\n".join(line.rstrip() for line in "\n".join(_lines()).splitlines()).strip() + "\n"


def _lines() -> Iterator[str]:
    examples = _functions(EXAMPLE)
    yield HEAD
    group = ""
    for hook in read_hooks(SPECS):
        if hook.when != group:
            group = hook.when
            yield f"\n## {hook.when[0].upper()}{hook.when[1:]}\n\nA failing implementation {hook.failure}.\n"
        yield from _section(hook, examples.get(hook.name, ""))
    published = sorted((ROOT / "plugins").glob("*/hookspecs.py"))
    if published:
        yield OTHERS
    for path in published:
        implementations = [_functions(each) for each in sorted((ROOT / "plugins").glob("*/plugin.py"))]
        for hook in read_hooks(path):
            example = next((found[hook.name] for found in implementations if hook.name in found), "")
            yield f"\nPublished by `{path.parent.name}`:\n"
            yield from _section(hook, example)


def _section(hook: Hook, example: str) -> Iterator[str]:
    yield f"\n### {hook.name}\n\n```python\n{hook.signature}\n```\n\n{hook.explanation}\n"
    if example:
        yield f"Example:\n\n```python\n{example}\n```\n"


def read_hooks(path: Path) -> list[Hook]:
    """The hooks specified in a file; nothing is imported."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            continue
        when, failure = _group(lines, node.lineno)
        found.append(Hook(node.name, _signature(node), dedent(ast.get_docstring(node) or ""), when, failure))
    return found


def _group(lines: list[str], line: int) -> tuple[str, str]:
    """The nearest `# -- when; a failure … ---` above a line, as its two halves."""
    for above in reversed(lines[:line]):
        if above.startswith("# -- "):
            when, _semicolon, failure = above.removeprefix("# -- ").rstrip("- ").partition("; a failure ")
            return when, failure
    return "", ""


def _signature(node: ast.FunctionDef) -> str:
    return (
        ast.unparse(ast.FunctionDef(node.name, node.args, [ast.Pass()], [], node.returns, lineno=0))
        .split("\n")[0]
        .rstrip(":")
    )


def _functions(path: Path) -> dict[str, str]:
    """The source of every decorated function of a file, its decorators included."""
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        node.name: "\n".join(lines[node.decorator_list[0].lineno - 1 : node.end_lineno])
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
