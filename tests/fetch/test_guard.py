import socket
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.fetch.addresses import endpoint, is_public, load_resolve_table
from pipeline.fetch.client import Client
from pipeline.fetch.guard import ForbiddenAddress, Guard, UnknownHost
from pipeline.records import Failure, Response

pytestmark = pytest.mark.filterwarnings("error")

REFUSED = """
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.8.8.8 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1
240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::a00:1 64:ff9b:1::a00:1 64:ff9b::7f00:1 100::1 2001::1 2001:0:7f00:1::1 2001:10::1 2001:db8::1
2002:7f00:1::1 2002:a00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
4000::1
""".split()
PUBLIC = "1.1.1.1 93.184.216.34 172.15.0.1 172.32.0.1 100.128.0.1 2606:4700::1 2a00:1450::1 64:ff9b::101:101 ::ffff:1.1.1.1"


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_what_ipv6_hides_is_judged_as_itself(address: IPv4Address):
    number = int(address)
    for prefix in (0xFFFF << 32, 0x64FF9B << 96):
        assert is_public(str(IPv6Address(prefix | number))) == is_public(str(address))
    assert not is_public(str(IPv6Address(number)))  # the withdrawn ::a.b.c.d
    assert not is_public(str(IPv6Address((0x2002 << 112) | (number << 80))))


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_never_more_open_than_the_standard_library(address):
    if address.is_private or address.is_loopback or address.is_multicast or address.is_link_local:
        mapped = getattr(address, "ipv4_mapped", None)
        assert not is_public(str(mapped or address)) or mapped is not None


def test_endpoint_refuses_other_forms():
    for text in ("", "host", "host:", "host:0", "host:65536", "::1:80", "host:x", ":80"):
        with pytest.raises(ValueError):
            endpoint(text)


def resolver(*addresses):
    async def resolve(host, port):
        return addresses

    return resolve


def test_a_mix_of_public_and_private_is_refused(run):
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.1"):
        run(Guard(resolver=resolver("1.1.1.1", "10.0.0.1")).addresses("mixed.example", 80))


def test_ports(run):
    guard = Guard(resolver=resolver("1.1.1.1"))
    assert run(guard.addresses("a.example", 443)) == [("1.1.1.1", 443)]
    with pytest.raises(ForbiddenAddress, match="port 22"):
        run(guard.addresses("a.example", 22))
    assert run(Guard({("a.example", 22)}, resolver=resolver("1.1.1.1")).addresses("A.example.", 22))


def test_allowed_is_for_that_port_only(run):
    guard = Guard({("::1", 8080)})
    assert run(guard.addresses("0:0::1", 8080)) == [("::1", 8080)]
    with pytest.raises(ForbiddenAddress):
        run(guard.addresses("::1", 8443))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
def test_old_spellings_of_loopback(host, run):
    with pytest.raises(ForbiddenAddress):
        run(Guard().addresses(host, 80))


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "no-such-host.invalid"])
def test_a_name_that_is_none(host, run):
    with pytest.raises(UnknownHost):
        run(Guard().addresses(host, 80))


def test_table(run, tmp_path):
    file = tmp_path / "hosts"
    file.write_text("# captured sites\nnews.example:443 127.0.0.1:9443\n*:80 127.0.0.1:9080  # the rest\n\n")
    table = load_resolve_table(file)
    guard = Guard({("127.0.0.1", 9443), ("127.0.0.1", 9080)}, table=table)
    assert run(guard.addresses("news.example", 443)) == [("127.0.0.1", 9443)]
    assert run(guard.addresses("other.example", 80)) == [("127.0.0.1", 9080)]
    for literal in ("10.0.0.1", "127.1", "::1"):  # the star is for names: an address is judged as ever
        with pytest.raises(ForbiddenAddress):
            run(guard.addresses(literal, 80))
    with pytest.raises(ForbiddenAddress, match="DATELINE_ALLOWED_ADDRESSES lacks"):
        run(Guard({("127.0.0.1", 9443)}, table=table).addresses("other.example", 80))


@pytest.mark.parametrize("line", ["news.example 127.0.0.1:80", "a:80 b:80", "a:80", "a:80 127.0.0.1:80 x"])
def test_table_names_the_line(line, tmp_path):
    file = tmp_path / "hosts"
    file.write_text(f"ok.example:80 127.0.0.1:80\n{line}\n")
    with pytest.raises(SettingsError, match="line 2"):
        load_resolve_table(file)
    with pytest.raises(SettingsError, match="cannot read"):
        load_resolve_table(tmp_path / "missing")


def test_a_name_that_changes_its_address(run, serve, client, fixed, answer):
    """Rebinding: the address checked is the one connected to, and each connection is checked."""
    asked, reached = [], []

    async def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async def secret(request, writer):
        reached.append(request.path)
        writer.write(answer(b"secret"))

    async def main():
        async with (
            serve(fixed(answer(b"open"))) as port,
            serve(secret, host="127.0.0.2", port=port),
            client(port, resolver=rebinding) as it,
        ):
            first = await it.get(f"http://rebinding.example:{port}/", max_bytes=100)
            assert len(asked) == 1
            second = await it.get(f"http://rebinding.example:{port}/", max_bytes=100)
            return first, second

    first, second = run(main())
    assert isinstance(first, Response)
    assert first.body == b"open"
    assert isinstance(second, Failure)
    assert (second.reason, second.kind) == ("forbidden_address", "permanent")
    assert "127.0.0.2" in second.detail
    assert not reached


def test_an_address_that_hangs_leaves_time_for_the_next(run, serve, fixed, answer):
    async def two(host, port):
        return ["127.0.0.3", "127.0.0.1"]

    async def main():
        async with serve(fixed(answer(b"here"))) as port:
            with socket.socket() as deaf, ExitStack() as queue:
                deaf.bind(("127.0.0.3", port))
                deaf.listen(0)
                for _ in range(4):  # its queue is full: what comes now gets no answer at all
                    waiting = queue.enter_context(socket.socket())
                    waiting.setblocking(False)
                    waiting.connect_ex(("127.0.0.3", port))
                guard = Guard({("two.example", port)}, resolver=two)
                async with Client(user_agent="Dateline/0.1", guard=guard, timeout_seconds=1.0) as it:
                    return await it.get(f"http://two.example:{port}/", max_bytes=100)

    result = run(main())
    assert result.body == b"here"
    assert 0.4 < result.duration_seconds < 1.0


def test_the_second_address_is_tried(run, serve, client, fixed, answer):
    async def two(host, port):
        return ["127.0.0.3", "127.0.0.1"]

    async def main():
        async with serve(fixed(answer(b"here"))) as port:
            guard = Guard({("two.example", port)}, resolver=two)
            async with Client(user_agent="Dateline/0.1", guard=guard, timeout_seconds=3) as it:
                return await it.get(f"http://two.example:{port}/", max_bytes=100)

    assert run(main()).body == b"here"
