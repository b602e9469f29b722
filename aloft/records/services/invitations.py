"""How a customer's contact comes in: by a link that works once, then with a password, if they choose one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User

from aloft.records import audit
from aloft.records.models import Contact, Invitation
from aloft.records.policies import SEES
from aloft.records.refusals import Refused
from aloft.records.services.editing import editing
from aloft.records.services.passwords import check_password

LASTS = timedelta(days=7)


def invite_contact(*, contact: Contact, actor: str, at: datetime) -> str:
    """A secret for a link, to be told to nobody else. It works once, for a week; those made before it work no more.

    Raises Refused for a contact who may not come in.
    """
    if contact.status != SEES:
        raise Refused("contact", f"{contact} is {contact.status}", "Invite somebody who is still there.")
    secret = secrets.token_urlsafe(32)
    with editing():
        contact.invitations.filter(used_at=None).delete()
        Invitation.objects.create(contact=contact, digest=_digest(secret), made_at=at, expires_at=at + LASTS)
        _note(contact, "invited", actor, at)
    return secret


def invitation_of(secret: str, at: datetime) -> Invitation | None:
    """None where it is unknown, used or too old, or its contact may not come in any more."""
    found = Invitation.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=at)
    return found.filter(contact__status=SEES).select_related("contact__account", "contact__sign_in").first()


def accept_invitation(*, secret: str, at: datetime, password: str = "") -> User:
    """The contact's sign-in, made if they have none. Without a password only another link lets them in again.

    Raises Refused where the link works no more, or for a password that is too weak; the link then still works.
    """
    with editing():
        invitation = invitation_of(secret, at)
        if invitation is None:
            raise Refused("link", "it works no more", "Ask whoever sent it for another one.")
        contact = invitation.contact
        user = contact.sign_in or sign_in_of(contact)
        user.is_active = True
        if password:
            check_password(password, user)
            user.set_password(password)
        user.save()
        Contact.objects.filter(pk=contact.pk).update(sign_in=user)
        Invitation.objects.filter(pk=invitation.pk).update(used_at=at)
        _note(contact, "accepted", f"contact:{contact.pk}", at, password=bool(password))
        return user


def sign_in_of(contact: Contact) -> User:
    """Not saved yet. By their e-mail, if nobody else signs in with it."""
    taken = User.objects.filter(email=contact.email).exists() if contact.email else True
    user = User(username=f"contact-{contact.pk}", email="" if taken else contact.email)
    user.set_unusable_password()
    return user


def withdraw_access(*, contact: Contact, actor: str, at: datetime) -> None:
    """The contact sees nothing from now on, whatever they are signed in with; links work no more."""
    with editing():
        contact.invitations.filter(used_at=None).delete()
        if contact.sign_in is not None and contact.sign_in.is_active:
            contact.sign_in.is_active = False
            contact.sign_in.save(update_fields=["is_active"])
            _note(contact, "withdrawn", actor, at)


def _note(contact: Contact, what: str, actor: str, at: datetime, **told: object) -> None:
    audit.record(actor=actor, action=f"access.{what}", subject=f"contact:{contact.pk}", payload=told, at=at)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
