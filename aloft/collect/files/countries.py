from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

SPOKEN = {
    "america": "US",
    "britain": "GB",
    "brasil": "BR",
    "czech republic": "CZ",
    "deutschland": "DE",
    "england": "GB",
    "españa": "ES",
    "great britain": "GB",
    "holland": "NL",
    "italia": "IT",
    "korea": "KR",
    "república dominicana": "DO",
    "russian federation": "RU",
    "schweiz": "CH",
    "scotland": "GB",
    "south korea": "KR",
    "suisse": "CH",
    "turkiye": "TR",
    "türkiye": "TR",
    "the netherlands": "NL",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s.a.": "US",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
    "viet nam": "VN",
    "wales": "GB",
    "österreich": "AT",
}
STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYPR",
    )
)


@lru_cache(maxsize=1)
def codes() -> dict[str, str]:
    """Names and codes of two and three letters, in small letters, to the ISO 3166 code of two letters."""
    from holidays.registry import COUNTRIES

    known: dict[str, str] = {}
    for spaced, (name, two, three, *_) in COUNTRIES.items():
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        known |= {spoken.lower(): two for spoken in (spaced.replace("_", " "), words, two, three)}
    return known | SPOKEN


def countries(words: pa.Array) -> pa.Array:
    """Codes of ISO 3166; null for what is no country."""
    names = pc.utf8_lower(pc.replace_substring_regex(words, r"\s+", " "))
    return pa.array([codes().get(name) if name else None for name in names.to_pylist()], pa.string())


def are_states(words: list[str]) -> bool:
    """Nearly all are states of the USA, and some of those no countries: CA and DE are both."""
    states = {word.upper() for word in words} & STATES
    return len(states) >= max(1, 0.9 * len(words)) and any(state.lower() not in codes() for state in states)
