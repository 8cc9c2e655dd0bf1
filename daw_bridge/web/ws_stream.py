"""The stream protocol of ``/ws``: hello, commands and playheads in, events and PCM out.

Each connection has one task that reads and one that sends. The sender takes what the listener's
credit allows; nothing is queued for a client but its replies, so a slow one costs no memory and no
time of others. One that does not read for 5 s is disconnected, and so is one that does not say
hello in time.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from daw_bridge.audio.pcm import PcmHeader
from daw_bridge.audio.resample import map_position
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.doors.ws_link import (
    HELLO_TIMEOUT_S,
    MAX_OUTBOX,
    MESSAGE_BURST,
    MESSAGES_PER_S,
    POLICY_VIOLATION,
    TOO_SLOW_S,
    TRY_AGAIN_LATER,
    dismiss,
    is_stranger,
    limit_send_buffer,
    send_in_time,
)
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Client, Hub
from daw_bridge.messages import Command, Hello, Playhead, encode_ws, parse_ws
from daw_bridge.session.listener import Listener, Skip, encode_packet
from daw_bridge.session.phrase_recorder import Source
from daw_bridge.session.requests import Outcome
from daw_bridge.session.session import Session
from daw_bridge.worker_protocol import Value, is_position

log = logging.getLogger(__name__)

MAX_STRANGERS = 8  # any web page can connect; it must not take the places of others

SOUND_S_PER_S, SOUND_BURST_S = 4.0, 1.0  # of a phrase that a client may send, in a second
LOWEST_RATE, HIGHEST_RATE, MOST_CHANNELS = 8000, 192000, 8  # of it


class WsClient(Client):
    """One connection that has said hello."""

    def __init__(self, session: Session, hello: Hello, listener: Listener) -> None:
        super().__init__(hello.session)
        self.hello = hello
        self.listener = listener
        self.stream = session
        self.outbox: deque[str] = deque()
        self.wake = asyncio.Event()
        self.overflowed = False

    def post(self, event: str, values: Mapping[str, object]) -> None:
        """Queue a text message."""
        self.overflowed = self.overflowed or len(self.outbox) >= MAX_OUTBOX
        if not self.overflowed:
            self.outbox.append(encode_ws(event, values))
        self.wake.set()

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Queue a ``done`` event; the position is at the client's rate."""
        self.post(
            "done",
            {
                "id": message_id,
                "address": outcome.address,
                "position": self.at_client_rate(outcome.position),
                "seconds": outcome.seconds,
            },
        )

    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Queue a ``fail`` event."""
        self.post("fail", {"id": message_id, "address": address, "reason": reason})

    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Queue a ``pong``, ``synced``, ``takes`` or ``status`` event."""
        if kind == "synced":
            self.post(kind, {"id": message_id, "sync": values["id"]})
        elif kind == "takes":
            self.post(kind, {"id": message_id, "takes": list(values.values())})
        else:
            self.post(kind, {"id": message_id, **values})

    def on_event(self, session: str, event: str, values: Mapping[str, Value]) -> None:
        """Queue an event of the client's session; ``chunk`` is in the PCM headers already."""
        if event == "chunk" or session not in ("", self.session):
            return
        mapped = {
            name: self.at_client_rate(value)
            if is_position(name) and isinstance(value, int)
            else value
            for name, value in values.items()
        }
        position, samples = values.get("position"), values.get("samples")
        if isinstance(position, int) and isinstance(samples, int):
            end = self.at_client_rate(position + samples)
            mapped["samples"] = end - self.at_client_rate(position)
        self.post(event, {"session": session or self.session, **mapped})

    def at_client_rate(self, position: int) -> int:
        """Return a model-rate position at the client's rate."""
        if not self.stream.sample_rate:
            return 0
        return map_position(position, self.stream.sample_rate, self.hello.sample_rate)


class StreamEndpoint:
    """What is at ``/ws``: one call of ``serve`` for each connection."""

    def __init__(
        self, hub: Hub, *, hello_timeout_s: float = HELLO_TIMEOUT_S, too_slow_s: float = TOO_SLOW_S
    ) -> None:
        self._hub = hub
        self._hello_timeout_s = hello_timeout_s
        self._too_slow_s = too_slow_s
        self._strangers = 0  # who have not said hello yet

    async def serve(self, connection: ServerConnection) -> None:
        """Serve a client until it leaves or is sent away."""
        try:
            limit_send_buffer(connection)
            hello = await self._hello(connection)
            await self._hub.wait_for_model()
            await self._stream(connection, hello)
        except ConnectionClosed:
            log.debug("a WebSocket client has left")
        except TimeoutError:
            await dismiss(connection, POLICY_VIOLATION, "no hello came in time")
        except MessageError as error:
            values = {"id": error.message_id, "address": "hello", "reason": str(error)}
            await dismiss(connection, POLICY_VIOLATION, str(error), encode_ws("fail", values))
        except TransportError as error:
            await dismiss(connection, TRY_AGAIN_LATER, str(error))

    async def _hello(self, connection: ServerConnection) -> Hello:
        assert connection.request is not None
        if not is_stranger(self._hub.access, connection, connection.request.headers):
            return await self._first_message(connection)
        if self._strangers >= MAX_STRANGERS:
            raise TransportError(f"{MAX_STRANGERS} clients have not shown the token yet")
        self._strangers += 1
        try:
            hello = await self._first_message(connection)
        finally:
            self._strangers -= 1
        if not self._hub.access.token_is_right(hello.token):
            raise MessageError('this client needs the token of this server: "token" in hello')
        return hello

    async def _first_message(self, connection: ServerConnection) -> Hello:
        async with asyncio.timeout(self._hello_timeout_s):
            raw = await connection.recv()
        if isinstance(raw, bytes):
            raise MessageError("the first message is a JSON text: hello")
        hello = parse_ws(raw)
        if not isinstance(hello, Hello):
            raise MessageError('the first message must be {"cmd": "hello", "version": 1, ...}')
        return hello

    async def _stream(self, connection: ServerConnection, hello: Hello) -> None:
        session = self._hub.session(hello.session)
        assert session.history is not None
        assert self._hub.ready is not None
        listener = Listener(
            session.history,
            session.sample_rate,
            sample_rate=hello.sample_rate,
            channels=hello.channels,
            buffer_s=hello.buffer_ms / 1000,
        )
        session.join(listener, self._hub.clock(), hello.resume_position)
        client = WsClient(session, hello, listener)
        client.post(
            "ready",
            {
                "version": 1,
                "session": hello.session,
                "state": session.state.value,
                "format": hello.format.value,
                "sample_rate": hello.sample_rate,
                "channels": hello.channels,
                "position": listener.position,
                "model": dict(self._hub.ready.model),
                "model_sample_rate": session.sample_rate,
            },
        )
        with contextlib.ExitStack() as stack:
            stack.callback(session.leave, listener)
            stack.callback(self._hub.watch(client.on_event))
            stack.callback(self._hub.on_progress(client.wake.set))
            await self._talk(connection, client)

    async def _talk(self, connection: ServerConnection, client: WsClient) -> None:
        """Read and send until either ends."""
        reading = asyncio.create_task(self._read(connection, client))
        try:
            await self._send(connection, client, reading)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, connection: ServerConnection, client: WsClient) -> None:
        bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, self._hub.clock)
        sound = TokenBucket(SOUND_S_PER_S, SOUND_BURST_S, self._hub.clock)
        async for raw in connection:
            await asyncio.sleep(bucket.spend())  # at least lets others run
            try:
                if isinstance(raw, bytes):
                    await asyncio.sleep(sound.spend(_record(client.stream, raw)))
                    continue
                message = parse_ws(raw)
            except MessageError as error:
                self._hub.metrics.fails += 1
                client.fail(error.message_id, error.address, str(error))
                continue
            if isinstance(message, Command):
                self._hub.handle(client, message)
            elif isinstance(message, Playhead):
                client.listener.report(message.position, self._hub.clock())
            else:
                client.fail(None, "hello", "hello was said already")

    async def _send(
        self, connection: ServerConnection, client: WsClient, reading: asyncio.Task[None]
    ) -> None:
        sequence = 0
        reading.add_done_callback(lambda _: client.wake.set())
        while not reading.done():
            await client.wake.wait()
            client.wake.clear()
            if client.overflowed:
                raise TransportError(f"{MAX_OUTBOX} messages wait; this client does not read")
            now = self._hub.clock()
            skip = client.listener.catch_up(client.stream.playhead(now), client.stream.lead_s, now)
            if skip is not None:
                self._note_skip(client, skip)
            while client.outbox:
                await self._send_one(connection, client.outbox.popleft())
            while packet := client.listener.take(self._hub.clock(), client.stream.lead_s):
                await self._send_one(
                    connection,
                    encode_packet(packet, client.hello.sample_rate, client.hello.format, sequence),
                )
                sequence += 1

    def _note_skip(self, client: WsClient, skip: Skip) -> None:
        self._hub.metrics.dropped_samples += (
            skip.frames * client.stream.sample_rate // client.hello.sample_rate
        )
        client.post(
            "dropped",
            {"session": client.session, "position": skip.position, "samples": skip.frames},
        )

    async def _send_one(self, connection: ServerConnection, message: str | bytes) -> None:
        await send_in_time(connection, message, self._too_slow_s, self._hub.metrics)


def _record(session: Session, message: bytes) -> float:
    """Record the PCM of a client, where a phrase is being recorded; return its seconds.

    Raises:
        MessageError: it is no PCM, or not of a kind that is taken.
    """
    header = PcmHeader.unpack(message)
    if not LOWEST_RATE <= header.sample_rate <= HIGHEST_RATE or header.channels > MOST_CHANNELS:
        raise MessageError(
            f"PCM of {header.channels} channels at {header.sample_rate} Hz; it must have 1 to "
            f"{MOST_CHANNELS} at {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        )
    if session.recorder is not None:
        session.recorder.take(Source.CLIENT, header.samples(message), header.sample_rate)
    return header.frames / header.sample_rate
