"""An address -> bytes, from the public web only, in bounded time and size.

The guard stands where connections are made, so what is judged is what is connected to: every connection of every
redirect goes through `_Guarded.connect_tcp`, which looks the host up once, judges all its addresses and dials those.
"""

import re
import socket
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from index.errors import BadSource, Unreachable

MOST_REDIRECTS = 5
MOST_ADDRESSES = 4  # of one host that are dialled; a name with thousands must not become a port scan
PORTS = frozenset({80, 443, 8080, 8443})  # where pages are; others are mail, SSH, databases: worth probing only

# What `is_global` of one or another Python lets through. IPv4: protocol assignments, the retired 6to4 relay, Azure's
# metadata server, multicast and reserved. IPv6: all but global unicast, Teredo and its like, 6to4 and documentation.
V4 = ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "224.0.0.0/3")
V6 = ("::/3", "4000::/2", "8000::/1", "2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20")
NOT_PUBLIC = [ip_network(network) for network in V4 + V6]
EMBEDDING = [ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96")]  # IPv4-mapped, and NAT64 (RFC 6052)

# A dotted name whose last label begins with a letter: what `getaddrinfo` reads as a number (0x7f.1, 2130706433, 127.1)
# is no name, nor is localhost. Labels have at most 63 characters, the name 253.
NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
HEADERS = [
    (b"User-Agent", b"article-assistant (reads one page when a person asks for it)"),
    (b"Connection", b"close"),  # so that every redirect is looked up and judged anew
    (b"Accept-Encoding", b"gzip"),  # deflate is read when it comes, not asked for: servers disagree on what it means
]
REFUSED = "is not a public web address. Give one of a page that anyone can open, or save the page and add it as a file."
INSTEAD = "Check the address, try again later, or save the page and add it as a file."


@dataclass(frozen=True)
class Fetched:
    """What an address delivered: `data` decoded, `url` after all redirects, `content_type` as sent, or empty."""

    data: bytes
    url: str
    content_type: str


def public_web(address: IPv4Address | IPv6Address, port: int) -> bool:
    """Whether a page of the public web can be there; an IPv6 address that embeds an IPv4 one is judged as that."""
    if any(address in network for network in EMBEDDING):
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    return port in PORTS and address.is_global and not any(address in network for network in NOT_PUBLIC)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system gives them, without repeats. Raises OSError."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True)
class Guard:
    """What may be connected to, who knows the addresses of a name, whose certificates count (None: the system's)."""

    allows: Callable[[IPv4Address | IPv6Address, int], bool] = public_web
    look_up: Callable[[str, int], Sequence[str]] = look_up
    trusts: SSLContext | None = None


PUBLIC = Guard()


def fetch(address: str, *, most_bytes: int = 20_000_000, most_seconds: float = 30, guard: Guard = PUBLIC) -> Fetched:
    """The page or file at an address, after at most five redirects; no proxy variable, .netrc or cookie is used.

    `most_bytes` bounds what is sent and what that decodes to, `most_seconds` all from the look-up to the last byte.
    Raises BadSource for what is not a public web address, in one wording whether or not something is there, and for a
    page over the limit; Unreachable for all that did not deliver, with one wording for closed, silent and garbled.
    """
    said = repr(re.sub(r"^[^?#]*@|[?#].*", "…", address, flags=re.DOTALL)[:120])  # no passwords and tokens in errors
    deadline = time.monotonic() + most_seconds
    try:
        with httpcore.ConnectionPool(guard.trusts, network_backend=_Guarded(guard, deadline)) as pool:
            return _follow(pool, address, most_bytes)
    except (BadSource, Unreachable) as error:
        raise type(error)(f"{said} {error}") from None
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
        raise Unreachable(f"{said} did not deliver a page within {most_seconds:g} s. {INSTEAD}") from error


def _follow(pool: httpcore.ConnectionPool, address: str, most_bytes: int) -> Fetched:
    url = _parsed(address)
    for _ in range(MOST_REDIRECTS + 1):
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with pool.stream("GET", target, headers=[(b"Host", url.netloc), *HEADERS]) as reply:
            headers = httpx.Headers(reply.headers)
            if reply.status in (301, 302, 303, 307, 308) and "location" in headers:
                url = _parsed(headers["location"], url)
                continue
            if not 200 <= reply.status < 300:
                reason = httpx.codes.get_reason_phrase(reply.status) or "unknown"
                raise Unreachable(f"answered {reply.status} ({reason}). {INSTEAD}")
            data = _read(reply.iter_stream(), headers.get("content-encoding", "").lower(), most_bytes)
            return Fetched(data, str(url), headers.get("content-type", ""))
    raise Unreachable(f"was still leading elsewhere after {MOST_REDIRECTS} redirects. {INSTEAD}")


def _parsed(address: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address as it will be used: `httpx.URL` is the only parser, and what it read last is what is dialled."""
    try:
        url = base.join(address) if base else httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise BadSource(REFUSED) from None
    odd = "\\" in address or not address.isprintable() or url.userinfo
    if odd or url.scheme not in ("http", "https") or (url.port is not None and not 0 < url.port < 65536):
        raise BadSource(REFUSED)
    return url


def _read(chunks: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """The decoded body; BadSource as soon as what was sent or what it decodes to is over the limit."""
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise httpcore.ProtocolError(f"content encoding {encoding!r}")
    inflate = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None  # 47: gzip or zlib, by header
    sent, body = 0, bytearray()
    for chunk in chunks:
        sent += len(chunk)
        body += inflate.decompress(chunk, most_bytes + 1 - len(body)) if inflate else chunk
        if max(sent, len(body)) > most_bytes:
            raise BadSource(f"holds more than {most_bytes:,} bytes. Save the part you need as a file.")
    if inflate and (not inflate.eof or inflate.unused_data):  # cut short, or followed by what would be left unread
        raise httpcore.ProtocolError("the compressed body does not end where it should")
    return bytes(body)


class _Guarded(httpcore.NetworkBackend):
    """Connects to allowed addresses, within the time left; httpcore then starts TLS for the name, and checks it."""

    def __init__(self, guard: Guard, deadline: float) -> None:
        self.guard, self.deadline = guard, deadline

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        try:
            addresses = [ip_address(host)]
        except ValueError:
            addresses = [ip_address(found) for found in self._looked_up(host, port)]
        if not all(self.guard.allows(address, port) for address in addresses):
            raise BadSource(REFUSED)
        for address in addresses[:MOST_ADDRESSES]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):  # half the time, so that the next has a turn
                stream = httpcore.SyncBackend().connect_tcp(str(address), port, _left(self.deadline) / 2)
                return _Timed(stream, self.deadline)
        raise httpcore.ConnectError(f"no address of {host} took a connection")

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        if not NAME.fullmatch(host):
            raise BadSource(REFUSED)
        thread = ThreadPoolExecutor(1)  # because the system's resolver keeps its own time
        answer = thread.submit(self.guard.look_up, host, port)
        thread.shutdown(wait=False)
        try:
            return answer.result(_left(self.deadline))
        except OSError as error:  # a TimeoutError is one too
            # Refused like a private name, else errors would tell which names a private network has.
            if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
                raise BadSource(REFUSED) from None
            raise httpcore.ConnectError(f"{host} could not be looked up") from error


class _Timed(httpcore.NetworkStream):
    """A connection that lasts until the deadline, however often it is read: a trickle does not keep it alive."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def close(self) -> None:
        self.stream.close()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def start_tls(self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: Any = None) -> "_Timed":
        return _Timed(self.stream.start_tls(ssl_context, server_hostname, _left(self.deadline)), self.deadline)


def _left(deadline: float) -> float:
    if (left := deadline - time.monotonic()) <= 0:
        raise httpcore.TimeoutException
    return left
