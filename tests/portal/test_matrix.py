# ruff: noqa: F811  (the fixture is the matrix’s)
"""Every address, asked by a contact of the account that it names, and by one of another customer."""

from __future__ import annotations

import pytest
from django.test import Client

from aloft import clock
from aloft.records.services import accept_invitation, invite_contact
from tests.test_access_matrix import BY_LINK, MATRIX, MOST, World, ask, asks, world  # noqa: F401

CUSTOMERS = ("customer", "other customer")


def customer_browser(world: World, which: str) -> Client:
    contact = world.sam if which == "customer" else world.rita
    secret = invite_contact(contact=contact, actor="cora", at=clock.now())
    browser = Client()
    browser.force_login(
        accept_invitation(secret=secret, at=clock.now()), "django.contrib.auth.backends.ModelBackend"
    )
    return browser


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("which", CUSTOMERS)
def test_every_address_answers_customers_as_the_table_says(world: World, which: str, method: str) -> None:
    found = {name: ask(customer_browser(world, which), world, name, method).status_code for name in MATRIX}
    place = CUSTOMERS.index(which)
    told = {
        name: (row.customers_get, row.customers_post)[method == "post"][place] for name, row in MATRIX.items()
    }
    assert found == told


INTERNAL = (
    "objective",
    "because",
    "owned",
    "note",
    "title",
    "value",
    "contact",
    "at the part",
    "view",
    "book",
)
"""What is said within the team of the account; its own people do not hear it either."""


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize("which", CUSTOMERS)
def test_customers_hear_of_their_own_account_what_is_meant_for_them(
    world: World, which: str, headers: dict[str, str]
) -> None:
    for name in MATRIX.keys() - BY_LINK:
        for method in ("get", "post"):
            browser = customer_browser(world, which)
            response = ask(browser, world, name, method, headers=headers, follow=True)
            heard = b"".join(response).decode()
            if which == "customer":
                assert not [word for word in INTERNAL if f"{world.canary} {word}" in heard], (name, method)
            else:
                assert world.canary not in heard, (name, method)


def test_no_page_of_customers_asks_more_than_thirty_times(world: World) -> None:
    browser = customer_browser(world, "customer")
    pages = [name for name in MATRIX if name.startswith("portal") and name != "portal_preview"]
    asked = {name: asks(browser, world.url(name)) for name in pages}
    assert len(asked) == 4
    assert {name: times for name, times in asked.items() if times > MOST} == {}


def test_the_canary_sings_to_its_own_customer(world: World) -> None:
    heard = customer_browser(world, "customer").get("/portal/").content.decode()
    for text in ("name", "goal", "step"):
        assert f"{world.canary} {text}" in heard
