#!/usr/bin/env python3
"""Measure how long stacks take to plan, and how much memory beyond the models.

Each kind of plan is made in a process of its own, as often as asked for; the best time and the
most memory count, and of time that of the processor: one core does it all. The exit status is 1
where a limit is not met.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

ASSETS = 1_000_000
FOLDER = 8_000
MOST_SECONDS = 5.0
MOST_GROWTH = 13.0  # ten times the assets
MOST_FOR_A_TREE = 3.0  # times the default criteria
MOST_FOR_A_FOLDER = 1.0
MOST_MEMORY = 2**30


def regex(pattern: str) -> dict[str, Any]:
    key = {"key": pattern, "index": 1}
    return {"criteria": {"key": "originalFileName", "regex": key}}


TIME = {"key": "localDateTime", "delta": {"milliseconds": 1000}}
SPLIT = {"key": "originalFileName", "split": {"delimiters": ["~", "."], "index": 0}}
BY_FOLDER = {"key": "originalPath", "split": {"delimiters": ["/"], "index": 2}}
CAMERAS = [regex(r"^(PXL_\d+_\d+)"), regex(r"^(IMG_\d+)"), {"criteria": SPLIT}]
CHILDREN = [
    {"operator": "OR", "children": CAMERAS},
    {"operator": "NOT", "children": [{"criteria": {"key": "isTrashed"}}]},
    {"criteria": TIME},
]
CRITERIA: dict[str, Any] = {
    "default": None,
    "tree": {"mode": "advanced", "expression": {"operator": "AND", "children": CHILDREN}},
    "folder": {"mode": "advanced", "groups": [{"operator": "OR", "criteria": [BY_FOLDER, TIME]}]},
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assets", type=int, default=ASSETS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", choices=CRITERIA, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.kind:
        print(json.dumps(measured(given.kind, given.assets, given.rounds)))
        return 0
    rows = stacking_rows(given.assets, given.rounds)
    for name, value, limit, _ in rows:
        print(f"{name:52} {value:>18} {limit:>14}")
    return 0 if all(met for *_, met in rows) else 1


def stacking_rows(
    assets: int = ASSETS, rounds: int = 5, python: str = sys.executable
) -> list[tuple[str, str, str, bool]]:
    """What was measured, the figure, its limit, and whether that is met."""
    tenth = in_a_process(python, "default", assets // 10, 3 * rounds)
    plain = in_a_process(python, "default", assets, rounds)
    tree = in_a_process(python, "tree", assets, rounds)
    folder = in_a_process(python, "folder", FOLDER, rounds)
    seconds, growth = plain["seconds"], plain["seconds"] / tenth["seconds"]
    times, memory = tree["seconds"] / seconds, max(plain["memory"], tree["memory"])
    most = MOST_SECONDS * assets / ASSETS
    return [
        (f"stacks of {assets:,} assets", f"{seconds:.2f} s", f"<= {most:g} s", seconds <= most),
        ("  than of a tenth", f"{growth:.1f}x", f"<= {MOST_GROWTH:g}x", growth <= MOST_GROWTH),
        (
            "  by an expression",
            f"{tree['seconds']:.2f} s ({times:.1f}x)",
            f"<= {MOST_FOR_A_TREE:g}x",
            times <= MOST_FOR_A_TREE,
        ),
        (
            "  memory beyond the models",
            f"{memory / 2**20:.0f} MiB",
            f"<= {MOST_MEMORY >> 20} MiB",
            memory <= MOST_MEMORY,
        ),
        (
            f"a folder of {FOLDER:,} assets, linked by OR",
            f"{folder['seconds']:.2f} s",
            f"<= {MOST_FOR_A_FOLDER:g} s",
            folder["seconds"] <= MOST_FOR_A_FOLDER,
        ),
    ]


def in_a_process(python: str, kind: str, assets: int, rounds: int) -> dict[str, float]:
    command = [python, __file__, "--kind", kind, "--assets", str(assets), "--rounds", str(rounds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured(kind: str, count: int, rounds: int) -> dict[str, float]:
    """Seconds of the best round, and bytes that the plans needed on top of the models."""
    from immichkit import group_assets

    assets = library(count)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        group_assets(assets, CRITERIA[kind])
        best = min(best, time.process_time() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": best, "memory": (after - before) * 1024}


def library(count: int) -> list[Any]:
    """Assets of three cameras, each shot as RAW and JPEG, all in one folder."""
    from immichkit.models import AssetResponseDto, AssetTypeEnum, AssetVisibility

    fields: dict[str, Any] = dict.fromkeys(AssetResponseDto.__struct_fields__[:22])
    fields |= {"type": AssetTypeEnum.IMAGE, "visibility": AssetVisibility.TIMELINE}
    fields |= dict.fromkeys(("has_metadata", "is_archived", "is_favorite", "is_trashed"), False)
    assets = []
    for number in range(count):
        shot, ending = number // 2, ("DNG", "JPG")[number % 2]
        name = (f"PXL_20230503_{shot:09}", f"IMG_{shot:07}", f"DSC{shot:07}")[shot % 3]
        fields["id"] = f"{number:08x}-a39f-4ced-8404-cf78fb8d9cd8"
        fields["original_file_name"] = f"{name}.{ending}"
        fields["original_path"] = f"/photos/all/{name}.{ending}"
        shown = timedelta(seconds=7 * shot, milliseconds=300 * (number % 2))
        fields["local_date_time"] = datetime(2015, 1, 1, tzinfo=UTC) + shown
        assets.append(AssetResponseDto(**fields))
    return assets


if __name__ == "__main__":
    sys.exit(main())
