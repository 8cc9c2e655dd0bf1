"""The stream protocol of ``/ws``: hello, commands and playheads in, events and PCM out.

Each connection has one task that reads and one that sends. The sender takes what the listener's
credit allows; nothing is queued for a client but its replies, so a slow one costs no memory and no
time of others. Before each packet it looks where the stream is: a client that reads more slowly
than it plays is moved on (``dropped``), and has its replies and events in time. One that does not
read for 5 s is disconnected, and so is one that does not say hello in time.

While the model loads, a client that has said hello is told so by ``worker`` events, and ``ready``
comes after them. One that asks for 0 channels is a remote control: it is sent no PCM, and as it
hears nothing the pace of the stream is not its business.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from daw_bridge.audio.pcm import PcmHeader
from daw_bridge.audio.resample import map_position
from daw_bridge.client import Client
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.doors.ws_link import (
    HELLO_TIMEOUT_S,
    MESSAGE_BURST,
    MESSAGES_PER_S,
    POLICY_VIOLATION,
    TOO_SLOW_S,
    TRY_AGAIN_LATER,
    Outbox,
    close_with_reason,
    is_stranger,
    limit_send_buffer,
    send_in_time,
    until_first,
)
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Hub
from daw_bridge.messages import Command, Hello, encode_ws, parse_ws
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
    """One connection that has said hello.

    Attributes:
        hello: what it has said.
        listener: the stream as it hears it; None for a remote control.
        stream: the session that it hears and controls.
        outbox: what waits to be sent before the next packet.
        packets: how many it was sent.
    """

    def __init__(self, session: Session, hello: Hello, listener: Listener | None) -> None:
        super().__init__(hello.session)
        self.hello = hello
        self.listener = listener
        self.stream = session
        self.outbox = Outbox()
        self.packets = 0

    def post(self, event: str, values: Mapping[str, object]) -> None:
        """Queue a text message."""
        self.outbox.put(encode_ws(event, values))

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
            if await self._model_is_there(connection, hello):
                await self._stream(connection, hello)
        except ConnectionClosed:
            log.debug("a WebSocket client has left")
        except TimeoutError:
            await close_with_reason(connection, POLICY_VIOLATION, "no hello came in time")
        except MessageError as error:
            values = {"id": error.message_id, "address": "hello", "reason": str(error)}
            await close_with_reason(
                connection, POLICY_VIOLATION, str(error), encode_ws("fail", values)
            )
        except TransportError as error:
            await close_with_reason(connection, TRY_AGAIN_LATER, str(error))

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

    async def _model_is_there(self, connection: ServerConnection, hello: Hello) -> bool:
        """Return whether the client is still there when the model is; tell it what the worker does.

        Raises:
            TransportError: the model cannot be loaded.
        """
        if self._hub.model_known.is_set():
            return True
        news, worker = Outbox(), self._hub.supervisor

        def tell(_: str, event: str, values: Mapping[str, Value]) -> None:
            if event == "worker":
                news.put(encode_ws(event, {"session": hello.session, **values}))

        async def pass_on() -> None:
            while True:
                news.wake.clear()
                while (message := news.pop()) is not None:
                    await self._send_one(connection, message)
                await news.wait()

        tell("", "worker", {"state": worker.state.value, "detail": worker.detail})
        with contextlib.ExitStack() as stack:
            stack.callback(self._hub.watch(tell))
            await until_first(self._hub.wait_for_model(), connection.wait_closed(), pass_on())
        return self._hub.model_known.is_set()

    async def _stream(self, connection: ServerConnection, hello: Hello) -> None:
        session = self._hub.session(hello.session)
        with contextlib.ExitStack() as stack:
            listener = self._listener(session, hello) if hello.channels else None
            if listener is not None:
                session.join(listener, self._hub.clock(), hello.resume_position)
                stack.callback(session.leave, listener)
            client = WsClient(session, hello, listener)
            client.post("ready", self._ready(client))
            stack.callback(self._hub.hold(lambda: (hello.session,)))
            stack.callback(self._hub.watch(client.on_event))
            stack.callback(self._hub.on_progress(client.outbox.wake.set))
            await until_first(self._read(connection, client), self._send(connection, client))

    def _listener(self, session: Session, hello: Hello) -> Listener:
        assert session.history is not None
        return Listener(
            session.history,
            session.sample_rate,
            sample_rate=hello.sample_rate,
            channels=hello.channels,
            buffer_s=hello.buffer_ms / 1000,
        )

    def _ready(self, client: WsClient) -> Mapping[str, object]:
        """Return what a client is told that may begin."""
        hello, session, listener = client.hello, client.stream, client.listener
        assert self._hub.ready is not None
        begins = client.at_client_rate(session.position) if listener is None else listener.position
        return {
            "version": 1,
            "session": hello.session,
            "state": session.state.value,
            "format": hello.format.value,
            "sample_rate": hello.sample_rate,
            "channels": hello.channels,
            "position": begins,
            "model": dict(self._hub.ready.model),
            "model_sample_rate": session.sample_rate,
        }

    async def _read(self, connection: ServerConnection, client: WsClient) -> None:
        bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, self._hub.clock)
        sound = TokenBucket(SOUND_S_PER_S, SOUND_BURST_S, self._hub.clock)
        async for raw in connection:
            await asyncio.sleep(bucket.spend())  # at least lets others run
            try:
                if isinstance(raw, bytes):
                    await asyncio.sleep(sound.spend(_record(client, raw)))
                    continue
                message = parse_ws(raw)
            except MessageError as error:
                self._hub.metrics.fails += 1
                client.fail(error.message_id, error.address, str(error))
                continue
            if isinstance(message, Command):
                self._hub.handle(client, message)
            elif isinstance(message, Hello):
                client.fail(None, "hello", "hello was said already")
            elif client.listener is not None:
                client.listener.report(message.position, self._hub.clock())

    async def _send(self, connection: ServerConnection, client: WsClient) -> None:
        while True:
            client.outbox.wake.clear()
            while (message := self._next_message(client)) is not None:
                await self._send_one(connection, message)
            await client.outbox.wait()

    def _next_message(self, client: WsClient) -> str | bytes | None:
        """Return what to send now: replies and events before PCM; None where there is nothing.

        Raises:
            TransportError: the client does not read.
        """
        stream, listener, now = client.stream, client.listener, self._hub.clock()
        if listener is not None:
            skip = listener.catch_up(stream.playhead(now), stream.lead_s, now)
            if skip is not None:
                self._note_skip(client, skip)
        waiting = client.outbox.pop()
        if waiting is not None or listener is None:
            return waiting
        packet = listener.take(now, stream.lead_s)
        if packet is None:
            return None
        client.packets += 1
        hello = client.hello
        return encode_packet(packet, hello.sample_rate, hello.format, client.packets - 1)

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


def _record(client: WsClient, message: bytes) -> float:
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
    recorder = client.stream.recorder
    if recorder is not None:
        recorder.take(Source.CLIENT, header.samples(message), header.sample_rate, sender=client)
    return header.frames / header.sample_rate
