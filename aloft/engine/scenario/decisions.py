"""Every decision of a scenario, in order: what the engine kept as verdicts, under the names of the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aloft.act.log import from_objects
from aloft.act.models import Occurrence, Verdict
from aloft.decide.values import Reason
from aloft.records.models import Person
from aloft.records.relationships import SEPARATOR


@dataclass(frozen=True)
class Decision:
    """`nth`: which of its moment's occurrences at the account, by due; None where none has opened for it.

    `due` and `owner` are those of the occurrence at the time, `guests` whom it invites in the end.
    """

    at: datetime
    account: str
    product: str
    contact: str
    moment: str
    anchor: str
    n: int
    nth: int | None
    verdict: str
    due: datetime | None
    owner: str
    channel: str
    guests: tuple[str, ...]
    version: int
    details: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    because: str

    @property
    def occurrence(self) -> str:
        return f"{self.anchor}#{self.n}"

    def as_object(self) -> dict[str, Any]:
        """As `--json` prints it; instants in UTC."""
        return {
            "at": spelled(self.at),
            "account": self.account,
            **({"product": self.product} if self.product else {}),
            **({"contact": self.contact} if self.contact else {}),
            "moment": self.moment,
            "occurrence": self.occurrence,
            "verdict": self.verdict,
            "due": spelled(self.due) if self.due else None,
            "owner": self.owner or None,
            "to": self.details.get("to") or None,
            "channel": self.details.get("channel") or self.channel or None,
            "model_version": self.version,
            "reasons": [
                {"rule": one.rule, "held": one.held, "says": one.says, "found": one.found}
                for one in self.reasons
            ],
        }


def spelled(instant: datetime) -> str:
    """`2026-01-09T10:00Z`; with seconds only where there are any."""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    exact = utc.second or utc.microsecond
    return utc.isoformat(timespec="auto" if exact else "minutes") + "Z"


def decisions() -> list[Decision]:
    """Of everybody, as they were made."""
    handles = {person.name: person.handle for person in Person.objects.all()}
    nth = _by_due()
    due: dict[int, datetime] = {}
    owner: dict[int, str] = {}
    found = []
    rows = Verdict.objects.select_related("account", "occurrence__contact", "model_version")
    for row in rows.order_by("at", "id"):
        details = {**row.details}
        for name in ("owner", "to"):
            if name in details:
                details[name] = handles.get(details[name], details[name])
        standing, key = row.occurrence, row.occurrence_id or 0
        if "due" in details:
            due[key] = datetime.fromisoformat(details["due"])
        if "owner" in details:
            owner[key] = details["owner"]
        found.append(_decision(row, standing, details, nth.get(key), due.get(key), owner.get(key, "")))
    return found


def _decision(
    row: Verdict,
    standing: Occurrence | None,
    details: Mapping[str, Any],
    nth: int | None,
    due: datetime | None,
    owner: str,
) -> Decision:
    account, _, product = row.account.external_id.partition(SEPARATOR)
    contact = standing.contact.external_id if standing and standing.contact else ""
    return Decision(
        at=row.at,
        account=account,
        product=product,
        contact=contact or str(details.get("contact", "")),
        moment=row.moment,
        anchor=row.anchor,
        n=row.n,
        nth=nth,
        verdict=row.verdict,
        due=due if standing else None,
        owner=owner if standing else "",
        channel=standing.channel if standing else "",
        guests=tuple(one["contact"] for one in standing.guests) if standing else (),
        version=row.model_version.version,
        details=details,
        reasons=from_objects(row.reasons),
        because=standing.because if standing and row.verdict == "opened" else "",
    )


def _by_due() -> dict[int, int]:
    """The place of each occurrence among those of its moment and account, by due."""
    counted: dict[tuple[int, str], int] = {}
    found = {}
    for pk, account, moment in Occurrence.objects.order_by("due_at", "id").values_list(
        "pk", "account", "moment"
    ):
        counted[account, moment] = found[pk] = counted.get((account, moment), 0) + 1
    return found
