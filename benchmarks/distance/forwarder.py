"""A forwarder that makes a server distant: every byte arrives half a round trip later, in both directions.

    python benchmarks/distance/forwarder.py 127.0.0.1 8080 0.15

It prints the port on which it listens. Unlike over a real distance, opening a connection takes no time.
"""

from __future__ import annotations

import asyncio
import sys

_CHUNK = 65536


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
    """Copy what arrives, each piece `delay` seconds later, and the end of the stream likewise."""
    loop, pieces = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def read() -> None:
        data = b"-"
        while data:
            try:
                data = await source.read(_CHUNK)
            except OSError:
                data = b""
            pieces.put_nowait((loop.time() + delay, data))

    reading = asyncio.ensure_future(read())
    while True:
        due, data = await pieces.get()
        await asyncio.sleep(due - loop.time())
        if not data:
            break
        sink.write(data)
        await sink.drain()
    await reading
    sink.write_eof()


async def _serve(host: str, port: int, round_trip: float) -> None:
    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, port)
        ways = (
            _carry(reader, far_writer, round_trip / 2),
            _carry(far_reader, writer, round_trip / 2),
        )
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, far_writer):
            each.close()

    server = await asyncio.start_server(forward, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
