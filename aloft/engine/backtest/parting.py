"""Who is played together: accounts of which one's decisions may rest on what is told of another.

They share a user, a contact or the id of a message, belong to one family, or were merged. Each such group, and whoever
stands alone, falls into one of so many parts by a digest of its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from aloft.facts.recorded import ENTRY
from aloft.facts.warehouse import Manifest
from aloft.measures.spark.connection import SparkConnection
from aloft.records.relationships import SEPARATOR

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

OF_ALL = -1
"""The part of what every part hears: rates of exchange."""
MEMBERS = "member string, first string"


def whole(account: str) -> str:
    """SQL: the account that a relationship is of."""
    return f"substring_index({account}, '{SEPARATOR}', 1)"


HOMES = f"""SELECT `user`, min({whole("account")}) AS home FROM entry
    WHERE account <> '' AND `user` <> '' GROUP BY `user`"""
OWNED = f"""SELECT e.*, CASE WHEN e.account <> '' THEN {whole("e.account")} ELSE h.home END AS owner
    FROM entry e LEFT JOIN homes h ON h.`user` = e.`user`"""
TOLD = f"""SELECT get_json_object(CAST(body AS STRING), '$.properties.contact') AS contact,
        {whole("account")} AS account FROM entry WHERE kind = 'contact' AND account <> ''
    UNION SELECT get_json_object(data, '$.contact'), {whole("account")} FROM change WHERE kind = 'contact.set'"""
TIES: Mapping[str, str] = {
    "users": f"""SELECT DISTINCT {whole("e.account")} AS one, h.home AS other FROM entry e
        JOIN homes h ON h.`user` = e.`user` WHERE e.account <> '' AND {whole("e.account")} <> h.home""",
    "messages": """SELECT DISTINCT o.owner AS one, m.least AS other FROM owned o JOIN (
            SELECT source, message_id, min(owner) AS least FROM owned
            GROUP BY source, message_id HAVING min(owner) <> max(owner)
        ) m ON m.source = o.source AND m.message_id = o.message_id WHERE o.owner <> m.least""",
    "families": f"""SELECT DISTINCT {whole("a.external")} AS one,
            get_json_object(concat('{{"of":', t.value, '}}'), '$.of') AS other
        FROM attribute t JOIN account a ON a.id = t.account WHERE t.field = 'parent' AND t.value IS NOT NULL""",
    "contacts": f"""SELECT t.account AS one, m.least AS other FROM ({TOLD}) t JOIN (
            SELECT contact, min(account) AS least FROM ({TOLD}) c GROUP BY contact HAVING min(account) <> max(account)
        ) m ON m.contact = t.contact WHERE t.account <> m.least""",
    "merges": f"""SELECT {whole("account")} AS one, get_json_object(data, '$.into') AS other
        FROM change WHERE kind = 'account.merged'""",
}
ENTRIES = """SELECT {part} AS part, o.place AS seq, o.received, o.source, o.message_id, o.kind, o.name, o.account,
        o.`user`, o.occurred, o.times, o.body, o.imported
    FROM owned o LEFT JOIN grouped g ON g.member = o.owner WHERE o.owner IS NOT NULL"""
CHANGES = f"""SELECT CASE WHEN c.account = '' THEN {OF_ALL} ELSE {{part}} END AS part,
        c.id, c.at, c.kind, c.account, c.data
    FROM (SELECT *, {whole("account")} AS owner FROM change) c LEFT JOIN grouped g ON g.member = c.owner"""


@dataclass(frozen=True)
class Parting:
    """`groups`: of each account that is tied to another, the first by name of all that it is tied to."""

    parts: int
    groups: Mapping[str, str]

    def part_of(self, account: str) -> int:
        """Of the external id of an account or a relationship."""
        name = account.split(SEPARATOR, 1)[0]
        return crc32(self.groups.get(name, name).encode()) % self.parts


def parted(
    connection: SparkConnection, manifest: Manifest, folder: Path, parts: int
) -> tuple[Parting, DataFrame, DataFrame]:
    """With the entries and the changes, each row with its part. What belongs to no account is left out."""
    session = connection.session
    connection.put(ENTRY, _in_order(session, manifest, folder))
    connection.put_down("homes", session.sql(HOMES))
    connection.put("owned", session.sql(OWNED))
    ties = [tie for query in TIES.values() for tie in session.sql(query).toArrow().to_pylist()]
    groups = grouped((one["one"], one["other"]) for one in ties if one["one"] and one["other"])
    connection.put("grouped", session.createDataFrame([*groups.items()], MEMBERS))
    told = [
        session.sql(query.format(part=f"pmod(crc32(coalesce(g.first, {owner})), {parts})"))
        for query, owner in ((ENTRIES, "o.owner"), (CHANGES, "c.owner"))
    ]
    return Parting(parts, groups), told[0], told[1]


def _in_order(session: SparkSession, manifest: Manifest, folder: Path) -> DataFrame:
    """Entries with their `place` in the log: files follow one another by when what they hold was recorded."""
    files = manifest.relations[ENTRY]
    before = accumulate((file.rows for file in files), initial=0)
    frames = [
        session.read.parquet(str(folder / file.path)).selectExpr("*", f"nth + {rows} AS place")
        for file, rows in zip(files, before, strict=False)
    ]
    return reduce(lambda one, other: one.unionByName(other), frames)


def grouped(ties: Iterable[Sequence[str]]) -> dict[str, str]:
    """By name, the first of all names that ties lead to."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = name = above[above[name]]
        return name

    for one, other in ties:
        first, second = sorted((top(one), top(other)))
        above[second] = first
    return {name: top(name) for name in list(above)}
