"""The OSCQuery tree says all that a widget needs, and the server serves it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bridge_peers import BROWSER, PATIENCE_S, get, http, osc_peer, with_server, ws_peer
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from daw_bridge.app import RunningServer
from daw_bridge.arguments import Kind
from daw_bridge.controls import BY_ADDRESS, CONTROLS, PARAM_PREFIX, Control
from daw_bridge.doors.ws_link import MAX_OUTBOX
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.messages import encode_osc
from daw_bridge.session.sessions import MAX_SESSIONS
from daw_bridge.web.oscquery import ATTRIBUTES, node, values_of
from daw_bridge.web.oscquery_server import OscQueryClient
from daw_bridge.worker_protocol import Value

GAIN = PARAM_PREFIX + "gain_db"


def methods(tree: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the nodes that can be sent to, by path."""
    found = {tree["FULL_PATH"]: tree} if "TYPE" in tree else {}
    for child in tree.get("CONTENTS", {}).values():
        found |= methods(child)
    return found


# --- the tree ---


def test_every_control_is_in_the_tree_in_the_tables_order() -> None:
    found = list(methods(node("/", values_of({}, {}))))
    assert sorted(found) == sorted(BY_ADDRESS)
    for folder in (PARAM_PREFIX, "/magnet/prompt/"):
        in_the_table = [address for address in BY_ADDRESS if address.startswith(folder)]
        assert [address for address in found if address.startswith(folder)] == in_the_table


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.address)
def test_a_widget_can_be_built_from_the_node_alone(control: Control) -> None:
    """Range, unit, curve, default and choices are those of the table, and sendable."""
    found = node(control.address, values_of({}, {}))
    assert found["FULL_PATH"] == control.address
    assert found["DESCRIPTION"] == control.doc
    assert found["ACCESS"] == (3 if control.setting else 2)
    assert ("VALUE" in found) == control.setting
    if not control.arguments:
        assert found["TYPE"] == "N" and found["ARGUMENTS"] == []
        return
    for index, argument in enumerate(control.arguments):
        span, tag = found["RANGE"][index], found["TYPE"][index]
        assert found["UNIT"][index] == argument.unit
        assert found["CURVE"][index] == argument.curve
        assert found["ALLOWED"][index] == argument.allowed
        assert found["OPTIONAL"][index] == argument.optional
        if argument.kind in (Kind.FLOAT, Kind.INT, Kind.SEED):
            assert tag == ("f" if argument.kind is Kind.FLOAT else "i")
            for end in (span["MIN"], span["MAX"]):
                assert argument.check(end) == end
        else:
            assert tag == "s"
        for choice in span.get("VALS", []):
            assert argument.check(choice) == choice
        default = found["DEFAULT"][index]
        assert default is None or argument.check(default) == argument.default
    assert len(found["TYPE"]) == len(found["ARGUMENTS"]) == len(control.arguments)
    assert set(found) <= set(ATTRIBUTES)


def test_values_are_what_was_set_then_the_default_then_the_models() -> None:
    model: dict[str, Value] = {"param/temperature": 3.0, "name": "x"}
    values = values_of({GAIN: (-6.0,)}, model)
    assert values[GAIN] == [-6.0]
    assert values[PARAM_PREFIX + "lead_ms"] == [250.0]
    assert values[PARAM_PREFIX + "temperature"] == [3.0]
    assert values[PARAM_PREFIX + "top_p"] == [None]
    assert values["/magnet/prompt/2"] == ["", 1.0]
    assert values_of({PARAM_PREFIX + "steps": (12,)}, {})[PARAM_PREFIX + "steps"] == ["12"]
    lead = values_of({PARAM_PREFIX + "lead_ms": (250,)}, {})[PARAM_PREFIX + "lead_ms"]
    assert type(lead[0]) is float  # as its TYPE says, also on the wire


def test_a_prompt_is_slot_1_and_slot_1_is_a_prompt() -> None:
    values = values_of({"/magnet/prompt": ("pads",)}, {})
    assert values["/magnet/prompt/1"] == ["pads", 1.0]
    values = values_of({"/magnet/prompt/1": ("bass", 0.5)}, {})
    assert values["/magnet/prompt"] == ["bass"]
    assert values["/magnet/prompt/1"] == ["bass", 0.5]


def test_the_weight_of_a_slot_is_a_value_of_its_own_too() -> None:
    """However the slot was set; a slot that was not has full weight."""
    held = {"/magnet/prompt": ("pads",), "/magnet/prompt/2": ("bass", 0.25)}
    values = values_of(held, {})
    weights = [values[f"/magnet/prompt/{number}/weight"] for number in (1, 2, 3)]
    assert weights == [[1.0], [0.25], [1.0]]


@given(st.text(max_size=80) | st.sampled_from(sorted(BY_ADDRESS)).map(lambda path: path[:-1]))
def test_any_path_is_a_node_or_a_lookup_error(path: str) -> None:
    try:
        found = node(path, values_of({}, {}))
    except LookupError:
        return
    assert found["FULL_PATH"] == path
    json.dumps(found, allow_nan=False)


# --- HTTP ---


async def ask(server: RunningServer, path: str, *headers: str) -> tuple[int, Any]:
    status, head, body = await http(server, get(path, server, *headers))
    if status == 200:
        assert "Content-Type: application/json" in head
        return status, json.loads(body)
    return status, body.decode()


def test_the_tree_and_its_attributes_come_over_http() -> None:
    async def scenario(server: RunningServer) -> None:
        await server.hub.wait_for_model()
        status, tree = await ask(server, "/osc")
        assert (status, tree["FULL_PATH"], tree["ACCESS"]) == (200, "/", 0)
        assert set(methods(tree)) == set(BY_ADDRESS)
        assert (await ask(server, "/osc/"))[1] == tree
        assert (await ask(server, "/", "Accept: */*"))[1] == tree
        assert (await ask(server, "/"))[1] == tree  # a plain socket says nothing of what it takes
        for path in (f"/osc{GAIN}", GAIN, f"/osc{GAIN}/"):
            assert (await ask(server, path))[1]["UNIT"] == ["dB"]
        assert (await ask(server, f"/osc{GAIN}?VALUE"))[1] == {"VALUE": [0.0]}
        assert (await ask(server, f"/osc{GAIN}?RANGE"))[1] == {"RANGE": [{"MIN": -60, "MAX": 12}]}
        info = (await ask(server, "/osc?HOST_INFO"))[1]
        assert (info["OSC_PORT"], info["WS_PORT"]) == (server.osc_port, server.port)
        assert info["EXTENSIONS"]["LISTEN"] and not info["EXTENSIONS"]["PATH_CHANGED"]
        for accept in ((), ("Accept: */*",), (BROWSER,)):
            assert (await ask(server, "/?HOST_INFO", *accept))[1] == info

    with_server(scenario)


STATUSES = [
    ("/osc/magnet/play?VALUE", 204),  # a command has none
    ("/osc/magnet?RANGE", 204),
    (f"/osc{GAIN}?CONTENTS", 204),
    (f"/osc{GAIN}?CLIPMODE", 204),  # of the proposal, and not here
    (f"/osc{GAIN}?NONSENSE", 400),
    (f"/osc{GAIN}?VALUE&RANGE", 400),
    (f"/osc{GAIN}?VALUE=3", 400),
    ("/osc/magnet/nothing", 404),
    ("/osc/nothing?HOST_INFO", 200),  # the host's, whatever the path
    ("/osc?session=nobody", 404),
    ("/oscillator", 404),
]


def test_what_is_not_there_has_the_proposals_status() -> None:
    async def scenario(server: RunningServer) -> None:
        for path, status in STATUSES:
            assert (await ask(server, path))[0] == status, path
        assert list(server.hub.open_sessions()) == ["main"]

    with_server(scenario)


def test_a_browser_gets_the_page_and_a_session_has_values_of_its_own() -> None:
    async def scenario(server: RunningServer) -> None:
        _, head, _ = await http(server, get("/", server, BROWSER))
        assert "Content-Type: text/html" in head
        async with ws_peer(server, session="solo") as peer:
            await peer.command(GAIN, -12)
            assert (await ask(server, f"/osc{GAIN}?VALUE&session=solo"))[1] == {"VALUE": [-12.0]}
            assert (await ask(server, f"/osc{GAIN}?VALUE"))[1] == {"VALUE": [0.0]}

    with_server(scenario)


# --- WebSocket ---


class QueryPeer:
    """An OSCQuery client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, command: object, path: object) -> None:
        await self.connection.send(json.dumps({"COMMAND": command, "DATA": path}))

    async def send(self, address: str, *args: Value) -> None:
        await self.connection.send(encode_osc(address, args))

    async def receive(self) -> tuple[str, list[Any]]:
        packet = await asyncio.wait_for(self.connection.recv(), PATIENCE_S)
        assert isinstance(packet, bytes)
        message = OscMessage(packet)
        return message.address, list(message.params)

    async def settled(self) -> None:
        """Return when all that was sent is answered, and nothing else has come."""
        await self.send("/magnet/sync", 9)
        assert await self.receive() == ("/magnet/synced", [9])


@contextlib.asynccontextmanager
async def query_peer(
    server: RunningServer, query: str = "", **how: Any
) -> AsyncIterator[QueryPeer]:
    url = f"ws://127.0.0.1:{server.port}/osc{query}"
    async with connect(url, compression=None, close_timeout=0.3, **how) as connection:
        yield QueryPeer(connection)


def test_a_listener_hears_values_at_once_and_whoever_changes_them() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server) as peer:
            await peer.say("LISTEN", GAIN)
            assert await peer.receive() == (GAIN, [0.0])
            with osc_peer(server) as osc:
                await osc.ask(GAIN, -6.0)
                assert await peer.receive() == (GAIN, [-6.0])
                await peer.say("LISTEN", "/magnet/prompt/1")
                assert await peer.receive() == ("/magnet/prompt/1", ["", 1.0])
                await osc.ask("/magnet/prompt", "warm pads")
                assert await peer.receive() == ("/magnet/prompt/1", ["warm pads", 1.0])
                await osc.ask("/magnet/prompt/1/weight", 0.25)  # a fader that knows no words
                assert await peer.receive() == ("/magnet/prompt/1", ["warm pads", 0.25])
                await peer.say("IGNORE", GAIN)
                await peer.settled()
                await osc.ask(GAIN, -7.0)
                await asyncio.sleep(0.15)
                await peer.settled()

    with_server(scenario)


def test_packets_go_both_ways_and_what_one_sets_oneself_is_not_echoed() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server) as peer, query_peer(server) as other:
            for one in (peer, other):
                await one.say("LISTEN", GAIN)
                assert await one.receive() == (GAIN, [0.0])
            await peer.send(GAIN, -3.0)
            address, params = await peer.receive()
            assert (address, params[0]) == ("/magnet/done", GAIN)
            await asyncio.sleep(0.15)
            await peer.settled()
            assert await other.receive() == (GAIN, [-3.0])
            await peer.send("/magnet/paly")
            address, params = await peer.receive()
            assert address == "/magnet/fail" and "/magnet/play" in params[2]
            await peer.send("/magnet/param/{gain_db,level}", 1)
            assert {(await peer.receive())[0] for _ in range(2)} == {"/magnet/done"}
            await peer.connection.send(b"\xff" * 40)
            assert (await peer.receive())[0] == "/magnet/fail"

    with_server(scenario)


def test_a_session_of_ones_own_is_named_in_the_address() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server, "?session=solo") as peer:
            await peer.say("LISTEN", GAIN)
            assert await peer.receive() == (GAIN, [0.0])
            await peer.send(GAIN, -9.0)
            assert (await peer.receive())[0] == "/magnet/done"
            assert server.hub.status("solo")["gain_db"] == -9.0
            assert "gain_db" not in server.hub.status("main")
        async with query_peer(server, "?session=no%20spaces") as peer:
            with pytest.raises(ConnectionClosed):
                await peer.receive()
            assert peer.connection.close_code == 1008
            assert "session" in (peer.connection.close_reason or "")

    with_server(scenario)


NO_COMMANDS = [
    "{",
    "[]",
    "null",
    '{"COMMAND": "LISTEN"}',
    '{"COMMAND": "LISTEN", "DATA": 3}',
    '{"COMMAND": "LISTEN", "DATA": "/magnet/play"}',
    '{"COMMAND": "LISTEN", "DATA": "\\ud800\\u0000"}',
    '{"COMMAND": "PATH_ADDED", "DATA": "/magnet/param/gain_db"}',
    '{"COMMAND": {}, "DATA": "/magnet/param/gain_db"}',
    "[" * 20_000,
]


def test_a_text_that_is_no_command_is_answered_and_changes_nothing() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server) as peer:
            for message in NO_COMMANDS:
                await peer.connection.send(message)
                address, params = await peer.receive()
                assert address == "/magnet/fail" and params[2]
                await peer.settled()

    with_server(scenario)


def test_a_dial_turned_fast_is_heard_at_a_bounded_rate_and_its_last_value_always() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server) as ear:
            await ear.say("LISTEN", GAIN)
            assert await ear.receive() == (GAIN, [0.0])
            with osc_peer(server) as osc:
                for tenth in range(500):
                    osc.send(GAIN, -tenth / 10)
                    await asyncio.sleep(0)
                heard = [await ear.receive()]
                while heard[-1][1] != [pytest.approx(-49.9)]:
                    heard.append(await ear.receive())
            assert len(heard) < 100

    with_server(scenario)


def bundle(when: float, *packets: bytes) -> bytes:
    tag = struct.pack(">Q", int((when + 2208988800) * 2**32))
    parts = b"".join(struct.pack(">i", len(packet)) + packet for packet in packets)
    return b"#bundle\0" + tag + parts


def test_a_bundle_acts_at_its_time_even_when_its_sender_has_left() -> None:
    async def scenario(server: RunningServer) -> None:
        async with query_peer(server) as peer:
            for after_s, gain in ((0.1, -1.0), (0.4, -2.0)):
                packet = bundle(time.time() + after_s, encode_osc(GAIN, [gain]))
                await peer.connection.send(packet)
            address, params = await peer.receive()
            assert (address, params[0]) == ("/magnet/done", GAIN)
            assert server.hub.status("main")["gain_db"] == -1.0
        async with asyncio.timeout(PATIENCE_S):
            while server.hub.status("main")["gain_db"] != -2.0:
                await asyncio.sleep(0.05)

    with_server(scenario)


def test_one_session_too_many_is_refused_with_the_reason() -> None:
    async def scenario(server: RunningServer) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for number in range(MAX_SESSIONS - 1):
                peer = await stack.enter_async_context(query_peer(server, f"?session=s{number}"))
                await peer.settled()
            async with query_peer(server, "?session=one-more") as refused:
                with pytest.raises(ConnectionClosed):
                    await refused.receive()
                assert refused.connection.close_code == 1013
                assert "sessions are open" in (refused.connection.close_reason or "")

    with_server(scenario)


def test_a_client_that_never_reads_is_disconnected() -> None:
    async def scenario(server: RunningServer) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
        async with query_peer(server, sock=sock, max_queue=1) as deaf:
            deaf.connection.transport.pause_reading()
            async with asyncio.timeout(PATIENCE_S):
                while not server.hub.metrics.slow_clients:
                    await deaf.send("/magnet/status")
                    await asyncio.sleep(0.001)
                while server.hub.metrics.clients:
                    await asyncio.sleep(0.01)
            deaf.connection.transport.abort()

    with_server(scenario, too_slow_s=0.3)


def test_a_client_that_asks_for_more_than_it_takes_is_told_so() -> None:
    """Its replies are bounded, however fast it asks."""
    client = OscQueryClient("main", lambda _: {})
    for _ in range(MAX_OUTBOX + 1):
        client.reply("/magnet/pong", ["x"])
    with pytest.raises(TransportError, match="does not read"):
        client.outbox.pop()


PATHS = st.sampled_from(sorted(BY_ADDRESS)) | st.text(st.characters())
ASKED = st.fixed_dictionaries(
    {"COMMAND": st.sampled_from(["LISTEN", "IGNORE", "PATH_ADDED", None, 3]), "DATA": PATHS}
)


@given(
    st.text(st.characters())
    | ASKED.map(json.dumps)
    | st.recursive(
        st.none() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["COMMAND", "DATA", "x"]), inner)
        ),
    ).map(json.dumps)
)
def test_any_text_is_obeyed_or_refused(message: str) -> None:
    client = OscQueryClient("main", lambda _: values_of({}, {}))
    try:
        client.obey(message)
    except MessageError as error:
        client.fail(None, error.address, str(error))
    client.look()
    while (packet := client.outbox.pop()) is not None:
        assert OscMessage(packet).address
