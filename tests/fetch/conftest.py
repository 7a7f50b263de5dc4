"""A web server that does whatever a test tells it, and a client that may speak to it."""

import asyncio
import gc
import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch import loop
from pipeline.fetch.client import Client
from pipeline.fetch.guard import Guard

AGENT = "Dateline/0.1 (tests; +https://dateline.example/contact)"


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    port: int


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


async def _read_request(reader, port):
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    return Request(lines[0].split(" ")[1], headers, port)


@asynccontextmanager
async def serve(handler: Handler, *, host="127.0.0.1", port=0, tls: ssl.SSLContext | None = None):
    """One handler call a connection; the port."""
    tasks = set()

    async def connected(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            request = await _read_request(reader, writer.get_extra_info("sockname")[1])
            await handler(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            tasks.discard(asyncio.current_task())

    server = await asyncio.start_server(connected, host, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


def answer(body=b"", status="200 OK", **headers):
    """A whole HTTP answer as bytes; ``_`` in a header's name stands for ``-``."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if not {"content_length", "transfer_encoding"} & set(headers):
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\nconnection: close\r\n\r\n").encode("latin-1") + body


@pytest.fixture(name="serve", scope="session")
def _serve():
    return serve


@pytest.fixture(name="answer")
def _answer():
    return answer


@pytest.fixture
def fixed():
    """A handler that always gives the same bytes."""

    def made(data: bytes) -> Handler:
        async def handler(request, writer):
            writer.write(data)

        return handler

    return made


@pytest.fixture
def client():
    """A client that may reach 127.0.0.1 at the given ports."""

    def made(*ports, timeout_seconds=3.0, table=None, resolver=None, **more):
        extra = {"resolver": resolver} if resolver else {}
        guard = Guard({("127.0.0.1", port) for port in ports}, table=table, **extra)
        return Client(user_agent=AGENT, guard=guard, timeout_seconds=timeout_seconds, **more)

    return made


@pytest.fixture
def run():
    """Runs a coroutine to its end; fails where it leaves a task or a socket behind."""

    def ran(main):
        async def watched():
            result = await main
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left
            return result

        gc.freeze()  # so that the collection below has only this test's objects to look at
        result = loop.run(watched())
        gc.collect()  # an open socket warns here, and warnings are errors in these tests
        return result

    return ran


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A private authority's PEM file, and a server context for news.example."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "ca.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

    def context(*protocols):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(pem, secret)
        made.set_alpn_protocols(list(protocols) or ["http/1.1"])
        return made

    return pem, context
