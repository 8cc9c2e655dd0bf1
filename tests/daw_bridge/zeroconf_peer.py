"""Run in a network namespace of its own: a server announces itself, and a browser finds it there.

Prints what the browser found, as JSON: host information by the kind of service.
"""

from __future__ import annotations

import asyncio
import json

from bridge_peers import PATIENCE_S, get, http, serving
from zeroconf import IPVersion, ServiceBrowser
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

KINDS = ["_osc._udp.local.", "_oscjson._tcp.local."]


async def find() -> None:
    """Serve twice, browse, and ask the servers found who they are."""
    names: set[tuple[str, str]] = set()

    def on_change(zeroconf: object, service_type: str, name: str, state_change: object) -> None:
        names.add((service_type, name))

    async with serving(zeroconf=True) as one, serving(zeroconf=True) as other:
        browser = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        listening = ServiceBrowser(browser.zeroconf, KINDS, handlers=[on_change])
        try:
            async with asyncio.timeout(PATIENCE_S):
                while len(names) < 4:
                    await asyncio.sleep(0.05)
            found = []
            for kind, name in sorted(names):
                info = AsyncServiceInfo(kind, name)
                assert await info.async_request(browser.zeroconf, 1000 * PATIENCE_S)
                found.append([kind, info.parsed_addresses(), info.port])
        finally:
            listening.cancel()
            await browser.async_close()
        _, _, body = await http(one, get("/osc?HOST_INFO", one))
        ports = [[server.osc_port, server.port] for server in (one, other)]
    print(json.dumps({"found": found, "ports": ports, "info": json.loads(body)}))


if __name__ == "__main__":
    asyncio.run(find())
