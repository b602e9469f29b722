"""SQL macros: the local times of instants and the instants of local days, in a zone that differs from row to row."""

from __future__ import annotations


def macros(home_zone: str) -> str:
    """Statements that make the macros. A day is days since 1970-01-01; instants are naive UTC.

    The database looks up a zone of each row again and again, ten times slower than one that is written down:
    so the zone of most rows is, and UTC needs none.
    """
    local = _in_zone(home_zone, "timezone({zone}, timezone('UTC', t))", "t")
    instant = _in_zone(home_zone, "timezone('UTC', timezone({zone}, d::timestamp))", "d::timestamp")
    return f"""
create or replace temp macro aloft_days(d) as date_diff('day', date '1970-01-01', d)::integer;
create or replace temp macro aloft_local(t, zone) as {local};
create or replace temp macro aloft_day(t, zone) as aloft_days(aloft_local(t, zone)::date);
create or replace temp macro aloft_instant(d, zone) as {instant};
"""


def _in_zone(home_zone: str, spelled: str, in_utc: str) -> str:
    known = {"UTC": in_utc} | (
        {home_zone: spelled.format(zone=f"'{home_zone}'")} if home_zone != "UTC" else {}
    )
    cases = " ".join(f"when '{zone}' then {sql}" for zone, sql in known.items())
    return f"case zone {cases} else {spelled.format(zone='zone')} end"
