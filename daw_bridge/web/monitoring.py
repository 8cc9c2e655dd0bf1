"""``/metrics`` in the text format of Prometheus, and ``/healthz`` for what starts and watches us.

Everything is read off the hub when it is asked for, into a registry of this server's own.

Threading: event loop only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Routes, as_json
from daw_bridge.hub import Hub
from daw_bridge.session.player import State
from daw_bridge.supervision.supervisor import WorkerState

PREFIX = "magnet_live_"


def add_monitoring(routes: Routes, hub: Hub) -> None:
    """Answer at ``/metrics`` and ``/healthz``."""
    registry = CollectorRegistry()
    registry.register(_HubCollector(hub))

    async def metrics(_: HttpRequest) -> HttpResponse:
        return HttpResponse(content_type=CONTENT_TYPE_LATEST, body=generate_latest(registry))

    async def healthz(_: HttpRequest) -> HttpResponse:
        return _health(hub)

    routes.add("/metrics", metrics)
    routes.add("/healthz", healthz)


def _health(hub: Hub) -> HttpResponse:
    """Return 200 where a worker is ready, else 503 and why it is not."""
    worker = hub.supervisor
    is_ready = worker.state is WorkerState.READY
    values = {
        "ready": is_ready,
        "worker": worker.state.value,
        "detail": worker.detail,
        "model": hub.ready.model.get("name", "") if hub.ready is not None else "",
        "sessions": len(hub.open_sessions()),
    }
    return as_json(values, 200 if is_ready else 503)


class _HubCollector(Collector):
    """What a scrape sees."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Yield the counters of the server, then the state of the worker and of each session."""
        for one in fields(self._hub.metrics):
            kind = GaugeMetricFamily if one.metadata["gauge"] else CounterMetricFamily
            value = getattr(self._hub.metrics, one.name)
            yield kind(PREFIX + one.name, _sentence(one.metadata["doc"]), value=value)
        heard_after = self._hub.heard_after
        yield HistogramMetricFamily(
            PREFIX + "heard_after_seconds",
            "From the arrival of a command until it is heard.",
            buckets=[
                ("+Inf" if math.isinf(bound) else str(bound), n)
                for bound, n in heard_after.buckets()
            ],
            sum_value=heard_after.sum_s,
        )
        worker = GaugeMetricFamily(
            PREFIX + "worker_state", "1 for the state that the worker is in.", labels=["state"]
        )
        for state in WorkerState:
            worker.add_metric([state.value], float(state is self._hub.supervisor.state))
        yield worker
        yield from self._sessions()

    def _sessions(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            PREFIX + "session_state",
            "1 for the state that a session's transport is in.",
            labels=["session", "state"],
        )
        listeners = _by_session("session_listeners", "Who hears it: clients and audio devices.")
        lead = _by_session("session_lead_seconds", "How far ahead of the playhead it is sent now.")
        ahead = _by_session("session_ahead_seconds", "Audio that is final and not yet played.")
        for name, session in self._hub.open_sessions().items():
            for state in State:
                states.add_metric([name, state.value], float(state is session.state))
            listeners.add_metric([name], len(session.listeners))
            lead.add_metric([name], session.lead_s)
            if session.sample_rate:
                samples = session.position - session.playhead(self._hub.clock())
                ahead.add_metric([name], samples / session.sample_rate)
        yield from (states, listeners, lead, ahead)


def _by_session(name: str, doc: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, doc, labels=["session"])


def _sentence(doc: str) -> str:
    return f"{doc[0].upper()}{doc[1:]}."
