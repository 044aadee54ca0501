"""`prospecto merge`: several records become one, and one becomes several again."""

from __future__ import annotations

import click

from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json
from core.config import load_config


@click.command()
@click.argument("resource", required=False)
@click.argument("keep", type=click.IntRange(1), required=False)
@click.argument("gone", type=click.IntRange(1), nargs=-1)
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="FIELD=ID",
    help="The field keeps the value of this record; else what is filled stays.",
)
@click.option("--undo", type=click.IntRange(1), metavar="MERGE", help="Take this merge back instead.")
@click.option("--user", metavar="EMAIL", help="In whose name; else the first administrator's.")
@json_option
def merge(
    resource: str | None,
    keep: int | None,
    gone: tuple[int, ...],
    sources: tuple[str, ...],
    undo: int | None,
    user: str | None,
    as_json: bool,
) -> None:
    """Merge records: RESOURCE KEEP GONE…, e.g. `merge leads 12 15 18`."""
    from core.merging.service import Wishes
    from core.merging.service import merge as merge_records
    from core.merging.undo import part
    from core.resources.context import Refused, write_context
    from core.resources.write import NotValid

    if (undo is None) == (resource is None or keep is None or not gone):
        raise Wrong("Say which records: RESOURCE KEEP GONE…, or --undo MERGE.")
    with in_app(load_config(), user=user, by_administrator=True) as (session, house):
        context = write_context(session, house, session.info.get("actor"), "command")
        try:
            if undo is not None:
                done = part(context, undo)
                told = {
                    "record": done.record_id,
                    "back": list(done.back_ids),
                    "left": list(map(str, done.left)),
                }
            else:
                if resource not in house.resources:
                    raise Wrong(f"There are no {resource}; there are: {', '.join(house.resources)}")
                assert keep is not None
                wishes = Wishes(sources=_sources(sources))
                row = merge_records(context, house.resources[resource], keep, gone, wishes)
                told = {"record": keep, "merge": row.id, "gone": row.gone_ids}
            session.commit()
        except Refused as refused:
            raise Wrong(str(refused.message)) from None
        except NotValid as error:
            raise Wrong(str(error)) from None
    if as_json:
        say_json(told)
        return
    for name, value in told.items():
        say(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def _sources(texts: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for text in texts:
        name, _equals, id = text.partition("=")
        if not name or not id.isdecimal():
            raise Wrong(f"--from {text}: write FIELD=ID")
        found[name] = int(id)
    return found
