"""The wire between server and worker."""

from __future__ import annotations

import asyncio
import socket

import numpy as np
import pytest

from daw_bridge import worker_protocol as wire
from daw_bridge.supervision.worker_link import SocketConnection, pack, read_message


def test_messages_cross_in_both_directions_whole_and_in_order() -> None:
    async def scenario() -> None:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = SocketConnection(theirs)
        assert not worker.poll(0)
        for message in (wire.Open("main", 5), wire.Demand("main", 9)):
            writer.write(pack(message))
        await writer.drain()
        assert worker.poll(1.0)
        assert [worker.recv(), worker.recv()] == [wire.Open("main", 5), wire.Demand("main", 9)]
        pcm = np.random.default_rng(0).standard_normal((2, 100_000)).astype(np.float32)
        sending = asyncio.to_thread(worker.send, wire.Chunk("main", 3, pcm, 2, 1))
        chunk, _ = await asyncio.gather(read_message(reader), sending)
        assert isinstance(chunk, wire.Chunk)
        assert (chunk.session, chunk.position, chunk.flags, chunk.plan_id) == ("main", 3, 2, 1)
        np.testing.assert_array_equal(chunk.pcm, pcm)
        worker.close()
        with pytest.raises(EOFError):
            await read_message(reader)
        writer.close()
        await writer.wait_closed()

    asyncio.run(scenario(), debug=True)


def test_the_worker_sees_the_end_of_the_server() -> None:
    ours, theirs = socket.socketpair()
    worker = SocketConnection(theirs)
    ours.close()
    assert worker.poll(0)
    with pytest.raises(EOFError):
        worker.recv()
    with pytest.raises(OSError):
        worker.send(wire.Broken("x"))
    worker.close()
