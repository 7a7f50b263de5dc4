"""Connections are kept, few, and never one that its server has closed."""

import asyncio
from contextlib import asynccontextmanager

import pytest

pytestmark = pytest.mark.filterwarnings("error")


@asynccontextmanager
async def keeping_server(*, answers_after=0.01, hang_up_after=None, tls=None):
    """A server that answers many requests a connection; its port, and the connections' counts of requests."""
    counts, tasks = [], []

    async def connected(reader, writer):
        at = len(counts)
        counts.append(0)
        tasks.append(asyncio.current_task())
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                counts[at] += 1
                await asyncio.sleep(answers_after)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnews")
                if counts[at] == hang_up_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], counts
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.02)


async def news(client, url):
    answer = await client.get(url, max_bytes=99)
    return getattr(answer, "body", answer)


def test_one_that_the_server_closed_is_not_used_again(run, client):
    async def main():
        async with keeping_server(hang_up_after=2) as (port, counts), client(port) as it:
            got = []
            for _ in range(5):
                got.append(await news(it, f"http://127.0.0.1:{port}/"))
                await asyncio.sleep(0.02)
            return got, counts

    got, counts = run(main())
    assert got == [b"news"] * 5
    assert counts == [2, 2, 1]


def test_the_one_that_waited_longest_makes_room(run, client):
    async def main():
        async with keeping_server() as (first, old), keeping_server() as (second, new):
            async with client(first, second, kept=1) as it:
                await news(it, f"http://127.0.0.1:{first}/")
                await news(it, f"http://127.0.0.1:{second}/")
                assert len(it._pool) == 1
                await news(it, f"http://127.0.0.1:{second}/")
                await news(it, f"http://127.0.0.1:{first}/")
            return old, new, len(it._pool)

    assert run(main()) == ([1, 1], [2], 0)


def test_a_server_that_does_not_speak_http2_gets_a_connection_for_each_request_at_once(
    run, client, certificates
):
    pem, context = certificates

    async def main():
        async with keeping_server(tls=context("http/1.1")) as (port, counts):
            table = {("news.example", 443): ("127.0.0.1", port)}
            async with client(port, table=table, ca_file=pem) as it:
                got = await asyncio.gather(*(news(it, f"https://news.example/{n}") for n in range(4)))
                again = await news(it, "https://news.example/5")
            return [*got, again], counts

    got, counts = run(main())
    assert got == [b"news"] * 5
    assert sum(counts) == 5
    assert len(counts) <= 4


@pytest.mark.parametrize("seconds", [0, 0.005, 0.02, 0.05])
def test_closed_while_an_answer_is_on_its_way(run, client, seconds):
    """A value comes back whenever it is, and no socket is left."""

    async def main():
        async with keeping_server(answers_after=0.03) as (port, _), client(port) as it:
            asked = asyncio.create_task(news(it, f"http://127.0.0.1:{port}/"))
            await asyncio.sleep(seconds)
            await it._pool.aclose()
            return await asked

    answer = run(main())
    assert answer == b"news" or answer.kind == "transient"


def test_one_that_is_closed_as_it_is_lent_is_no_failure(run, client):
    """The server's FIN and our request cross: the request goes out again, on a new connection."""
    counts = []

    async def connected(reader, writer):
        at = len(counts)
        counts.append(0)
        await reader.readuntil(b"\r\n\r\n")
        counts[at] += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnews")
        if at == 0:
            await reader.readuntil(b"\r\n\r\n")  # the next request comes, and is not answered
        await writer.drain()
        writer.close()

    async def main():
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with client(port) as it:
            got = [await news(it, f"http://127.0.0.1:{port}/") for _ in range(2)]
        server.close()
        await asyncio.sleep(0.05)
        return got

    assert run(main()) == [b"news"] * 2
    assert counts == [1, 1]
