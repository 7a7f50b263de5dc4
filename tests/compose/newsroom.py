"""``python -m tests.compose.newsroom FOLDER STORIES``: the newsroom for the other containers.

It listens on this container's own address, which only the containers of one compose project reach. Its
files are in ``FOLDER`` before it listens.
"""

import asyncio
import socket
import sys
from pathlib import Path

from tests.newsroom import World
from tests.newsroom.connection import Connection
from tests.newsroom.server import Clock, Server

PORT, CLOSED = 8899, 8898


async def main(folder, stories):
    world = World(stories=stories)
    server = Server(world, Clock(world.end), None)
    server.sources_yaml(folder / "sources.yaml")
    address = socket.gethostbyname(socket.gethostname())
    found = dict.fromkeys(world.hosts(), PORT) | dict.fromkeys(world.offline_hosts(), CLOSED)
    lines = [f"{host}:80 {address}:{port}\n" for host, port in found.items()]
    (folder / "resolve").write_text("".join(lines))
    clients = set()
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(server.answer, "http", clients), address, PORT, backlog=512
    )
    print(f"{stories} stories on {address}:{PORT}", flush=True)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
