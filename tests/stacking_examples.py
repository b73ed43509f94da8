"""Writing down what a page shows: criteria, assets, and the stacks that come of them."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]
NAME, PATH, TIME = "originalFileName", "originalPath", "localDateTime"


class Example(NamedTuple):
    """What ``page`` of immich-stack shows under ``what``.

    ``assets`` are written as `asset` reads them; ``stacks`` has their names, the parent's first.
    ``names`` and ``extensions`` promote, where they are not what they are anyway.
    """

    page: str
    what: str
    criteria: Any
    assets: str
    stacks: list[str]
    names: str | None = None
    extensions: str | None = None


def split(*delimiters: str, index: int = 0, key: str = NAME) -> Json:
    return {"key": key, "split": {"delimiters": list(delimiters), "index": index}}


def regex(pattern: str, index: int = 0, key: str = NAME, **promote: Any) -> Json:
    return {"key": key, "regex": {"key": pattern, "index": index, **promote}}


def within(milliseconds: int) -> Json:
    return {"key": TIME, "delta": {"milliseconds": milliseconds}}


def both(*children: Json) -> Json:
    return {"operator": "AND", "children": [_node(child) for child in children]}


def either(*children: Json) -> Json:
    return {"operator": "OR", "children": [_node(child) for child in children]}


def no(child: Json) -> Json:
    return {"operator": "NOT", "children": [_node(child)]}


def expression(node: Json) -> Json:
    return {"mode": "advanced", "expression": _node(node)}


def groups(operator: str, *criteria: Json) -> Json:
    return {"mode": "advanced", "groups": [{"operator": operator, "criteria": list(criteria)}]}


def _node(value: Json) -> Json:
    return {"criteria": value} if "key" in value else value


def asset(text: str) -> Json:
    """The asset ``folder/NAME.jpg@seconds+flag=bytes``, of which only the name must be there."""
    rest, _, size = text.partition("=")
    rest, _, flag = rest.partition("+")
    path, _, seconds = rest.partition("@")
    name = path.rpartition("/")[2].rpartition("\\")[2]
    found: Json = {"id": name, NAME: name, PATH: path, "type": "IMAGE"}
    found[TIME] = f"2023-05-03T15:28:{float(seconds or 0):06.3f}Z"
    if flag:
        found[flag] = True
    if size:
        found["exifInfo"] = {"fileSizeInByte": int(size)}
    return found
