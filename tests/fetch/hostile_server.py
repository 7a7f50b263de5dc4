"""A server that means harm: plain, TLS and HTTP/2 listeners that act out the cases of ``hostile.py``.

    python -m tests.fetch.hostile_server

prints its ports and its authority's certificate as one line of JSON and serves until its input ends.
The first label of the host that is asked for names the case.
"""

import asyncio
import json
import ssl
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.config
import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fetch.hostile import CASES
from tests.fetch.hostile_acts import BOMBS, DOMAIN, bomb

BROKEN = (
    ConnectionError,
    asyncio.IncompleteReadError,
    # The end of this server; Python 3.11.7 prints a traceback for each conversation that it cancels.
    asyncio.CancelledError,
    h2.exceptions.H2Error,
    ssl.SSLError,
)
ACTS = {case.label: case.act for case in CASES}


class Authority:
    """Makes certificates that its own vouches for; unless they are to vouch for themselves."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self.name, self._key, self.name, self._key, days=(-90, 90))

    def _signed(self, subject, key, issuer, issuer_key, *, days, host=None):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    def context(self, *protocols, host=f"*.{DOMAIN}", days=(-2, 2), own=False):
        """A server's TLS context with a fresh certificate for ``host``; ``own``: signed by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        issuer, issuer_key = (subject, key) if own else (self.name, self._key)
        certificate = self._signed(subject, key, issuer, issuer_key, days=days, host=host)
        file = self._folder / "pair.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file)
        made.set_alpn_protocols(list(protocols) or ["http/1.1"])
        return made


async def speak_http1(reader, writer):
    """One act a request, as long as the connection lasts."""
    with suppress(*BROKEN):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
            host = next(line for line in head if line.startswith("host:"))
            label = host.removeprefix("host:").strip().partition(".")[0]
            await ACTS[label](head[0].split(" ")[1], writer)
            await writer.drain()
    writer.close()


async def speak_http2(reader, writer):
    """The same over HTTP/2: an act gets the connection's state and the stream to act on."""
    link = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    link.initiate_connection()
    with suppress(*BROKEN):
        while data := await flushed(link, reader, writer):
            for event in link.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    label = dict(event.headers)[":authority"].partition(".")[0]
                    await ACTS[label](link, event.stream_id, writer)
    writer.close()


async def flushed(link, reader, writer):
    """What comes after all that ``link`` has to say is sent."""
    writer.write(link.data_to_send())
    await writer.drain()
    return await reader.read(65536)


async def say_nothing(reader, writer):
    """Not even a TLS handshake."""
    with suppress(*BROKEN):
        while await reader.read(65536):
            pass
    writer.close()


async def main():
    for (
        coding
    ) in BOMBS:  # packed before the first request, so that the cases come as close together as they can
        bomb(coding)
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder), "hostile authority")
        nobody = Authority(Path(folder), "nobody's authority")
        listeners = {
            "plain": (speak_http1, None),
            "tls": (speak_http1, authority.context()),
            "h2": (speak_http2, authority.context("h2", "http/1.1")),
            "expired": (speak_http1, authority.context(days=(-3, -1))),
            "early": (speak_http1, authority.context(days=(1, 3))),
            "other": (speak_http1, authority.context(host="other.example")),
            "own": (speak_http1, authority.context(own=True)),
            "unknown": (speak_http1, nobody.context()),
            "silent": (say_nothing, None),
        }
        ports = {}
        for name, (speak, context) in listeners.items():
            server = await asyncio.start_server(speak, ["127.0.0.1"], 0, ssl=context)
            ports[name] = server.sockets[0].getsockname()[1]
        await asyncio.start_server(speak_http1, ["::1"], ports["plain"])
        pem = authority.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
        print(json.dumps({"ports": ports, "authority": pem}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
