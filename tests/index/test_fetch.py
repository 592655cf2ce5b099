import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from index.errors import BadSource, Unreachable
from index.fetch import Fetched, Guard, fetch, public_web

PAGE = b"<p>A page, found.</p>"
OFF = Guard(allows=lambda address, port: True)  # the positive control: nothing is refused
BODIES = {
    "/gzip": ("gzip", gzip.compress(PAGE)),
    "/deflate": ("deflate", zlib.compress(PAGE)),
    "/identity": ("identity", PAGE),
    "/brotli": ("br", PAGE),
    "/twice": ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
    "/cut-gzip": ("gzip", gzip.compress(PAGE)[:-9]),
    "/no-gzip": ("gzip", PAGE),
    "/second-member": ("gzip", gzip.compress(PAGE) + gzip.compress(PAGE)),
    "/bomb": ("gzip", gzip.compress(b"\0" * 100_000_000)),
}


@dataclass
class Site:
    """A web server of its own: what it was asked for, and how much of an endless body it could send."""

    port: int
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: int = 0
    hung_up: threading.Event = field(default_factory=threading.Event)


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, dict(self.headers)))
        path, _, rest = unquote(self.path).partition("?")
        if path == "/to":
            self.reply(302, b"elsewhere", Location=rest, Set_Cookie="seen=1")
        elif path == "/hops":
            self.reply(301, b"", Location=f"/hops?{int(rest) - 1}" if int(rest) > 1 else "/")
        elif path == "/status":
            self.reply(int(rest), b"not this")
        elif path in BODIES:
            self.reply(200, BODIES[path][1], Content_Encoding=BODIES[path][0])
        elif path in ("/endless", "/trickle", "/trickling-headers", "/silence", "/cut", "/garbled"):
            with suppress(OSError):
                self.misbehave(path)
            self.close_connection = True
        else:
            self.reply(200, PAGE, Content_Type="text/html; charset=utf-8")

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content_Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def misbehave(self, path: str) -> None:
        start = {
            "/garbled": b"SSH-2.0-OpenSSH_9.6\r\n",
            "/silence": b"",
            "/trickling-headers": b"HTTP/1.1 200 OK\r\nX: ",
        }
        self.wfile.write(start.get(path, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"))
        if path == "/silence":
            self.site.hung_up.wait(3)
        for _ in range(30 if "trickl" in path else 10_000 if path == "/endless" else 0):
            self.site.sent += self.wfile.write(b"x" if "trickl" in path else b"x" * 65536)
            self.site.hung_up.wait(0.1 if "trickl" in path else 0)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    server = ThreadingHTTPServer((host, 0), Pages)
    site = Site(server.server_address[1])
    server.RequestHandlerClass = type("Served", (Pages,), {"site": site})
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is not news
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield site
    site.hung_up.set()
    server.shutdown()
    server.server_close()


@dataclass
class Canary:
    """A service nobody may reach; it counts who does."""

    port: int
    connections: int = 0


@contextmanager
def watching(host: str = "::", port: int = 0) -> Iterator[Canary]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    dual = family == socket.AF_INET6
    listening = socket.create_server((host, port), family=family, backlog=64, dualstack_ipv6=dual)
    canary = Canary(listening.getsockname()[1])

    def count() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                canary.connections += 1
                with caller:
                    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    threading.Thread(target=count, daemon=True).start()
    yield canary
    time.sleep(0.02)
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def canary() -> Iterator[Canary]:
    with watching() if socket.has_ipv6 and Path("/proc/net/if_inet6").exists() else watching("127.0.0.1") as canary:
        yield canary


def reaching(site: Site, host: str = "127.0.0.1", **settings: object) -> Guard:
    """The strict guard, but for one address and port."""
    return Guard(
        allows=lambda address, port: public_web(address, port) or (str(address), port) == (host, site.port), **settings
    )


def anywhere(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


# Refused for its address alone: any port is allowed, and every name leads to the canary.
ANY_PORT = Guard(allows=lambda address, port: public_web(address, 443), look_up=anywhere)


def test_a_page_comes_with_its_final_address_and_its_declared_type(site):
    found = fetch(f"http://127.0.0.1:{site.port}/to?/page%3Fa=1%23part", guard=reaching(site))
    assert found == Fetched(PAGE, f"http://127.0.0.1:{site.port}/page?a=1#part", "text/html; charset=utf-8")
    assert [path for path, _ in site.asked] == ["/to?/page%3Fa=1%23part", "/page?a=1"]


def test_a_name_is_reached_at_its_address_and_asked_for_by_its_name(site):
    guard = reaching(site, look_up=anywhere)
    assert fetch(f"http://Bücher.Example:{site.port}/a b?ü", guard=guard).data == PAGE
    assert [(path, headers["Host"]) for path, headers in site.asked] == [
        ("/a%20b?%C3%BC", f"xn--bcher-kva.example:{site.port}")
    ]


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/identity"])
def test_a_body_is_given_with_its_content_encoding_undone(site, path):
    assert fetch(f"http://127.0.0.1:{site.port}{path}", guard=reaching(site)).data == PAGE


WRITTEN = """
http://127.0.0.1:{p}/ HTTP://127.0.0.1:{p} http://127.1:{p}/ http://127.0.1:{p}/ http://2130706433:{p}/ http://0:{p}/
http://0.0.0.0:{p}/ http://00000:{p}/ http://0x7f000001:{p}/ http://0x7f.1:{p}/ http://0x7f.0x0.0x0.0x1:{p}/
http://0177.0.0.1:{p}/ http://017700000001:{p}/ http://0177.1:{p}/ http://127.000.000.001:{p}/ http://127.0.0.1.:{p}/
http://127.0.0.1..:{p}/ http://.127.0.0.1:{p}/ http://4294967297:{p}/ http://127.0.0.256:{p}/ http://127.8.9.10:{p}/
http://[::1]:{p}/ http://[::]:{p}/ http://[0:0:0:0:0:0:0:1]:{p}/ http://[::ffff:127.0.0.1]:{p}/ http://[::127.0.0.1]:{p}/
http://[::ffff:7f00:1]:{p}/ http://[::ffff:0:127.0.0.1]:{p}/ http://[64:ff9b::127.0.0.1]:{p}/ http://[2002:7f00:1::]:{p}/
http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{p}/ http://[fe80::1%25lo]:{p}/ http://[fe80::1%lo]:{p}/ http://[::1%lo]:{p}/
http://[fd00::2]:{p}/ http://[fec0::1]:{p}/ http://[ff02::1]:{p}/ http://[::1]{p}/ http://[127.0.0.1]:{p}/ http://::1:{p}/
http://①②⑦.⓪.⓪.①:{p}/ http://１２７.０.０.１:{p}/ http://127。0。0。1:{p}/ http://127．0．0．1:{p}/ http://127｡0｡0｡1:{p}/
http://%31%32%37.0.0.1:{p}/ http://127%2e0%2e0%2e1:{p}/ http://127.0.0.1%00.example.com:{p}/ http://127.0.0.1%20:{p}/
http://localhost:{p}/ http://LOCALHOST:{p}/ http://localhost.:{p}/ http://localhost.localdomain:{p}/ http://ⓛocalhost:{p}/
http://site.example:{p}/ http://site.example.:{p}/ http://127.0.0.1.nip.example:{p}/ http://xn--bcher-kva.example:{p}/
http://user@127.0.0.1:{p}/ http://user:word@127.0.0.1:{p}/ http://example.com@127.0.0.1:{p}/ http://@127.0.0.1:{p}/
http://example.com:80@127.0.0.1:{p}/ http://127.0.0.1:{p}@8.8.8.8/ http://127.0.0.1:{p}\\@8.8.8.8/ http://8.8.8.8#@127.0.0.1:{p}/\\
http://127.0.0.1:{p}\\.example.com/ http:\\\\127.0.0.1:{p}/ http:/127.0.0.1:{p}/ http:127.0.0.1:{p}/ //127.0.0.1:{p}/
http:///127.0.0.1:{p}/ http://127.0.0.1:{p}:80/ http://127.0.0.1:+{p}/ http://127.0.0.1;@x:{p}/ http://127.0.0.1,x:{p}/
http://10.0.0.1:{p}/ http://172.16.0.1:{p}/ http://192.168.0.1:{p}/ http://169.254.169.254:{p}/ http://100.64.0.1:{p}/
http://192.0.0.192:{p}/ http://168.63.129.16:{p}/ http://224.0.0.1:{p}/ http://240.0.0.1:{p}/ http://255.255.255.255:{p}/
ftp://127.0.0.1:{p}/ file:///etc/passwd gopher://127.0.0.1:{p}/ ws://127.0.0.1:{p}/ 127.0.0.1:{p} data:,x javascript:1
"""
SPELLINGS = WRITTEN.split() + ["", " ", "http://", "http://127.0.0.1:{p}/\r\nHost: x", "http://127.0.0.1:{p}\t/"]
SPELLINGS += ["http://127.0.0.1\n:{p}/", "http://127.0.0.1\u200b:{p}/", "http://127.0.0\u00ad.1:{p}/"]
SPELLINGS += ["http://127.0.0.1 :{p}/", "http://a b.example/"]


def test_no_spelling_of_an_address_that_is_not_public_leads_to_a_connection(canary):
    said = {}
    for spelling in SPELLINGS:
        address = spelling.replace("{p}", str(canary.port))
        with pytest.raises(BadSource) as refusal:
            fetch(address, most_seconds=2, guard=ANY_PORT)
        said[address] = str(refusal.value)
    time.sleep(0.05)
    assert (len(said), canary.connections) == (len(SPELLINGS), 0)
    endings = {text[text.index(" is not a public web address") :] for text in said.values()}
    assert len(endings) == 1, "the sentence tells why an address was refused"


def test_without_the_guard_the_same_spellings_reach_the_canary(canary):
    off = Guard(allows=lambda address, port: True, look_up=anywhere)
    reached = []
    for spelling in SPELLINGS:
        if "127.0.0.1" in spelling or "example" in spelling:
            with suppress(BadSource, Unreachable):
                reached.append(fetch(spelling.replace("{p}", str(canary.port)), most_seconds=1, guard=off).data)
    assert reached == [b"secret"] * len(reached)
    assert canary.connections == len(reached) >= 8


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0", "0x7f.1", "127.0.0.1", "localhost"])
def test_a_client_without_a_guard_takes_these_spellings_to_the_canary(canary, host):
    assert httpx.get(f"http://{host}:{canary.port}/", trust_env=False).text == "secret"
    assert canary.connections == 1


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0", "0x7f.1", "localhost", "intranet", "127.0.0.1.", "a%62.example"]
)
def test_what_is_neither_a_dotted_name_nor_an_address_is_never_looked_up(canary, host):
    with pytest.raises(BadSource):
        fetch(f"http://{host}:{canary.port}/", most_seconds=1, guard=OFF)
    assert canary.connections == 0


def test_an_address_with_characters_that_do_not_show_is_refused_whatever_the_guard_allows(site):
    for hidden in ("\x00", "\t", "\n", "\x7f", "\x85", "\xad", "\u200b", "\u202e", "\u2028", "\ufeff", "\U000e0041"):
        with pytest.raises(BadSource):
            fetch(f"http://127.0.0.1:{site.port}/{hidden}", guard=OFF)
    assert site.asked == []


ON_THE_PUBLIC_INTERNET = """
8.8.8.8 1.1.1.1 93.184.216.34 172.15.0.1 100.128.0.1 223.255.255.254
2606:4700::1111 2a00:1450:4001::200e ::ffff:8.8.8.8 64:ff9b::808:808
"""
NOT_ON_IT = """
0.1.2.3 10.1.2.3 100.127.255.255 127.255.255.254 169.254.0.1 172.31.0.1 192.0.0.9 192.0.2.1 192.88.99.1 192.168.9.9
198.19.0.1 198.51.100.1 203.0.113.1 224.0.0.251 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
::1 :: fc00::1 fdff::1 fe80::1 fe80::1%lo fec0::1 ff0e::1 100::1 5f00::1 2001::1 2001:20::1 2001:db8::1 2002:808:808::
3fff::1 64:ff9b:1::808:808 ::ffff:10.0.0.1 64:ff9b::a00:1 ::8.8.8.8 ::ffff:0:8.8.8.8 4000::1
"""


@pytest.mark.parametrize(
    ("address", "public"),
    [(address, True) for address in ON_THE_PUBLIC_INTERNET.split()]
    + [(address, False) for address in NOT_ON_IT.split()],
)
def test_only_what_is_given_out_for_the_public_internet_is_public(address, public):
    assert public_web(ip_address(address), 443) is public


@pytest.mark.parametrize("port", [1, 22, 25, 3306, 6379, 8000, 65535])
def test_a_port_where_no_pages_are_served_is_refused(port):
    with pytest.raises(BadSource, match="is not a public web address"):
        fetch(f"http://8.8.8.8:{port}/")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999", "x", "8_0x"])
def test_a_port_that_cannot_be_is_refused_whatever_the_guard_allows(port):
    with pytest.raises(BadSource, match="is not a public web address"):
        fetch(f"http://127.0.0.1:{port}/", most_seconds=1, guard=OFF)


def test_a_redirect_to_an_address_that_is_not_public_is_refused_without_a_connection(site, canary):
    here = f"127.0.0.1:{canary.port}/"
    for target in (f"http://{here}", f"//{here}", f"%5C%5C{here}", f"http://a:b@{here}", "file:///etc/passwd", "//["):
        with pytest.raises(BadSource, match=r"/to…' is not a public web address"):
            fetch(f"http://127.0.0.1:{site.port}/to?{target}", guard=reaching(site))
    assert (len(site.asked), canary.connections) == (6, 0)


def test_with_the_guard_off_the_same_redirect_reaches_the_canary(site, canary):
    address = f"http://127.0.0.1:{site.port}/to?http://127.0.0.1:{canary.port}/"
    assert fetch(address, guard=OFF) == Fetched(b"secret", f"http://127.0.0.1:{canary.port}/", "")


def test_five_redirects_are_followed_and_a_sixth_is_not(site):
    guard = reaching(site)
    assert fetch(f"http://127.0.0.1:{site.port}/hops?5", guard=guard).data == PAGE
    site.asked.clear()
    for path in ("/hops?6", "/to?"):  # an empty Location is the page itself
        with pytest.raises(Unreachable, match="was still leading elsewhere after 5 redirects"):
            fetch(f"http://127.0.0.1:{site.port}{path}", guard=guard)
    assert len(site.asked) == 12


def test_no_cookie_and_no_credential_of_the_machine_is_sent(site, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    fetch(f"http://127.0.0.1:{site.port}/to?/", guard=reaching(site))
    assert [sorted(headers) for _, headers in site.asked] == [
        ["Accept-Encoding", "Connection", "Host", "User-Agent"]
    ] * 2


def test_the_proxy_of_the_environment_is_not_used(site, monkeypatch):
    with watching("127.0.0.1") as canary:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
        guard = reaching(site, look_up=anywhere)
        assert fetch(f"http://site.example:{site.port}/", guard=guard).data == PAGE
        assert canary.connections == 0
        assert httpx.get(f"http://site.example:{site.port}/").text == "secret"  # what the environment asks for


@contextmanager
def rebinding(*answers: list[str]) -> Iterator[tuple[Guard, Site, Canary, list[str]]]:
    """A name that first leads to a site that may be reached, then to a canary at the same port."""
    left, asked = list(answers), []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    with serving("127.0.0.2") as site, watching("127.0.0.1", site.port) as canary:
        yield reaching(site, "127.0.0.2", look_up=look_up), site, canary, asked


def test_a_name_is_looked_up_once_and_the_judged_address_is_the_one_connected_to():
    with rebinding(["127.0.0.2"], ["127.0.0.1"]) as (guard, site, canary, asked):
        assert fetch(f"http://rebind.example:{site.port}/", guard=guard).data == PAGE
        assert (asked, len(site.asked), canary.connections) == (["rebind.example"], 1, 0)


def test_a_name_that_changes_its_address_before_a_redirect_is_judged_again():
    with rebinding(["127.0.0.2"], ["127.0.0.1"]) as (guard, site, canary, asked):
        with pytest.raises(BadSource):
            fetch(f"http://rebind.example:{site.port}/to?/", guard=guard)
        assert (asked, len(site.asked), canary.connections) == (["rebind.example"] * 2, 1, 0)


def test_a_name_with_one_address_that_is_not_public_is_refused_whole():
    with rebinding(["127.0.0.2", "127.0.0.1"]) as (guard, site, canary, _):
        with pytest.raises(BadSource):
            fetch(f"http://rebind.example:{site.port}/", guard=guard)
        assert (site.asked, canary.connections) == ([], 0)


def test_an_address_that_takes_no_connection_gives_way_to_the_next(site):
    guard = Guard(allows=lambda address, port: True, look_up=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert fetch(f"http://site.example:{site.port}/", guard=guard).data == PAGE


def test_a_name_that_does_not_exist_reads_like_one_of_a_private_network():
    def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    said = []
    for look_up in (nothing, lambda host, port: ["10.0.0.7"]):
        with pytest.raises(BadSource) as refusal:
            fetch("http://wiki.corp.example/", guard=Guard(look_up=look_up))
        said.append(str(refusal.value))
    assert said[0] == said[1]


def test_a_resolver_that_fails_or_hangs_makes_the_address_unreachable_in_time():
    def down(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    began = time.monotonic()
    for look_up in (down, lambda host, port: time.sleep(1.5) or ["8.8.8.8"], lambda host, port: []):
        with pytest.raises(Unreachable, match="did not deliver a page within 0.3 s"):
            fetch("http://site.example/", most_seconds=0.3, guard=Guard(look_up=look_up))
    assert time.monotonic() - began < 1.2


BROKEN = [
    "/silence",
    "/trickle",
    "/trickling-headers",
    "/cut",
    "/garbled",
    "/brotli",
    "/twice",
    "/cut-gzip",
    "/no-gzip",
]


def test_closed_silent_slow_and_garbled_read_alike_and_end_in_time(site):
    guard, said = Guard(allows=lambda address, port: True), set()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    for address in [closed, *(f"http://127.0.0.1:{site.port}{path}" for path in [*BROKEN, "/second-member"])]:
        began = time.monotonic()
        with pytest.raises(Unreachable) as failure:
            fetch(address, most_seconds=0.4, guard=guard)
        assert time.monotonic() - began < 0.9, address
        said.add(str(failure.value).replace(address, ""))
    ending = "Check the address, try again later, or save the page and add it as a file."
    assert said == {f"'' did not deliver a page within 0.4 s. {ending}"}


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (403, "Forbidden"), (503, "Service Unavailable")])
def test_an_error_page_is_not_an_article(site, status, reason):
    with pytest.raises(Unreachable, match=rf"/status…' answered {status} \({reason}\)\. Check the address"):
        fetch(f"http://127.0.0.1:{site.port}/status?{status}", guard=reaching(site))


def test_a_compressed_bomb_stops_at_the_limit(site):
    tracemalloc.start()
    with pytest.raises(BadSource, match="holds more than 1,000,000 bytes"):
        fetch(f"http://127.0.0.1:{site.port}/bomb", most_bytes=1_000_000, guard=reaching(site))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000  # it decodes to 100,000,000


def test_an_endless_body_stops_at_the_limit(site):
    with pytest.raises(BadSource, match="holds more than 1,000,000 bytes"):
        fetch(f"http://127.0.0.1:{site.port}/endless", most_bytes=1_000_000, guard=reaching(site))
    time.sleep(0.1)
    assert site.sent < 20_000_000  # of 655,360,000; what is over the limit lies in the buffers of the system


def test_a_body_of_exactly_the_limit_is_taken(site):
    for path in ("/", "/deflate"):
        address = f"http://127.0.0.1:{site.port}{path}"
        assert fetch(address, most_bytes=max(len(PAGE), len(BODIES["/deflate"][1])), guard=reaching(site)).data == PAGE
    with pytest.raises(BadSource, match="holds more than 20 bytes"):
        fetch(f"http://127.0.0.1:{site.port}/", most_bytes=len(PAGE) - 1, guard=reaching(site))


def test_an_error_repeats_no_password_no_token_and_no_control_character():
    for address in (
        "http://me:secret@10.0.0.1/",
        "http://10.0.0.1/?token=secret",
        "http://10.0.0.1/\x1b[2J\u202e#secret",
    ):
        with pytest.raises(BadSource) as refusal:
            fetch(address)
        assert str(refusal.value).isprintable()
        assert "secret" not in str(refusal.value)


def certified(folder: Path, name: x509.GeneralName) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server with a certificate for this name shows, and what a client that trusts the certificate checks."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    made = x509.CertificateBuilder().subject_name(issuer).issuer_name(issuer).public_key(key.public_key())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).serial_number(7)
    made = made.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem) + private)
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(folder / "server.pem")
    return shows, ssl.create_default_context(cafile=str(folder / "server.pem"))


def test_a_certificate_is_checked_for_the_name_and_not_for_the_address(tmp_path):
    shows, trusts = certified(tmp_path, x509.DNSName("site.example"))
    with serving(tls=shows) as site:
        guard = reaching(site, look_up=anywhere, trusts=trusts)
        assert fetch(f"https://site.example:{site.port}/", guard=guard).data == PAGE
        for host in ("other.example", "127.0.0.1"):
            with pytest.raises(Unreachable):
                fetch(f"https://{host}:{site.port}/", most_seconds=3, guard=guard)
        with pytest.raises(Unreachable):  # nobody known has signed it
            fetch(f"https://site.example:{site.port}/", most_seconds=3, guard=reaching(site, look_up=anywhere))
        assert len(site.asked) == 1


def test_a_certificate_for_the_address_does_not_stand_for_the_name(tmp_path):
    shows, trusts = certified(tmp_path, x509.IPAddress(ip_address("127.0.0.1")))
    with serving(tls=shows) as site:
        guard = reaching(site, look_up=anywhere, trusts=trusts)
        assert fetch(f"https://127.0.0.1:{site.port}/", guard=guard).data == PAGE
        with pytest.raises(Unreachable):
            fetch(f"https://site.example:{site.port}/", most_seconds=3, guard=guard)
        assert len(site.asked) == 1


def test_a_silent_tls_handshake_ends_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/", most_seconds=0.4, guard=OFF)
        assert time.monotonic() - began < 0.9
