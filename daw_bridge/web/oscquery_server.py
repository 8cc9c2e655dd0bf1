"""OSCQuery over HTTP and WebSocket: the tree of controls, live values, OSC packets both ways.

    GET /osc                               the tree; also at / for programs, and at /magnet/...
    GET /osc/magnet/param/gain_db?VALUE    one attribute of a node: 204 where it has none
    GET /osc?HOST_INFO                     the ports
    ws://HOST:PORT/osc?session=NAME        {"COMMAND": "LISTEN" | "IGNORE", "DATA": path}

A WebSocket takes OSC packets as UDP does, is answered with OSC packets, and is sent the values of
the settings that it listens to: at once, and when they change, whoever changed them. Values are
looked at 20 times a second, so a dial that is turned fast costs a client no more than that.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from daw_bridge.controls import BY_ADDRESS
from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Routes, as_json, text
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.doors.ws_link import (
    MESSAGE_BURST,
    MESSAGES_PER_S,
    POLICY_VIOLATION,
    TOO_SLOW_S,
    TRY_AGAIN_LATER,
    Outbox,
    close_with_reason,
    limit_send_buffer,
    send_in_time,
    until_first,
)
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Hub
from daw_bridge.messages import encode_osc, session_name
from daw_bridge.osc.receiver import OscClient, OscReceiver, cost
from daw_bridge.session.requests import Outcome
from daw_bridge.session.session import Session
from daw_bridge.web.oscquery import ATTRIBUTES, NOT_HERE, ROOT, Values, node, values_of
from daw_bridge.worker_protocol import Value

log = logging.getLogger(__name__)

PATH = "/osc"
LOOK_EVERY_S = 0.05
HOST_INFO = "HOST_INFO"


class OscQuery:
    """Answers at ``/osc``, and wherever else generic clients ask."""

    def __init__(
        self,
        hub: Hub,
        receiver: OscReceiver,
        *,
        ports: Callable[[], tuple[int, int]],
        too_slow_s: float = TOO_SLOW_S,
    ) -> None:
        """Prepare; ``ports`` returns those of OSC and of HTTP, once they are bound."""
        self._hub = hub
        self._receiver = receiver
        self._ports = ports
        self._too_slow_s = too_slow_s

    def add_to(self, routes: Routes) -> None:
        """Put it where it belongs: one that follows the proposal asks at ``/``."""
        for path in (PATH, f"{PATH}/", "/magnet", "/magnet/"):
            routes.add(path, self._answer)
        routes.add(ROOT, self._answer, programs=True)
        routes.add_socket(PATH, self._serve)
        routes.add_socket(ROOT, self._serve, programs=True)

    # --- HTTP ---

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        asked = request.parameters()
        name = asked.pop("session", "main")
        asked.pop("token", None)
        if len(asked) > 1 or any(asked.values()):
            return text(400, "Ask for one attribute at a time, such as ?VALUE")
        attribute = next(iter(asked), "")
        if attribute == HOST_INFO:
            return as_json(self._host_info())
        if attribute and attribute not in (*ATTRIBUTES, *NOT_HERE):
            known = " ".join((HOST_INFO, *ATTRIBUTES))
            return text(400, f"There is no attribute {attribute[:80]!r}; there are {known}")
        session = self._hub.open_sessions().get(name)
        if session is None:
            return text(404, f"No session is called {name[:80]!r}")
        path = request.path
        if path == PATH or path.startswith(f"{PATH}/"):
            path = path.removeprefix(PATH)
        try:
            described = node(path.rstrip("/") or ROOT, self._values(session))
        except LookupError as error:
            return text(404, f"There is {error}")
        if not attribute:
            return as_json(described)
        if attribute not in described:
            return HttpResponse(status=204)
        return as_json({attribute: described[attribute]})

    def _host_info(self) -> dict[str, object]:
        osc_port, port = self._ports()
        extensions = {name: True for name in ATTRIBUTES if name not in ("FULL_PATH", "CONTENTS")}
        extensions |= {name: False for name in NOT_HERE}
        extensions |= {"LISTEN": True, "PATH_CHANGED": False}  # the tree never changes
        return {
            "NAME": "magnet-live",
            "EXTENSIONS": extensions,
            "OSC_PORT": osc_port,
            "OSC_TRANSPORT": "UDP",
            "WS_PORT": port,
        }

    def _values(self, session: Session) -> Values:
        model = self._hub.ready.model if self._hub.ready is not None else {}
        return values_of(dict(session.settings()), model)

    # --- WebSocket ---

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            limit_send_buffer(connection)
            assert connection.request is not None
            query = dict(parse_qsl(connection.request.path.partition("?")[2]))
            name = session_name(query.get("session", "main"), PATH)
            await self._talk(connection, name)
        except ConnectionClosed:
            log.debug("an OSCQuery client has left")
        except MessageError as error:
            await close_with_reason(connection, POLICY_VIOLATION, str(error))
        except TransportError as error:
            await close_with_reason(connection, TRY_AGAIN_LATER, str(error))

    async def _talk(self, connection: ServerConnection, name: str) -> None:
        self._hub.session(name)
        client = OscQueryClient(name, lambda one: self._values(self._hub.session(one.session)))
        with contextlib.ExitStack() as stack:
            stack.callback(self._hub.hold(lambda: (client.session,)))
            await until_first(self._read(connection, client), self._send(connection, client))

    async def _send(self, connection: ServerConnection, client: OscQueryClient) -> None:
        while True:
            client.look()
            client.outbox.wake.clear()
            while (packet := client.outbox.pop()) is not None:
                await send_in_time(connection, packet, self._too_slow_s, self._hub.metrics)
            await client.outbox.wait(LOOK_EVERY_S if client.listens else None)

    async def _read(self, connection: ServerConnection, client: OscQueryClient) -> None:
        bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, self._hub.clock)
        async for message in connection:
            await asyncio.sleep(bucket.spend())  # at least lets others run
            if isinstance(message, bytes):
                commands = self._receiver.read(client, message)
                self._receiver.take(client, commands)
                await asyncio.sleep(bucket.spend(max(0.0, cost(commands) - 1)))
                continue
            try:
                client.obey(message)
            except MessageError as error:
                self._receiver.refuse(client, error.address, str(error))


class OscQueryClient(OscClient):
    """One WebSocket: what it listens to, and what waits to be sent.

    Attributes:
        outbox: OSC packets.
    """

    def __init__(self, session: str, values: Callable[[OscQueryClient], Values]) -> None:
        super().__init__(session)
        self.outbox = Outbox()
        self._values = values
        self._heard: dict[str, Sequence[Value | None]] = {}  # what it was told last, by address

    @property
    def listens(self) -> bool:
        """Whether it is to be told of any value."""
        return bool(self._heard)

    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Queue a packet."""
        self.outbox.put(encode_osc(address, values))

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Queue ``/magnet/done``; it is not told the value that it has set itself."""
        super().done(message_id, outcome)
        if outcome.address in self._heard:
            self._heard[outcome.address] = self._values(self)[outcome.address]

    def obey(self, message: str) -> None:
        """Carry out a text message.

        Raises:
            MessageError: it is not LISTEN or IGNORE with the path of a setting.
        """
        try:
            asked = json.loads(message)
        except (ValueError, RecursionError) as error:
            raise MessageError(f"not JSON: {error}") from None
        command, path = (
            (asked.get("COMMAND"), asked.get("DATA")) if isinstance(asked, dict) else (None, None)
        )
        if command not in ("LISTEN", "IGNORE") or not isinstance(path, str):
            raise MessageError('a text is {"COMMAND": "LISTEN" or "IGNORE", "DATA": path}')
        control = BY_ADDRESS.get(path)
        if control is None or not control.setting:
            raise MessageError(f"there is no value at {path[:60]}", address=path[:60])
        if command == "LISTEN":
            self._heard[path] = []  # which no setting is: it is told at once
            self.outbox.wake.set()
        else:
            self._heard.pop(path, None)

    def look(self) -> None:
        """Queue the values that have changed since it was told them."""
        now = self._values(self) if self._heard else {}
        for address, before in self._heard.items():
            if now[address] != before and None not in now[address]:
                self._heard[address] = now[address]
                self.reply(address, [value for value in now[address] if value is not None])
