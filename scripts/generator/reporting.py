"""What a regeneration tells: the API's changes, and what a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import documents
from .changes import Change
from .classes import named
from .corrections import correct
from .overlay import overlay_from
from .project import Project


def report(
    here: Project,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    found: Iterable[Change],
    idle: Iterable[str],
) -> None:
    """Print the changes from ``old`` to ``new``, then what is still to be done."""
    print(
        f"Immich v{new['release']}: {len(new['operations'])} operations in {len(new['tags'])} "
        f"groups, {len(new['schemas'])} schemas."
    )
    if old:
        found = list(found)
        print(f"Changes since v{old['release']}: {len(found) or 'none'}")
        for change in found:
            print(f"  {change}")
    for line in _to_do(here, new):
        print(line)
    for words in idle:
        print(f"A correction does not apply: {words}")


def _to_do(here: Project, new: Mapping[str, Any]) -> Iterator[str]:
    overlay = overlay_from(here.read("overlay.json"))
    corrected, _ = correct(new, here.read("corrections.json") or [])
    whole = named(corrected)
    for tag in new["tags"]:
        if tag not in overlay.groups:
            yield f"No summary for the group {tag} yet"
    for id_ in sorted(new["operations"]):
        if not overlay.operation(id_).get("summary"):
            yield f'No summary for {id_} yet; it says "{documents.summary_of_operation(id_)}"'
        facts = new["operations"][id_]
        if facts["method"] == "POST" and not overlay.operation(id_):
            yield f"Is {id_} repeatable, does it only read? Unless overlay.json says so, no"
    for name in sorted(whole["schemas"]):
        if not overlay.schema(name).get("summary"):
            yield f'No summary for {name} yet; it says "{documents.summary_of_schema(name)}"'
    gone = [
        *(name for name in overlay.operations if name not in whole["operations"]),
        *(name for name in overlay.schemas if name not in whole["schemas"]),
        *(f"the group {tag}" for tag in overlay.groups if tag not in whole["tags"]),
    ]
    for name in sorted(gone):
        yield f"overlay.json still speaks of {name}, which v{new['release']} does not have"
    for name in sorted(_extensions(new)):
        yield f"An extension that the generator does not know was kept: {name}"


def _extensions(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = value.get("extensions")
        names = set(own) if isinstance(own, dict) and _are_extensions(own) else set()
        return names.union(*(_extensions(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_extensions(item) for item in value))
    return set()


def _are_extensions(facts: Mapping[str, Any]) -> bool:
    return all(name.startswith("x-") for name in facts)
