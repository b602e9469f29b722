from __future__ import annotations

from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

import aloft
from aloft.records.models import Person


def test_the_page_is_ours_and_not_the_one_that_comes_with_allauth() -> None:
    origin = get_template("account/login.html").template.origin.name  # type: ignore[attr-defined]

    assert Path(origin).is_relative_to(Path(aloft.__file__).parent)


@pytest.mark.usefixtures("owner")
def test_the_page_offers_the_team_in_demo_mode_only(client: Client) -> None:
    with override_settings(ALOFT_DEMO=True):
        assert reverse("sign_in_as", args=["cora"]) in client.get(reverse("account_login")).content.decode()
    with override_settings(ALOFT_DEMO=False):
        assert "cora" not in client.get(reverse("account_login")).content.decode().lower()


def test_somebody_signed_in_is_led_on(client: Client, owner: Person) -> None:
    with override_settings(ALOFT_DEMO=True):
        client.post(reverse("sign_in_as", args=["cora"]))

    assert client.get(reverse("account_login")).status_code == 302
