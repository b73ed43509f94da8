"""The queues of work that the server does after it has answered, and which of them are paused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from immichkit_api.models import QueueName

from immichkit.testing import times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immichkit.testing.state.database import Database, Row

METADATA: Final = QueueName.METADATA_EXTRACTION.value
THUMBNAILS: Final = QueueName.THUMBNAIL_GENERATION.value


class Queues:
    """What waits in each queue, in the order in which it came."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_paused(self, queue: str) -> bool:
        """Whether what comes into the queue stays there for the time being."""
        row = self._database.one("select is_paused from queue where name = ?", [queue])
        return row is not None and bool(row["is_paused"])

    def pause(self, queue: str, *, is_paused: bool) -> None:
        """Hold back what waits, or let go of it."""
        self._database.run(
            "insert into queue (name, is_paused) values (?, ?) "
            "on conflict (name) do update set is_paused = excluded.is_paused",
            [queue, is_paused],
        )

    def add(
        self, queue: str, job: str, data: Mapping[str, Any], asset_id: str | None = None
    ) -> None:
        """Let a job wait; one that is about an asset goes with it."""
        with self._database.transaction():
            self._database.insert(
                "queue_job",
                queue=queue,
                number=self.count(queue),
                job=job,
                data=json.dumps(data),
                asset_id=asset_id,
                queued_at=times.now(),
            )

    def count(self, queue: str) -> int:
        """The number of a job that just came, the first being 1."""
        self._database.run(
            "insert into queue (name, jobs) values (?, 1) "
            "on conflict (name) do update set jobs = jobs + 1",
            [queue],
        )
        row = self._database.one("select jobs from queue where name = ?", [queue])
        return 0 if row is None else row["jobs"]

    def jobs(self, queue: str) -> list[Row]:
        """What waits."""
        return self._database.all(
            "select * from queue_job where queue = ? order by number", [queue]
        )

    def assets(self, queue: str) -> list[str]:
        """The assets that something waits to be done with, the first come first."""
        return [row["asset_id"] for row in self.jobs(queue) if row["asset_id"] is not None]

    def is_waiting(self, queue: str, asset_id: str) -> bool:
        """Whether something waits to be done with the asset."""
        sql = "select 1 from queue_job where queue = ? and asset_id = ?"
        return self._database.one(sql, [queue, asset_id]) is not None

    def done(self, queue: str, asset_id: str) -> None:
        """Strike out what waited to be done with the asset."""
        sql = "delete from queue_job where queue = ? and asset_id = ?"
        self._database.run(sql, [queue, asset_id])

    def empty(self, queue: str) -> None:
        """Do nothing of what waits."""
        self._database.run("delete from queue_job where queue = ?", [queue])

    def finish_chores(self) -> None:
        """Strike out what is about no asset and not held back: this server has it done already."""
        self._database.run(
            "delete from queue_job where asset_id is null "
            "and queue not in (select name from queue where is_paused)"
        )


def view(state: Queues, queue: str) -> dict[str, Any]:
    """The queue as v3.1 shows it."""
    is_paused, waiting = state.is_paused(queue), len(state.jobs(queue))
    statistics = dict.fromkeys(("active", "completed", "failed", "delayed"), 0)
    statistics |= {"waiting": 0, "paused": 0}
    statistics["paused" if is_paused else "waiting"] = waiting
    return {"name": queue, "isPaused": is_paused, "statistics": statistics}


def job_views(state: Queues, queue: str, statuses: Iterable[str]) -> list[dict[str, Any]]:
    """The jobs in the queue that are in one of these states."""
    if ("paused" if state.is_paused(queue) else "waiting") not in statuses:
        return []
    return [
        {
            "id": str(row["number"]),
            "name": row["job"],
            "timestamp": row["queued_at"] // 1000,
            "data": json.loads(row["data"]),
        }
        for row in state.jobs(queue)
    ]
