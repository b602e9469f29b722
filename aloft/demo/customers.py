"""The customers of Northwind Ledger, who sells bookkeeping software: sixty, of three tiers, at every stage."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

SEED = 20_260
TENTH = 10
"""With the tenth user created onboarding is over: `users_created >= 10` in the model."""


@dataclass(frozen=True)
class Place:
    country: str
    city: str
    zone: str


# The days of these end at two instants only, which halves the turns of the engine through the history.
ANTWERP = Place("BE", "Antwerp", "Europe/Brussels")
MALMO = Place("SE", "Malmö", "Europe/Stockholm")
MILAN = Place("IT", "Milan", "Europe/Rome")
BERLIN = Place("DE", "Berlin", "Europe/Berlin")
HAMBURG = Place("DE", "Hamburg", "Europe/Berlin")
VIENNA = Place("AT", "Vienna", "Europe/Vienna")
UTRECHT = Place("NL", "Utrecht", "Europe/Amsterdam")
LYON = Place("FR", "Lyon", "Europe/Paris")
AARHUS = Place("DK", "Aarhus", "Europe/Copenhagen")
BOSTON = Place("US", "Boston", "America/New_York")
ATLANTA = Place("US", "Atlanta", "America/New_York")
DETROIT = Place("US", "Detroit", "America/Detroit")
TORONTO = Place("CA", "Toronto", "America/Toronto")


class Course(StrEnum):
    """How an account goes on: the truth that the engine knows nothing of."""

    STEADY = "steady"
    GROWING = "growing"
    QUIET = "quiet"
    WELL = "well"  # ten users within three weeks
    SLOW = "slow"  # ten users in the sixth week
    STUCK = "stuck"  # never ten users


@dataclass(frozen=True)
class Sketch:
    """A line of the list below, in days from today.

    `review`: when the next monthly review falls due (so what phase began months ago on that day of the month);
    `started`: since when the contract runs; `silent`: since when nobody uses the product;
    `back`: since when they do again.
    """

    name: str
    place: Place
    mrr: int
    course: Course = Course.STEADY
    review: int | None = None
    started: int | None = None
    silent: int | None = None
    back: int | None = None


@dataclass(frozen=True)
class Customer:
    external: str
    name: str
    place: Place
    mrr: int
    course: Course
    starts: date
    tenth: date | None
    """The day on which the tenth user is created; None: never."""
    silent_from: date | None
    back_from: date | None

    @property
    def users(self) -> int:
        """Users that are created in the end."""
        if self.course is Course.STUCK:
            return 5
        return TENTH + (8 if self.mrr >= 5000 else 3 if self.mrr >= 1700 else 0)

    def is_silent(self, day: date) -> bool:
        """Nobody uses the product on that day."""
        silent = self.silent_from is not None and day >= self.silent_from
        return silent and (self.back_from is None or day < self.back_from)

    @property
    def active(self) -> int:
        """Users who come on a good day."""
        if self.course is Course.QUIET:
            return 1
        return 11 if self.mrr >= 5000 else 5 if self.mrr >= 1700 else 2


S, G, Q, W, L, X = Course
LIST = (
    # Tier 1
    Sketch("Brackwater Foods", ANTWERP, 8200, review=0),
    Sketch("Halloway Freight", MALMO, 6400, G, review=1),
    Sketch("Redfern Castings", BERLIN, 9800, review=-3),
    Sketch("Osterloh Logistik", HAMBURG, 7300, review=2),
    Sketch("Ellison Marine", ANTWERP, 5600, review=9, silent=57),
    Sketch("Voss & Adler", BERLIN, 12400, G, review=4),
    Sketch("Pendle Textiles", MALMO, 5200, review=15),
    Sketch("Marchetti Glass", ANTWERP, 6100, review=20),
    Sketch("Castleton Homes", BOSTON, 10900, G, review=0),
    Sketch("Tidewater Clinics", ATLANTA, 7700, review=-2),
    Sketch("Ridgeway Outfitters", DETROIT, 5900, review=3, silent=36),
    Sketch("Meridian Dairy", UTRECHT, 6800, review=1),
    Sketch("Atelier Fontaine", LYON, 5400, review=-4),
    # Tier 2
    Sketch("Thistle & Rye", MALMO, 2600),
    Sketch("Kestrel Audio", ANTWERP, 1900, silent=64),
    Sketch("Bramble Bakeries", ANTWERP, 2200, G),
    Sketch("Nordhaus Möbel", HAMBURG, 3100),
    Sketch("Lindqvist Tools", AARHUS, 2400, silent=34),
    Sketch("Vermeer Bikes", UTRECHT, 2900, G),
    Sketch("Papeterie Duval", LYON, 1800, silent=60, back=18),
    Sketch("Alpenblick Hotels", VIENNA, 3600),
    Sketch("Corrigan Law", BOSTON, 2000),
    Sketch("Harbor Pediatrics", BOSTON, 3300),
    Sketch("Fulton Print Works", ATLANTA, 2100, silent=58),
    Sketch("Sequoia Labs", ATLANTA, 4100, G),
    Sketch("Maple Grove Schools", TORONTO, 2700),
    Sketch("Juniper Events", DETROIT, 1750, silent=31),
    Sketch("Old Mill Brewing", BOSTON, 1950),
    # Tier 3
    Sketch("Sable Studio", BERLIN, 420),
    Sketch("Fenwick Violins", MILAN, 260),
    Sketch("Hof Lindenau", BERLIN, 310),
    Sketch("Café Morgenrot", VIENNA, 190, Q),
    Sketch("Baltic Kayaks", HAMBURG, 540),
    Sketch("De Groene Winkel", UTRECHT, 380, silent=70),
    Sketch("Librairie Colbert", LYON, 290),
    Sketch("Skagen Keramik", AARHUS, 450),
    Sketch("O'Malley Roofing", BOSTON, 620),
    Sketch("Pebble Optics", MALMO, 330, silent=33),
    Sketch("Bluebird Tutoring", ATLANTA, 280),
    Sketch("Cedar Street Yoga", ATLANTA, 210, Q),
    Sketch("Lakeside Vets", TORONTO, 700),
    Sketch("Prairie Seed Co", TORONTO, 560, G),
    Sketch("Saltbox Realty", BOSTON, 480),
    Sketch("Twin Pines Camp", DETROIT, 350, silent=90),
    Sketch("Magnolia Catering", ATLANTA, 640),
    Sketch("Redwood Chess Club", ATLANTA, 150),
    # Onboarding, or lately through it
    Sketch("Aldermoor Energy", ANTWERP, 7600, W, started=3),
    Sketch("Falkenried Pharma", HAMBURG, 8900, W, started=6),
    Sketch("Quayside Seafoods", MALMO, 3400, X, started=45),
    Sketch("Wexford Timber", MALMO, 2300, X, started=46),
    Sketch("Hartmann Optik", BERLIN, 5100, L, started=66),
    Sketch("Nieuwland Zorg", UTRECHT, 2800, X, started=35),
    Sketch("Rivage Cosmetics", LYON, 3900, W, started=17),
    Sketch("Bellweather Toys", BOSTON, 6600, W, started=26),
    Sketch("Copper Canyon Solar", DETROIT, 4400, X, started=31),
    Sketch("Northgate Fitness", TORONTO, 1850, W, started=8),
    Sketch("Peachtree Pediatrics", ATLANTA, 2050, L, started=58),
    Sketch("Amstel Rad", UTRECHT, 480, X, started=36),
    Sketch("Harvest Moon Farms", ATLANTA, 390, X, started=44),
    Sketch("Tivoli Tickets", AARHUS, 5300, W, started=76),
)


def customers(today: date) -> list[Customer]:
    """All of them, in the order of the list; the same for the same day."""
    return [_customer(sketch, today) for sketch in LIST]


def _customer(sketch: Sketch, today: date) -> Customer:
    chance = Random(f"{SEED}:{sketch.name}")  # noqa: S311
    starts, tenth = _begins(sketch, today, chance)
    return Customer(
        external=slug(sketch.name),
        name=sketch.name,
        place=sketch.place,
        mrr=sketch.mrr,
        course=sketch.course,
        starts=starts,
        tenth=tenth,
        silent_from=None if sketch.silent is None else today - timedelta(days=sketch.silent),
        back_from=None if sketch.back is None else today - timedelta(days=sketch.back),
    )


def _begins(sketch: Sketch, today: date, chance: Random) -> tuple[date, date | None]:
    """When the contract starts, and when the tenth user is created."""
    if sketch.started is not None:
        starts = today - timedelta(days=sketch.started)
        weeks = {Course.WELL: 18, Course.SLOW: 37}.get(sketch.course)
        return starts, None if weeks is None else starts + timedelta(days=weeks)
    if sketch.review is not None:
        months = chance.randint(6, 20)
        tenth = _months_before(today + timedelta(days=sketch.review), months)
    else:
        tenth = today - timedelta(days=chance.randint(150, 500))
    return tenth - timedelta(days=24), tenth


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def slug(name: str) -> str:
    """`Brackwater Foods` is `brackwater-foods`."""
    plain = name.lower().replace("ö", "oe").replace("é", "e").replace("'", "")
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")
