"""The docstrings of operations: our summary, then the facts that types cannot say."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from . import names
from .canonical import dumps
from .history import History, release_key
from .shapes import referred

WIDTH = 88
MANY_VALUES = 10
ANY_INTEGER = 9007199254740991


class _Argument(Protocol):
    @property
    def python(self) -> str: ...
    @property
    def wire(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def required(self) -> bool: ...


class _Sources(Protocol):
    @property
    def contract(self) -> Mapping[str, Any]: ...
    @property
    def history(self) -> History: ...
    @property
    def supported(self) -> list[str]: ...


def summary_of_operation(id_: str) -> str:
    """A summary made from the operation's id, for one that has none of its own yet."""
    words = names.snake(id_).split("_")
    return f"{words[0].capitalize()} {' '.join(words[1:])}".strip() + "."


def summary_of_schema(name: str) -> str:
    """A summary made from the schema's name, for one that has none of its own yet."""
    words = " ".join(re.sub(r"_dto(?=_|$)", "", names.snake(name)).split("_"))
    return f"{words.capitalize()}."


def since(id_: str, facts: Mapping[str, Any], sources: _Sources) -> str | None:
    """The release that added an operation, as exactly as the contracts tell."""
    found = sources.history.releases_of(f"operations/{id_}")
    missing = [release for release in sources.supported if release not in found]
    if missing and found:
        return next(release for release in sources.history.releases if release in found)
    added = [entry["version"] for entry in facts.get("history", ()) if entry["state"] == "Added"]
    return str(added[0]).removeprefix("v") if added else None


def operation_doc(
    id_: str,
    facts: Mapping[str, Any],
    overlay: Mapping[str, Any],
    arguments: Iterable[_Argument],
    sources: _Sources,
) -> str:
    """The docstring of an operation's function and methods."""
    paragraphs = [overlay.get("summary") or summary_of_operation(id_)]
    explained, limits = list[str](), list[str]()
    # As in the signature: the path's own, then by name, the required ones first.
    for argument in sorted(
        arguments, key=lambda a: (a.where != "path", not a.required, a.where != "path" and a.python)
    ):
        words = overlay.get("arguments", {}).get(argument.python)
        said = _limits(id_, argument, facts, sources)
        if words:
            limit = f"; it {_and(said)}" if said else ""
            explained.append(textwrap.fill(f"``{argument.python}`` {words}{limit}.", WIDTH))
        elif said:
            limits.append(f"``{argument.python}`` {_and(said)}.")
    if explained:
        paragraphs.append("\n".join(explained))
    if limits:
        paragraphs.append(textwrap.fill(" ".join(limits), WIDTH))
    if facts.get("deprecated") or facts.get("state") == "Deprecated":
        paragraphs.append("Deprecated: the server's makers advise against it.")
    paragraphs.append(textwrap.fill(_foot(id_, facts, sources), WIDTH, break_long_words=False))
    return "\n\n".join(paragraphs)


def saved_doc(name: str, doc: str) -> str:
    """The docstring of the twin of the operation ``name`` that writes to a file."""
    summary, _, rest = doc.partition("\n\n")
    first = f"Save to a file what `{name}` gives, and return where, how much and its SHA-1."
    target = textwrap.fill(
        "``target`` is the file itself, or a folder to put it into by the name that the server "
        "gives: a folder is one that exists, or a text that ends in a slash, and is then made (a "
        "`Path` keeps no slash at its end). The file is there only once it is whole.",
        WIDTH,
    )
    overwrite = textwrap.fill(
        '``overwrite`` says what happens to a file that is there already: ``"error"`` raises '
        '`FileExistsError`, ``"skip"`` leaves it alone, ``"replace"`` puts the new one in its '
        'place, ``"rename"`` saves under a name that is free.',
        WIDTH,
    )
    going = textwrap.fill(
        "``resume`` goes on where an earlier call broke off, ``verify`` compares the SHA-1 where "
        "the server tells it, ``on_progress`` is called now and then with the bytes that are there "
        "and the bytes in all, None if that is not known.",
        WIDTH,
    )
    return "\n\n".join((first, summary, f"{target}\n{overwrite}\n{going}", rest))


def _foot(id_: str, facts: Mapping[str, Any], sources: _Sources) -> str:
    parts = [f"``{facts['method']} {facts['path']}``"]
    if facts.get("permission"):
        parts.append(f"needs {facts['permission']}")
    elif facts["security"]:
        parts.append("needs a signed-in user")
    else:
        parts.append("needs no sign-in")
    if facts.get("adminOnly"):
        parts.append("administrators only")
    added = since(id_, facts, sources)
    if added:
        parts.append(f"since v{added}")
    state = facts.get("state")
    if state in {"Alpha", "Beta", "Internal"}:
        parts.append(f"{state.lower()}, may change")
    return " · ".join(parts)


def _limits(
    id_: str, argument: _Argument, facts: Mapping[str, Any], sources: _Sources
) -> list[str]:
    """What is known of an argument beyond its type, as the ends of a sentence."""
    schema = _schema_of(argument, facts, sources.contract)
    said = []
    values = sources.contract["schemas"].get(referred(schema) or "", {}).get("enum", ())
    if 1 < len(values) <= MANY_VALUES:
        said.append(f"is {_or(dumps(value).strip() for value in values)}")
    low, high = schema.get("minimum"), schema.get("maximum")
    if low in {-ANY_INTEGER, None} and high in {ANY_INTEGER, None}:
        pass
    elif high in {ANY_INTEGER, None}:
        said.append(f"is at least {_number(low)}")
    elif low in {-ANY_INTEGER, None}:
        said.append(f"is at most {_number(high)}")
    else:
        said.append(f"is {_number(low)} to {_number(high)}")
    said.extend(_sizes(schema, "Length", "characters"))
    said.extend(_sizes(schema, "Items", "items"))
    default = schema.get("default")
    if default is not None and default != {}:
        shown = dumps(default).strip() if isinstance(default, dict | list | str) else str(default)
        said.append(f"defaults to {shown}")
    item = (
        f"body/{id_}/{argument.wire}"
        if argument.where == "body"
        else f"parameters/{id_}/{argument.where}.{argument.wire}"
    )
    found = sources.history.releases_of(item)
    lacking = [release for release in sources.supported if release not in found]
    if found and lacking and sources.supported[0] in lacking:
        first = next(release for release in sources.supported if release in found)
        if sources.history.has(f"operations/{id_}", sources.supported[0]):
            said.append(f"needs server {first} or later")
    for type_, releases in sorted(sources.history.types_of(item).items()):
        if releases & set(sources.supported) and sources.contract["release"] not in releases:
            last = max(releases, key=release_key)
            first = next(r for r in sources.supported if release_key(r) > release_key(last))
            said.append(f"was a {type_} before server {first}")
    return said


def _schema_of(
    argument: _Argument, facts: Mapping[str, Any], contract: Mapping[str, Any]
) -> Mapping[str, Any]:
    for parameter in facts["parameters"]:
        if (parameter["in"], parameter["name"]) == (argument.where, argument.wire):
            schema: Mapping[str, Any] = parameter["schema"]
            return schema
    for content in facts.get("body", {}).get("content", {}).values():
        body = contract["schemas"].get(referred(content) or "", content)
        found: Mapping[str, Any] = body.get("properties", {}).get(argument.wire, {})
        return found
    return {}


def _sizes(schema: Mapping[str, Any], what: str, unit: str) -> list[str]:
    low, high = schema.get(f"min{what}"), schema.get(f"max{what}")
    if low and high:
        return [f"has {low} to {high} {unit}"]
    if low:
        return [f"has at least {low} {unit}" if low > 1 else "must not be empty"]
    return [f"has at most {high} {unit}"] if high else []


def _number(value: Any) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _or(values: Iterable[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}"


def _and(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
