"""A mail as it leaves: plain text, an id that stays the same whenever it is sent, a way out of marketing."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from aloft.act.models import Delivery
from aloft.act.unsubscribing import link

MARKETING = "marketing"


def letter(delivery: Delivery, *, sender: str, subject: str, body: str, site: str) -> EmailMessage:
    """`sender` is `Name <address>`, `site` where our pages are: `https://aloft.example`."""
    message = delivery.message
    assert message is not None
    assert message.contact is not None
    mail = EmailMessage()
    mail["From"] = _address(*parseaddr(sender))
    mail["To"] = _address(message.contact.name, delivery.to)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(delivery.created_at)
    mail["Message-ID"] = message_id(delivery, sender)
    mail["Auto-Submitted"] = "auto-generated"
    if message.purpose == MARKETING:
        out = link(message.contact, MARKETING, site)
        mail["List-Unsubscribe"] = f"<{out}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        body = f"{body.rstrip()}\n\n--\nTo get no more of these: {out}\n"
    mail.set_content(body)
    return mail


def message_id(delivery: Delivery, sender: str) -> str:
    """Of the delivery's key: sent again it has the same one."""
    _, address = parseaddr(sender)
    return f"<{delivery.key}@{address.rpartition('@')[2] or 'localhost'}>"


def _address(name: str, address: str) -> Address:
    return Address(display_name=" ".join(name.split()), addr_spec=address)
