"""Who may connect, and where the token is kept."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from daw_bridge.doors.access import Access, config_folder, is_loopback, load_token
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.errors import TransportError

LOCAL = Access("secret")
PORT = 9001


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"])
def test_loopback_names_and_addresses_are_known(host) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "evil.test", "localhost.evil.test", "0.0.0.0"])
def test_everything_else_is_not_loopback(host) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("header", ["127.0.0.1:9001", "localhost", "[::1]:9001"])
def test_own_host_headers_are_let_in(header) -> None:
    assert LOCAL.host_refused(header) is None


@pytest.mark.parametrize("header", [None, "", "evil.test:9001", "[::1", "localhost@evil.test"])
def test_foreign_host_headers_are_refused(header) -> None:
    """DNS rebinding: a page reaches a local socket under its own host name."""
    assert "127.0.0.1" in (LOCAL.host_refused(header) or "")


def test_a_server_for_other_machines_answers_to_any_host() -> None:
    assert Access("secret", bound_to_loopback=False).host_refused("studio.lan:9001") is None


@pytest.mark.parametrize(
    ("peer", "host", "origin", "needs"),
    [
        ("127.0.0.1", "127.0.0.1:9001", None, False),
        ("::1", "[::1]:9001", None, False),
        ("::ffff:127.0.0.1", "localhost:9001", None, False),
        ("127.0.0.1", "127.0.0.1:9001", "http://127.0.0.1:9001", False),
        ("127.0.0.1", "127.0.0.1:9001", "http://localhost:9001", False),
        ("127.0.0.1", "127.0.0.1:9001", "http://127.0.0.1:8000", True),
        ("127.0.0.1", "127.0.0.1:9001", "https://127.0.0.1:9001", True),
        ("127.0.0.1", "127.0.0.1:9001", "http://evil.test:9001", True),
        ("127.0.0.1", "127.0.0.1:9001", "http://[evil", True),
        ("127.0.0.1", "127.0.0.1:9001", "null", True),
        ("127.0.0.1", "evil.test:9001", None, True),
        ("192.168.1.7", "192.168.1.2:9001", None, True),
        ("192.168.1.7", "127.0.0.1:9001", None, True),
    ],
)
def test_strangers_need_the_token(peer, host, origin, needs) -> None:
    asked = LOCAL.needs_token(peer=peer, host_header=host, origin=origin, port=PORT)
    assert asked is needs


def test_only_the_token_is_the_token() -> None:
    assert LOCAL.token_is_right("secret")
    for wrong in (None, "", "secreT", "secret ", "sécret"):
        assert not LOCAL.token_is_right(wrong)


def test_token_is_made_once_and_kept_for_its_owner_only(tmp_path) -> None:
    folder = tmp_path / "deep" / "magnet-live"
    token = load_token(folder)
    assert len(token) >= 32
    assert load_token(folder) == token
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / "token").stat().st_mode) == 0o600


def test_a_token_file_that_cannot_be_made_is_a_clear_error(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TransportError, match="token file"):
        load_token(tmp_path / "file" / "magnet-live")


def test_config_folder_is_the_users_own(tmp_path) -> None:
    home = Path.home()
    assert config_folder("linux", {}) == home / ".config" / "magnet-live"
    xdg = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert config_folder("linux", xdg) == tmp_path / "magnet-live"
    mac = home / "Library" / "Application Support" / "magnet-live"
    assert config_folder("darwin", xdg) == mac
    assert config_folder("win32", {"APPDATA": str(tmp_path)}) == tmp_path / "magnet-live"


def test_token_bucket_allows_the_burst_then_the_rate() -> None:
    now = [0.0]
    bucket = TokenBucket(rate=10, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    assert bucket.wait_s() == pytest.approx(0.1)
    now[0] = 0.1
    assert bucket.take()
    now[0] = 100.0
    assert [bucket.spend() for _ in range(3)] == [0, 0, 0]
    assert bucket.spend() == pytest.approx(0.1)
    assert bucket.spend() == pytest.approx(0.2)
