"""``/metrics`` and ``/healthz`` over a real port."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from bridge_peers import get, http, osc_peer, serving, with_server, ws_peer
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from daw_bridge.app import RunningServer
from daw_bridge.metrics import Histogram


async def scrape(server: RunningServer) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and label values, as a Prometheus server reads them."""
    status, head, body = await http(server, get("/metrics", server))
    assert status == 200
    assert "Content-Type: text/plain; version=" in head
    families = list(text_string_to_metric_families(body.decode()))
    assert all(family.documentation.endswith(".") for family in families)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def health(server: RunningServer) -> tuple[int, dict[str, Any]]:
    status, head, body = await http(server, get("/healthz", server))
    assert "Content-Type: application/json" in head
    return status, json.loads(body)


def test_metrics_are_what_the_server_counts() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/param/lead_ms", 100)
            await peer.command("/magnet/play", id=2)
            await peer.hear(0.3)
            with osc_peer(server) as osc:
                osc.send_bytes(b"\xff" * 8)
                await osc.receive()
            samples = await scrape(server)
            counted = server.hub.metrics
            assert samples["magnet_live_clients",] == 1
            assert samples["magnet_live_commands_total",] == counted.commands == 2
            assert samples["magnet_live_bad_packets_total",] == counted.bad_packets == 1
            assert 0 < samples["magnet_live_samples_total",] <= counted.samples
            assert samples["magnet_live_worker_state", "ready"] == 1
            assert samples["magnet_live_worker_state", "broken"] == 0
            assert samples["magnet_live_session_state", "main", "playing"] == 1
            assert samples["magnet_live_session_listeners", "main"] == 1
            assert samples["magnet_live_session_lead_seconds", "main"] == pytest.approx(0.1)
            assert 0 <= samples["magnet_live_session_ahead_seconds", "main"] < 1
            assert samples["magnet_live_heard_after_seconds_count",] == 2
            assert samples["magnet_live_heard_after_seconds_bucket", "+Inf"] == 2
            assert samples["magnet_live_heard_after_seconds_sum",] > 0
            await http(server, get("/metrics", server, "Origin: http://evil.test"))
            assert (await scrape(server))["magnet_live_refused_requests_total",] == 1
        names = {key[0].removeprefix("magnet_live_").removesuffix("_total") for key in samples}
        assert names >= set(counted.values())

    with_server(scenario)


@given(st.lists(st.floats(0, 20), max_size=30))
def test_a_histogram_counts_what_is_no_longer_than_each_bound(times: list[float]) -> None:
    histogram = Histogram((0.1, 0.5, 2.0))
    for seconds in times:
        histogram.observe(seconds)
    for bound, count in histogram.buckets():
        assert count == sum(seconds <= bound for seconds in times)
    assert histogram.buckets()[-1] == (math.inf, len(times))
    assert histogram.sum_s == pytest.approx(sum(times))


def test_two_servers_in_one_process_count_apart() -> None:
    """Each has a registry of its own."""

    async def scenario(server: RunningServer) -> None:
        async with serving() as other:
            with osc_peer(other) as osc:
                await osc.ask("/magnet/ping")
            assert (await scrape(other))["magnet_live_commands_total",] == 1
            assert (await scrape(server))["magnet_live_commands_total",] == 0

    with_server(scenario)


def test_health_is_good_when_a_worker_is_ready() -> None:
    async def scenario(server: RunningServer) -> None:
        status, values = await health(server)
        assert (status, values["ready"], values["worker"]) == (503, False, "starting")
        await server.hub.wait_for_model()
        status, values = await health(server)
        assert (status, values["ready"], values["worker"]) == (200, True, "ready")
        assert (values["model"], values["sessions"]) == ("synthetic", 1)

    with_server(scenario, options={"load_s": 0.3})


def test_health_says_why_there_is_no_worker() -> None:
    async def scenario(server: RunningServer) -> None:
        await server.hub.broken.wait()
        status, values = await health(server)
        assert (status, values["ready"]) == (503, False)
        assert values["worker"] == "broken"
        assert "no such model" in values["detail"]

    with_server(scenario, options={"broken": "no such model"})
