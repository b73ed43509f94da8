#!/usr/bin/env python3
"""Measure what tidying up a big library takes: stacks, duplicates and the trash, end to end.

The embedded server has a process of its own, and so has each kind of work: it plans, applies with
a journal, plans again, which must find nothing left to do, and undoes it all. The exit status is 1
where a limit is not met.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from immichkit import Immich
    from immichkit.testing import SeedAsset

ASSETS = 100_000
MOST_MEMORY = 500 * 2**20
PAGE = 1000
FIRST = datetime(2015, 1, 1, tzinfo=UTC)

Row = tuple[str, str, str, bool]
Phase = tuple[str, Callable[[], object]]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assets", type=int, default=ASSETS)
    parser.add_argument("--kind", choices=KINDS, action="append", help="all of them unless named")
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--job", nargs=3, metavar=("KIND", "URL", "KEY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.assets)
        return 0
    if given.job:
        print(json.dumps(job(*given.job)))
        return 0
    rows = organising_rows(given.assets, kinds=given.kind or list(KINDS))
    for name, value, limit, _ in rows:
        print(f"{name:52} {value:>18} {limit:>14}")
    return 0 if all(met for *_, met in rows) else 1


def organising_rows(
    assets: int = ASSETS, python: str = sys.executable, kinds: list[str] | None = None
) -> list[Row]:
    """What was measured, the figure, its limit, and whether that is met."""
    rows: list[Row] = []
    for kind in kinds or KINDS:
        with served(python, kind, assets) as (url, key):
            found = json.loads(run(python, __file__, "--job", kind, url, key))
        memory = found.pop("memory")
        for name, cost in found.items():
            most = KINDS[kind][2][name] * assets + 100
            shown = f"{cost['seconds']:.1f} s, {cost['requests']:,}"
            limit = f"<= {most:,.0f} requests"
            rows.append(
                (f"{kind}, {assets:,} assets: {name}", shown, limit, cost["requests"] <= most)
            )
        limit = f"<= {MOST_MEMORY >> 20} MiB"
        shown = f"{memory / 2**20:.0f} MiB"
        rows.append((f"{kind}: memory of the client", shown, limit, memory <= MOST_MEMORY))
    return rows


def run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def served(python: str, kind: str, assets: int) -> Iterator[tuple[str, str]]:
    """The URL and the key of a server with a library in a process of its own."""
    command = [python, __file__, "--serve", kind, "--assets", str(assets)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout  # noqa: PT018, S101  # both are pipes
        url, key = process.stdout.readline().split()
        try:
            yield url, key
        finally:
            process.stdin.close()


def serve(kind: str, assets: int) -> None:
    """A server with a library until the input ends."""
    from immichkit.testing import ImmichServer

    with ImmichServer() as server:
        server.seed(KINDS[kind][0](assets))
        print(server.url, server.api_key, flush=True)
        sys.stdin.read()


def job(kind: str, url: str, key: str) -> dict[str, Any]:
    """Seconds and requests of each phase, and the most memory that the process ever had."""
    from immichkit import Immich

    sent = 0

    def count(_: object) -> None:
        nonlocal sent
        sent += 1

    costs: dict[str, Any] = {}
    with (
        Immich(url, api_key=key, on_request=count) as immich,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, call in KINDS[kind][1](immich, Path(folder) / "undo.jsonl"):
            sent, begun = 0, time.perf_counter()
            call()
            seconds = time.perf_counter() - begun
            costs[name] = {"seconds": seconds, "requests": sent}
            print(kind, name, costs[name], _memory() >> 20, "MiB", file=sys.stderr)
    return {**costs, "memory": _memory()}


def _memory() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def pairs(count: int, second: str, **facts: Any) -> Iterator[SeedAsset]:
    """Photos in pairs, seconds apart."""
    from immichkit.testing import SeedAsset

    for number in range(count):
        shot, is_second = divmod(number, 2)
        name = f"IMG_{shot:07}.{second if is_second else 'JPG'}"
        more = {key: value(shot) for key, value in facts.items()}
        yield SeedAsset(name=name, taken=FIRST + timedelta(seconds=7 * shot), **more)


def stacks(immich: Immich, journal: Path) -> Iterator[Phase]:
    return _planned(immich, journal, immich.stacks.plan, immich.stacks.apply)


def duplicates(immich: Immich, journal: Path) -> Iterator[Phase]:
    def plan() -> Any:
        return immich.duplicates.plan("largest")

    return _planned(immich, journal, plan, immich.duplicates.apply)


def equal_names(immich: Immich, journal: Path) -> Iterator[Phase]:
    def plan() -> Any:
        groups = immich.duplicates.find_by_name_and_time()
        return immich.duplicates.plan("largest", groups=groups)

    return _planned(immich, journal, plan, immich.duplicates.apply)


def _planned(
    immich: Immich, journal: Path, plan: Callable[[], Any], apply: Callable[..., Any]
) -> Iterator[Phase]:
    """Plan, apply, plan again and undo."""
    made: list[Any] = []
    yield "plan", lambda: made.append(plan())
    if made[0].is_empty:
        raise SystemExit(f"nothing to do: {made[0]}")
    yield "apply", lambda: apply(made.pop(), journal=journal).raise_for_failures()
    yield "plan again", lambda: _is_empty(plan())
    yield "undo", lambda: _undone(immich, journal)


def trash(immich: Immich, journal: Path) -> Iterator[Phase]:
    ids = [asset.id for asset in immich.search.iter_assets()]
    yield "apply", lambda: immich.assets.trash(ids, journal=journal).raise_for_failures()
    yield "plan again", lambda: immich.assets.trash(ids)
    yield "undo", lambda: _undone(immich, journal)


def _is_empty(plan: Any) -> None:
    if not plan.is_empty:
        raise SystemExit(f"planned again, it is not empty: {plan}")


def _undone(immich: Immich, journal: Path) -> None:
    from immichkit import Journal

    Journal(journal).undo(immich).raise_for_failures()


PER_PAGE = 3 / PAGE
SEEDS = {
    "stacks": lambda count: pairs(count, "DNG"),
    "duplicates": lambda count: pairs(count, "DNG", duplicate=lambda shot: f"{shot}"),
    "equal names": lambda count: pairs(count, "JPG"),
    "trash": lambda count: pairs(count, "JPG"),
}
KINDS: dict[str, tuple[Any, Any, dict[str, float]]] = {
    # A stack is made and dissolved by a request of its own: there are half as many as assets.
    "stacks": (
        SEEDS["stacks"],
        stacks,
        {"plan": PER_PAGE, "apply": 0.5, "plan again": PER_PAGE, "undo": 0.5},
    ),
    # Each asset is looked at once more right before it is trashed.
    "duplicates": (
        SEEDS["duplicates"],
        duplicates,
        {"plan": 0, "apply": 1.1, "plan again": 0, "undo": 0.6},
    ),
    "equal names": (
        SEEDS["equal names"],
        equal_names,
        {"plan": PER_PAGE, "apply": 1.6, "plan again": PER_PAGE, "undo": 0.1},
    ),
    "trash": (SEEDS["trash"], trash, {"apply": PER_PAGE, "plan again": PER_PAGE, "undo": PER_PAGE}),
}


if __name__ == "__main__":
    sys.exit(main())
