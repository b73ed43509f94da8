"""Regenerate openapi/ and generated/ from an Immich release, or check that they are fresh."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generator import bumping, changes, fetching, project
from generator.classes import named
from generator.comparison import compare
from generator.distil import distil
from generator.errors import GenerationError
from generator.history import History
from generator.reporting import report

EDITED = (
    "openapi/contract.json was edited by hand: take it back from version control, or name its "
    "release again; what a specification gets wrong belongs into openapi/corrections.json"
)


def main(words: list[str] | None = None) -> int:
    """The exit status: 0 if all went well, 1 if not."""
    parser = argparse.ArgumentParser(prog="scripts/regenerate", description=__doc__)
    parser.add_argument(
        "release",
        nargs="?",
        help="a release of Immich such as v3.1.0, fetched from its public repository; without it "
        "and without --spec the contract in openapi/ is used",
    )
    parser.add_argument("--spec", type=Path, metavar="PATH", help="an OpenAPI document on disk")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if anything generated is stale, edited or made by nothing",
    )
    parser.add_argument(
        "--bump",
        action="store_true",
        help="also write the version number, the CHANGELOG entry and the row of "
        "COMPATIBILITY.csv that follow from the changes",
    )
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parents[2], help=argparse.SUPPRESS
    )
    arguments = parser.parse_args(words)
    if arguments.check and (arguments.release or arguments.spec or arguments.bump):
        parser.error("--check looks at what is there; it takes no release and writes nothing")
    if arguments.release and arguments.spec:
        parser.error("give a release or --spec, not both")
    here = project.Project(arguments.root.resolve())
    try:
        if arguments.check:
            return check(here)
        return regenerate(here, arguments)
    except GenerationError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 1


def check(here: project.Project) -> int:
    """Compare what is on disk with what the contract on disk gives."""
    contract = here.read("contract.json")
    missing = [
        f"openapi/{name} is missing: run scripts/regenerate vX.Y.Z"
        for name in ("contract.json", "history.json")
        if not here.read(name)
    ]
    if missing:
        raise GenerationError(missing)
    history = History.from_json(here.read("history.json"))
    problems = [] if history.knows(contract) else [EDITED]
    files, _ = here.files(contract, history)
    problems += here.stale(files)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("Run scripts/regenerate; generated files are never edited.", file=sys.stderr)
    return 1 if problems else 0


def regenerate(here: project.Project, arguments: argparse.Namespace) -> int:
    """Write everything anew and tell what changed."""
    old = here.read("contract.json")
    history = History.from_json(here.read("history.json"))
    new = _contract(arguments, old, history)
    old_named, new_named = (named(old) if old else None), named(new)
    found: list[changes.Change] = []
    if old_named is not None:
        found = compare(old_named, new_named)
    history.add(new, new_named, old_named)
    files, idle = here.files(new, history)
    project.verified(files)
    is_new = bool(old) and old["release"] != new["release"]
    version, reason = changes.bump(found, here.version(), new_release=is_new)
    follows = f"Version: {here.version()} -> {version} ({reason})"
    if arguments.bump and (found or is_new):
        bumping.bump(here, version, new["release"], found)
        files, idle = here.files(new, history)
    here.write(files)
    report(here, old, new, found, idle)
    if found or is_new:
        print(follows)
    elif arguments.bump:
        print(f"Version: {version if not old else here.version()}, since nothing changed")
    return 0


def _contract(
    arguments: argparse.Namespace, old: Mapping[str, Any], history: History
) -> Mapping[str, Any]:
    """The contract to generate from: that of a specification, or the one on disk."""
    if arguments.release:
        return distil(fetching.download(arguments.release))
    if arguments.spec:
        return distil(fetching.read(arguments.spec))
    if not old:
        raise GenerationError(["there is no contract yet: give a release or --spec"])
    if not history.releases:
        raise GenerationError(
            ["openapi/history.json is missing: take it back from version control"]
        )
    if not history.knows(old):
        raise GenerationError([EDITED])
    return old


if __name__ == "__main__":
    sys.exit(main())
