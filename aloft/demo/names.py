"""Names of companies and of people, none of them anybody's."""

from __future__ import annotations

import re

FIRST = (
    "Alder", "Amber", "Ashford", "Balton", "Beacon", "Birch", "Blackwell", "Bramble", "Brook", "Calder", "Cedar",
    "Clover", "Corrigan", "Dunmore", "Eastgate", "Elmswood", "Fairholm", "Falken", "Fenwick", "Fulton", "Garnet",
    "Greystone", "Halden", "Harbor", "Hartmann", "Hazel", "Heron", "Ivory", "Juniper", "Kestrel", "Lakeside",
    "Larkin", "Linden", "Lindqvist", "Maple", "Marlow", "Merton", "Nordhaus", "Northgate", "Oakham", "Osterloh",
    "Parkway", "Pebble", "Prairie", "Quayside", "Radnor", "Ridgeway", "Rivage", "Rosen", "Sable", "Saltbox",
    "Sequoia", "Silver", "Stanmore", "Tamarack", "Thornbury", "Tidewater", "Tivoli", "Vermeer", "Westbrook",
    "Wexford", "Willow", "Winslow", "Yarrow",
)  # fmt: skip
SECOND = (
    "Audio", "Bakeries", "Bikes", "Brewing", "Catering", "Ceramics", "Clinics", "Dairy", "Dental", "Events",
    "Farms", "Fitness", "Foods", "Freight", "Gardens", "Glass", "Harvest", "Hotels", "Interiors", "Joinery",
    "Kayaks", "Labs", "Law", "Lighting", "Logistics", "Marine", "Media", "Metals", "Mills", "Motors", "Nurseries",
    "Optics", "Outfitters", "Papers", "Pharma", "Plastics", "Print Works", "Realty", "Roofing", "Schools",
    "Seafoods", "Shipping", "Solar", "Studio", "Supplies", "Surveyors", "Tickets", "Tiles", "Timber", "Tools",
    "Toys", "Travel", "Tutoring", "Vets", "Violins", "Water", "Windows", "Wines", "Wool", "Yoga",
)  # fmt: skip
THIRD = (
    "",
    "Group",
    "Partners",
    "Brothers",
    "International",
    "Works",
    "Collective",
    "House",
    "& Daughters",
    "Union",
)
GIVEN = (
    "Ruth", "Tom", "Ines", "Jonas", "Mara", "Felix", "Nora", "Ben", "Leila", "Hugo", "Clara", "Sami",
    "Edith", "Noah", "Priya", "Oscar", "Lena", "Ivan", "Grace", "Mateo",
)  # fmt: skip
FAMILY = (
    "Palmer", "Ward", "Keller", "Lindholm", "Duarte", "Novak", "Byrne", "Fischer", "Aziz", "Moreau",
    "Stone", "Vogel", "Hayes", "Ibsen", "Costa", "Marsh", "Reiter", "Doyle", "Bauer", "Lowe",
)  # fmt: skip
STRIDE = 1_609
"""Prime, and so without a factor in common with how many pairs there are: neighbours share no word."""


def company(number: int) -> str:
    """A name for each number from 0, no two alike, as long as there are; ValueError beyond."""
    pairs = len(FIRST) * len(SECOND)
    round_, within = divmod(number, pairs)
    if round_ >= len(THIRD) * len(FIRST):
        raise ValueError(f"there are no names for {number} companies")
    first, second = divmod(within * STRIDE % pairs, len(SECOND))
    third, fourth = THIRD[round_ % len(THIRD)], round_ // len(THIRD)
    twice = "" if not fourth else "Newer" if fourth == first else FIRST[fourth]
    words = (FIRST[first], twice, SECOND[second], third)
    return " ".join(word for word in words if word)


def slug(name: str) -> str:
    """`Brackwater Foods` is `brackwater-foods`."""
    plain = name.lower().replace("ö", "oe").replace("é", "e").replace("'", "")
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")
