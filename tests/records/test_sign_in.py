from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import NoReverseMatch, reverse

from aloft.records.models import AuditEntry, Person
from aloft.records.services import create_user_for
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
PAGE = "{{ form.errors }} cast:{% for person in cast %} {{ person.handle }}{% endfor %}"


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """A plain page stands for the one of the workspace, and nobody has tried before."""
    loader = ("django.template.loaders.locmem.Loader", {"account/login.html": PAGE})
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "loaders": [loader],
        },
    }
    cache.clear()
    with override_settings(TEMPLATES=[engine], ALOFT_DEMO=False):
        yield
    cache.clear()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id still, at a fraction of its cost."""
    for name, value in {"memory_cost": 64, "time_cost": 1, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)


@pytest.fixture
def user(owner: Person) -> User:
    return create_user_for(person=owner, password=PASSWORD, actor="mia", at=NOW)


def sign_in(client: Client, password: str = PASSWORD, **more: Any) -> HttpResponse:
    where = more.pop("REMOTE_ADDR", "192.0.2.1")
    given = {"login": "cora@aloft.example", "password": password, **more}
    return client.post(reverse("account_login"), given, REMOTE_ADDR=where)  # type: ignore[return-value]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_page_opens_and_names_nobody(client: Client, user: User) -> None:
    page = client.get(reverse("account_login"))

    assert page.status_code == 200
    assert "cora" not in page.content.decode()


def test_the_right_password_signs_in_and_is_noted(client: Client, user: User) -> None:
    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, reverse(settings.LOGIN_REDIRECT_URL))
    assert client.session["_auth_user_id"] == str(user.pk)
    noted = AuditEntry.objects.order_by("id").values_list("actor", "action", "subject").last()
    assert noted == ("cora", "sign_in.done", f"user:{user.pk}")


def test_the_email_is_taken_in_any_case(client: Client, user: User) -> None:
    assert sign_in(client, login="Cora@Aloft.Example").status_code == 302


def test_a_wrong_password_and_an_unknown_email_are_told_alike(client: Client, user: User) -> None:
    wrong = sign_in(client, "wrong")
    unknown = sign_in(client, "wrong", login="nobody@aloft.example")

    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert wrong.content == unknown.content
    assert not signed_in(client)


def test_a_wrong_password_and_an_unknown_email_take_one_hash_each(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import low_level

    made: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        real = getattr(low_level, name)

        def counted(*args: Any, _real: Any = real, _name: str = name, **more: Any) -> Any:
            made.append(_name)
            return _real(*args, **more)

        monkeypatch.setattr(low_level, name, counted)
        monkeypatch.setattr(f"argon2._password_hasher.{name}", counted, raising=False)

    sign_in(client, "wrong")
    known, made[:] = len(made), []
    sign_in(client, "wrong", login="nobody@aloft.example")
    assert (known, len(made)) == (1, 1)


def test_after_five_wrong_passwords_even_the_right_one_is_refused(client: Client, user: User) -> None:
    assert [sign_in(client, "wrong").status_code for _ in range(5)] == [200] * 5

    answer = sign_in(client)
    assert answer.status_code == 429
    assert "Too many failed login attempts" in answer.content.decode()
    assert not signed_in(client)


def test_the_account_is_limited_whatever_the_address_and_the_host(client: Client, user: User) -> None:
    for number in range(5):
        host = ["127.0.0.1", "localhost", "testserver"][number % 3]
        client.post(
            reverse("account_login"),
            {"login": "cora@aloft.example", "password": "wrong"},
            REMOTE_ADDR=f"192.0.2.{number}",
            headers={"host": host},
        )

    assert sign_in(client, REMOTE_ADDR="192.0.2.99").status_code == 429


def test_strangers_do_not_lock_out_a_browser_that_has_signed_in_before(client: Client, user: User) -> None:
    sign_in(client)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _ in range(6):
        sign_in(stranger, "wrong", REMOTE_ADDR="198.51.100.1")

    assert sign_in(stranger, REMOTE_ADDR="198.51.100.2").status_code == 429
    assert sign_in(client).status_code == 302


def test_a_browser_known_by_somebody_else_counts_as_a_stranger(
    client: Client, user: User, colleague: Person
) -> None:
    create_user_for(person=colleague, password=PASSWORD, actor="mia", at=NOW)
    sign_in(client, login="dev@aloft.example")
    client.post(reverse("account_logout"))
    for _ in range(5):
        sign_in(Client(), "wrong")

    assert sign_in(client).status_code == 429


def test_twenty_failures_from_an_address_limit_it_for_all_emails(client: Client, user: User) -> None:
    answers = [sign_in(client, "wrong", login=f"{n}@aloft.example").status_code for n in range(20)]

    assert answers == [200] * 20
    assert sign_in(client).status_code == 429
    assert sign_in(client, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_success_is_not_counted(client: Client, user: User) -> None:
    for _ in range(7):
        assert sign_in(client).status_code == 302
        client.post(reverse("account_logout"))


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "http://localhost/x"]
)
def test_nobody_is_led_elsewhere(client: Client, user: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere)["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


def test_one_is_led_to_the_page_asked_for(client: Client, user: User) -> None:
    assert sign_in(client, next="/accounts/acme")["Location"] == "/accounts/acme"


def test_a_sign_in_that_is_switched_off_leads_back(client: Client, user: User) -> None:
    User.objects.update(is_active=False)
    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert not signed_in(client)


def test_signing_out_takes_a_post(client: Client, user: User) -> None:
    sign_in(client)
    assert client.get(reverse("account_logout")).status_code == 405
    assert signed_in(client)

    answer = client.post(reverse("account_logout"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert not signed_in(client)


def test_forms_from_elsewhere_are_refused(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403

    strict.force_login(user)
    assert strict.post(reverse("account_logout")).status_code == 403
    assert signed_in(strict)


def test_there_is_no_way_to_sign_up_or_to_reset() -> None:
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_in_demo_mode_anybody_of_the_team_is_one_click_away(
    client: Client, owner: Person, manager: Person
) -> None:
    with override_settings(ALOFT_DEMO=True):
        page = client.get(reverse("account_login")).content.decode()
        assert page.endswith("cast: mia cora")
        for handle in ("mia", "cora", "cora"):
            answer = client.post(reverse("sign_in_as", args=[handle]))
            assert (answer.status_code, answer["Location"]) == (302, reverse(settings.LOGIN_REDIRECT_URL))

    assert client.session["_auth_user_id"] == str(Person.objects.get(handle="cora").user_id)


def test_in_demo_mode_a_click_is_a_post_of_our_own_page(client: Client, owner: Person) -> None:
    url = reverse("sign_in_as", args=["cora"])
    with override_settings(ALOFT_DEMO=True):
        assert client.get(url).status_code == 405
        assert client.post(reverse("sign_in_as", args=["nobody"])).status_code == 404
        assert Client(enforce_csrf_checks=True).post(url).status_code == 403

    assert not signed_in(client)


def test_outside_demo_mode_there_is_no_such_page(client: Client, owner: Person, user: User) -> None:
    url = reverse("sign_in_as", args=["cora"])

    assert (client.post(url).status_code, client.get(url).status_code) == (404, 404)
    assert not signed_in(client)
