"""Where a webhook may lead: to public addresses, and to those of our own networks that the deployment allows.

Every address of a name is looked at, and one of those is connected to: a name that resolves otherwise a moment later
leads nowhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
USUAL_PORTS = (80, 443, 8443)
_IN_IPV6 = (ip_network("64:ff9b::/96"), ip_network("::/96"))
"""IPv4 addresses written as IPv6: of NAT64, and the old compatible ones."""


class NotAllowed(ValueError):
    """Nothing is sent there; the message says why."""


@dataclass(frozen=True)
class Target:
    """`addresses` have been looked at: nothing else is to be connected to."""

    tls: bool
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Raises NotAllowed for a word that is no network."""
    try:
        return tuple(ip_network(word) for word in words)
    except ValueError as error:
        raise NotAllowed(f"ALOFT_WEBHOOK_NETWORKS is written 10.0.0.0/8 192.168.1.5/32: {error}") from None


def parts_of(url: str) -> SplitResult:
    """Raises NotAllowed unless it is a whole http address without a user in it."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise NotAllowed("it is no address: write https://hooks.example/aloft")
    if "@" in parts.netloc:
        raise NotAllowed("it names a user: leave that out, what is sent is signed")
    return parts


def resolve(host: str, port: int) -> Sequence[str]:
    """By the system. Raises OSError where the name is not known."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def target_of(url: str, allowed: Sequence[Network], asked: Resolve = resolve) -> Target:
    """Raises NotAllowed where any of its addresses is one that must not be reached, OSError for an unknown name."""
    parts = parts_of(url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    addresses = tuple(asked(host, port))
    ours = [_is_allowed(address, allowed) for address in addresses]
    for address, own in zip(addresses, ours, strict=True):
        if not own and not is_public(address):
            raise NotAllowed(f"{host} is at {address}, which is not public: see ALOFT_WEBHOOK_NETWORKS")
    if not addresses or (port not in USUAL_PORTS and not all(ours)):
        raise NotAllowed(f"port {port} of {host}: webhooks go to {', '.join(map(str, USUAL_PORTS))}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, addresses)


def is_public(address: str) -> bool:
    """Whatever it is wrapped in: an IPv4 address within an IPv6 one counts as itself."""
    told = _plain(address)
    return told.is_global and not told.is_multicast


def _is_allowed(address: str, allowed: Sequence[Network]) -> bool:
    return any(_plain(address) in network for network in allowed)


def _plain(address: str) -> Address:
    told = ip_address(address.partition("%")[0])
    if isinstance(told, IPv4Address):
        return told
    wrapped = told.ipv4_mapped or told.sixtofour or (told.teredo[1] if told.teredo else None)
    if wrapped is None and any(told in network for network in _IN_IPV6):
        wrapped = IPv4Address(told.packed[-4:])
    return wrapped or told
