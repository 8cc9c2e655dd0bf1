"""Under which addresses a server can be reached."""

from __future__ import annotations

import ipaddress

import pytest

from daw_bridge.doors.addresses import own_addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "192.0.2.7", "studio.local"])
def test_an_address_that_can_be_typed_is_what_it_is(host) -> None:
    assert own_addresses(host) == [host]


@pytest.mark.parametrize(("host", "version"), [("0.0.0.0", 4), ("::", 6)])
def test_for_all_addresses_some_of_this_machine_are_named(host, version) -> None:
    """Each can be bound to, which only an address of this machine can."""
    addresses = own_addresses(host)
    assert addresses
    assert len(set(addresses)) == len(addresses)
    for one in map(ipaddress.ip_address, addresses):
        assert one.version == version
        assert not one.is_unspecified
