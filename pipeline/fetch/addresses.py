"""Addresses: which are public, how they are written, and the table that stands in for the resolver."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

from pipeline.errors import SettingsError

Endpoint = tuple[str, int]
"""A host name or address, and a port."""

# IANA's special-purpose registries (RFC 6890 and its updates) and multicast. Written out, because
# ``ipaddress.is_global`` differs between the Pythons that we run on and passes ``::127.0.0.1``.
_REFUSED_V4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 is a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata, on an address that is public by form
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the usual metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_UNICAST_V6 = ip_network("2000::/3")
_REFUSED_V6 = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo (hides an IPv4 address), ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 (hides an IPv4 address), withdrawn by RFC 7526
        "3fff::/20",  # documentation
    )
)
_MAPPED_V6 = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))
"""IPv4-mapped and NAT64: the last 32 bits are the address that is really reached."""


def is_public(address: str) -> bool:
    """True for a global unicast address, whatever IPv6 form it hides in.

    Raises:
        ValueError: ``address`` is no IP address.

    >>> is_public("93.184.216.34"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _REFUSED_V4)
    if ip.scope_id is not None:
        return False
    if any(ip in network for network in _MAPPED_V6):
        return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip in _UNICAST_V6 and not any(ip in network for network in _REFUSED_V6)


def endpoint(text: str) -> Endpoint:
    """``host:port`` taken apart, an IPv6 address in brackets.

    Raises:
        ValueError: it has another form.

    >>> endpoint("[::1]:8080"), endpoint("News.Example:80")
    (('::1', 8080), ('news.example', 80))
    """
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare or not port.isdecimal() or not 0 < int(port) < 65536 or (":" in bare and bare == host):
        message = f"{text!r} is not host:port"
        raise ValueError(message)
    return normal(bare), int(port)


def load_resolve_table(path: Path) -> dict[Endpoint, Endpoint]:
    """The table of a file in the spirit of curl's ``--resolve``: lines ``host:port address:port``.

    ``#`` begins a comment; the host ``*`` stands for every name (not for an address) at that port.

    Raises:
        SettingsError: the file cannot be read, or a line has another form.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"DATELINE_RESOLVE_FILE: cannot read {path}: {error}"
        raise SettingsError(message, url=str(path)) from error
    table: dict[Endpoint, Endpoint] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            asked, target = map(endpoint, words)
            ip_address(target[0])
        except ValueError as error:
            message = f"{path}, line {number}: want 'host:port address:port', got {line.strip()!r} ({error})"
            raise SettingsError(message, url=str(path)) from error
        table[asked] = target
    return table


def normal(host: str) -> str:
    """``host`` in the one form that it is compared in."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower().rstrip(".")


def is_literal(host: str) -> bool:
    """True where no name is asked for: also for the old forms ``127.1`` and ``0x7f000001``."""
    try:
        ip_address(host)
    except ValueError:
        try:
            socket.inet_aton(host)
        except OSError:
            return False
    return True
