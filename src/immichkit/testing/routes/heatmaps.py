"""How many photos there are of each day of a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.validation import Complaint, Path, optional

if TYPE_CHECKING:
    from immichkit.testing.routing import Call

_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(weeks=52)


def view(call: Call, user_id: str) -> dict[str, Any]:
    """The user's days, by upload or by taking; without dates those of the last 52 weeks."""
    query = validation.read(_in_order, dict(call.request.query_params))
    last: date = query.get("to") or datetime.now(UTC).date()
    first: date = query.get("from") or last - _YEAR + _DAY
    counts = call.state.counts.per_day(
        user_id, first, last, by_date_taken=query.get("type") == "taken"
    )
    days = [first + index * _DAY for index in range((last - first).days + 1)]
    series = [{"date": f"{day}", "count": counts.get(f"{day}", 0)} for day in days]
    return {
        "from": f"{first}",
        "to": f"{last}",
        "series": series,
        "totalCount": sum(counts.values()),
    }


def _date(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    text = validation.text()(value, path, complaints)
    try:
        return text and date.fromisoformat(text)
    except ValueError:
        message = "Invalid input: expected ISO date string (YYYY-MM-DD), received string"
        more = {"origin": "string", "format": "date"}
        return validation.complain(complaints, "invalid_format", path, message, **more)


def _in_order(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    query = _FIELDS(value, path, complaints)
    if not complaints and "from" in query and "to" in query and query["from"] > query["to"]:
        message = "from must be before to"
        return validation.complain(complaints, "custom", ("from",), message)
    return query


_FIELDS: Final = validation.shape(
    {
        "from": optional(_date),
        "to": optional(_date),
        "type": optional(validation.one_of("upload", "taken")),
    }
)
