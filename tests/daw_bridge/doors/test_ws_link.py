"""What waits for a client, and doing several things until the first of them ends."""

from __future__ import annotations

import asyncio

import pytest

from daw_bridge.doors.ws_link import MAX_OUTBOX, Outbox, until_first
from daw_bridge.errors import TransportError


def test_messages_come_out_in_their_order_and_then_none() -> None:
    outbox = Outbox()
    for message in ("a", b"b", "c"):
        outbox.put(message)
    assert outbox.wake.is_set()
    assert [outbox.pop() for _ in range(4)] == ["a", b"b", "c", None]


def test_a_client_that_leaves_too_much_unread_is_told_so_once_it_is_full() -> None:
    outbox = Outbox()
    for number in range(MAX_OUTBOX):
        outbox.put(str(number))
    assert outbox.pop() == "0"
    outbox.put("more")
    outbox.put("one too many")
    with pytest.raises(TransportError, match=f"{MAX_OUTBOX} messages wait"):
        outbox.pop()


def test_waiting_ends_with_a_message_or_with_patience() -> None:
    async def scenario() -> None:
        outbox = Outbox()
        await outbox.wait(0.001)
        waiting = asyncio.create_task(outbox.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        outbox.put("a")
        await waiting

    asyncio.run(scenario(), debug=True)


def test_the_first_that_ends_ends_the_others_before_it_returns() -> None:
    async def scenario() -> None:
        ended = []

        async def lasts() -> None:
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("lasts")

        await until_first(lasts(), asyncio.sleep(0), lasts())
        assert ended == ["lasts", "lasts"]

    asyncio.run(scenario(), debug=True)


def test_what_the_first_raises_is_raised_and_not_lost() -> None:
    """Also where it is not the first that was named."""

    async def fails() -> None:
        raise KeyError("x")

    async def scenario() -> None:
        with pytest.raises(KeyError):
            await until_first(asyncio.sleep(3600), fails())

    asyncio.run(scenario(), debug=True)


def test_who_is_cancelled_takes_all_of_it_along() -> None:
    async def scenario() -> None:
        begun = asyncio.Event()
        ended = []

        async def lasts() -> None:
            begun.set()
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("lasts")

        whole = asyncio.create_task(until_first(lasts(), asyncio.sleep(3600)))
        await begun.wait()
        whole.cancel()
        with pytest.raises(asyncio.CancelledError):
            await whole
        assert ended == ["lasts"]

    asyncio.run(scenario(), debug=True)
