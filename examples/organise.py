"""Plan stacks of photos that belong together, make them, and take all of it back.

    python examples/organise.py [CRITERIA]

CRITERIA is the name of a preset, such as raw+jpeg, or JSON; without it, photos of one name that
were taken within a second. The server is the one that IMMICH_BASE_URL and IMMICH_API_KEY name; it
is left as it was. Without these, it is the embedded one (immichkit[testing]) with a few photos.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from immichkit import Immich, ImmichError, Journal

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@contextmanager
def embedded() -> Iterator[Immich]:
    """A server of our own, with pairs of raw files and photos, an edited one and a lonely one."""
    from immichkit.testing import ImmichServer, SeedAsset  # noqa: PLC0415  # an extra

    names = ("IMG_1.dng", "IMG_1.jpg", "IMG_1-edit.jpg", "IMG_2.dng", "IMG_2.jpg", "IMG_3.jpg")
    with ImmichServer() as server, Immich(server.url, api_key=server.api_key) as immich:
        server.seed(
            SeedAsset(name=name, taken=NOON + timedelta(minutes=int(name[4]))) for name in names
        )
        yield immich


def stacks(immich: Immich) -> set[tuple[str, ...]]:
    """The stacks as they can be compared: their assets, that which stands for each first."""
    return {
        (stack.primary_asset_id, *sorted(asset.id for asset in stack.assets))
        for stack in immich.stacks.fetch_all().values()
    }


def show(immich: Immich, criteria: str) -> bool:
    """Whether the server is as it was after a plan was applied and undone."""
    before = stacks(immich)
    plan = immich.stacks.plan(criteria)
    print(plan)
    with tempfile.TemporaryDirectory() as folder:
        # One of your own is kept for as long as you may want to go back.
        path = Path(folder) / "undo.jsonl"
        try:
            report = immich.stacks.apply(plan, journal=path)
            print(f"Applied: {report.counts or 'nothing to do'}")
            print(f"Planned again, there is nothing to do: {immich.stacks.plan(criteria).is_empty}")
        finally:
            if path.exists():
                undone = Journal(path).undo(immich)
                print(f"Undone: {undone.counts}")
                undone.raise_for_failures()
        report.raise_for_failures()
    is_same = stacks(immich) == before
    print("The stacks are as they were." if is_same else "The stacks are not as they were!")
    return is_same


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("criteria", nargs="?", default="", help="a preset or JSON")
    given = parser.parse_args()
    is_real = os.environ.get("IMMICH_BASE_URL") and os.environ.get("IMMICH_API_KEY")
    try:
        with Immich.from_env() if is_real else embedded() as immich:
            return 0 if show(immich, given.criteria) else 1
    except ImmichError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
