"""The tables of the fact store. Instants are naive TIMESTAMP in UTC; a `day` is days since 1970-01-01.

A store of another version is not migrated: it is a pure function of the log and the changes, and is
drained again from them.
"""

from __future__ import annotations

VERSION = 9

# A number of a property, exactly; a day's sum of them. Beyond 10^18 it is no number, and further decimals are rounded.
NUMBER = "DECIMAL(24, 6)"
TOTAL = "DECIMAL(38, 6)"

TABLES: dict[str, str] = {
    # `relationships`: whether there are any, which is as soon as a model asks for them.
    "store_version": "version INTEGER, home_zone TEXT, relationships BOOLEAN",
    "position": 'inbox BIGINT, changes BIGINT, "at" TIMESTAMP',
    # `zone` is '' where the account has none of its own: then the home zone of the store counts.
    # A relationship names the account that it is a part of, and its product; a whole account neither.
    # `merging` is the account that it was merged into, `merged_into` the one that stays in the end.
    "account": """id INTEGER, external TEXT, zone TEXT, whole INTEGER, product TEXT, merging INTEGER,
        merged_into INTEGER""",
    # Rows that were told of an account that is merged, by the stream of `seq`: their account is another's now.
    "absorbed": "relation TEXT, stream TINYINT, seq BIGINT, was INTEGER",
    "app_user": "id INTEGER, external TEXT",
    "event_name": "id INTEGER, name TEXT",
    # stream 0 is the inbox, 1 the changes; 2 and 3 are what relationships have of them. kind: track page screen
    # identify group alias, of files tally (a count), contract, contact and void (a row that says this no more),
    # rolled (`facts.rolling`), or fact (recorded by people). `name` is NULL where the kind names no event, and
    # nothing counts those rows.
    "event": """stream TINYINT, seq BIGINT, source TEXT, message_id TEXT, account INTEGER, app_user INTEGER,
        name INTEGER, occurred TIMESTAMP, received TIMESTAMP, day INTEGER, times INTEGER, properties TEXT,
        named_account BOOLEAN, kind TEXT""",
    # Every message id ever applied, by the UTC day it was received: hash is of (source, message_id).
    "seen": "day INTEGER, hash UBIGINT",
    # Of these the event is gone too, so that there is nothing to compare ids with.
    "gone": "hash UBIGINT",
    # What is known of the rolled events of a name up to `day`: `properties` that were kept, and, where they are
    # `merged`, not every instant.
    "rolled_up": "name INTEGER, properties TEXT[], merged BOOLEAN, day INTEGER",
    # From `since` on the user belongs to `account`, until its next row.
    "membership": "app_user INTEGER, account INTEGER, since TIMESTAMP, seq BIGINT",
    # `first` and `last` of that day; sums of counts, words and bounds may be appended to and folded at any time.
    "day_count": """account INTEGER, name INTEGER, day INTEGER, n BIGINT, first TIMESTAMP, last TIMESTAMP""",
    # A NULL user: somebody did something, and nobody knows how many (pre-aggregated counts without a user).
    "user_word": "account INTEGER, app_user INTEGER, block INTEGER, word BIGINT",
    # What a metric needs of its own (see `facts.state.Kept`), by the digest of what it says.
    "kept": """digest BIGINT, kind TEXT, names TEXT[], where_sql TEXT, property_sql TEXT, until TEXT[],
        key_sql TEXT""",
    "kept_day": f"""digest BIGINT, account INTEGER, day INTEGER, n BIGINT, first TIMESTAMP, last TIMESTAMP,
        weight BIGINT, total {TOTAL}, low {NUMBER}, high {NUMBER}""",
    "kept_word": "digest BIGINT, account INTEGER, app_user INTEGER, block INTEGER, word BIGINT",
    "kept_value": "digest BIGINT, account INTEGER, value TEXT, block INTEGER, word BIGINT",
    "kept_latest": """digest BIGINT, account INTEGER, day INTEGER, occurred TIMESTAMP, received TIMESTAMP,
        message_id TEXT, value TEXT""",
    "kept_turn": """digest BIGINT, account INTEGER, key TEXT, day INTEGER, occurred TIMESTAMP, opens BIGINT,
        closes BIGINT""",
    "attribute": """account INTEGER, field TEXT, value TEXT, valid TIMESTAMP, recorded TIMESTAMP,
        rank TINYINT, stream TINYINT, seq BIGINT, source TEXT""",
    "contract": """account INTEGER, contract TEXT, signed DATE, starts DATE, ends DATE, recorded TIMESTAMP,
        seq BIGINT""",
    "contract_line": """account INTEGER, contract TEXT, line TEXT, product TEXT, plan TEXT, seats INTEGER,
        mrr DECIMAL(14,2), currency TEXT, starts DATE, ends DATE, recorded TIMESTAMP, seq BIGINT,
        uplifts STRUCT(starts DATE, mrr DECIMAL(14,2))[], stream TINYINT""",
    # `ends` is exclusive, NULL while nobody has said; of the rows of one start the last counts.
    "line_pause": """account INTEGER, contract TEXT, line TEXT, starts DATE, ends DATE, recorded TIMESTAMP,
        seq BIGINT""",
    # One `currency` is worth `rate` of `into` from `starts` until the pair's next; of one start the last counts.
    "exchange_rate": """currency TEXT, "into" TEXT, starts DATE, rate DECIMAL(18,8), recorded TIMESTAMP,
        seq BIGINT""",
    "recorded_fact": """id BIGINT, account INTEGER, moment TEXT, anchor TEXT, n INTEGER, fact TEXT,
        contact TEXT, persona TEXT, value TEXT, occurred TIMESTAMP, recorded TIMESTAMP, withdrawn BOOLEAN,
        seq BIGINT""",
    "plan_note": "account INTEGER, kind TEXT, occurred TIMESTAMP, recorded TIMESTAMP, seq BIGINT",
    # Versions of a goal, of which the last recorded counts; readings and steps count from `occurred` on.
    "plan_goal": """account INTEGER, goal BIGINT, title TEXT, metric TEXT, baseline DECIMAL(18,4),
        target DECIMAL(18,4), starts DATE, due DATE, recorded TIMESTAMP, seq BIGINT""",
    "goal_reading": """account INTEGER, goal BIGINT, value DECIMAL(18,4), occurred TIMESTAMP,
        recorded TIMESTAMP, seq BIGINT""",
    "plan_step": """account INTEGER, step BIGINT, title TEXT, due DATE, done BOOLEAN, occurred TIMESTAMP,
        recorded TIMESTAMP, seq BIGINT""",
    # One row per contact, as last set.
    "contact": "contact TEXT, account INTEGER, persona TEXT, status TEXT, seq BIGINT",
    # When something last arrived of a source and event name, by spans of ten minutes since 1970.
    "arrival": "source TEXT, name TEXT, slot INTEGER, last TIMESTAMP",
    "source_mark": "source TEXT, complete_to TIMESTAMP, recorded TIMESTAMP, seq BIGINT",
    "compacted": "relation TEXT, rows BIGINT",
}


def statements(home_zone: str) -> list[str]:
    zone = home_zone.replace("'", "''")
    return [
        *(f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items()),
        f"INSERT INTO store_version VALUES ({VERSION}, '{zone}', false)",
        "INSERT INTO position VALUES (0, 0, NULL)",
    ]
