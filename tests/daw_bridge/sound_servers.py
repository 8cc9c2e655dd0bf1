"""Sound servers of a test's own: jackd with its dummy driver, PulseAudio with a null sink.

Neither touches those of the machine: they have names and folders of their own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

needs_jack = pytest.mark.skipif(
    shutil.which("jackd") is None or importlib.util.find_spec("jack") is None,
    reason="jackd or JACK-Client is not installed (jackd2, pip install JACK-Client)",
)
needs_pulseaudio = pytest.mark.skipif(
    shutil.which("pulseaudio") is None or shutil.which("parec") is None,
    reason="PulseAudio is not installed (pulseaudio, pulseaudio-utils)",
)
PATIENCE_S = 20.0


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, by force where it does not listen."""
    process.terminate()
    try:
        process.wait(3.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Jack:
    """A JACK server that runs in real time without a sound card; found by this process alone.

    A machine has room for eight names, and one of a server that was killed stays taken until it is
    used again: so there are a few, and the first that is free is taken.
    """

    NAMES = tuple(f"magnet-{number}" for number in range(4))

    def __init__(self, rate: int = 48000, period: int = 256) -> None:
        import jack

        self._jack = jack
        self.name = ""
        self._words = ["-d", "dummy", "-r", str(rate), "-p", str(period), "-C", "2", "-P", "2"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again under its name."""
        for name in (self.name,) if self.name else self.NAMES:
            self.name = name
            if self._starts():
                return
        raise AssertionError("jackd does not come up")

    def _starts(self) -> bool:
        # -S: a cycle waits for its clients, however busy the machine is.
        words = ["jackd", "-S", "--no-realtime", "--no-mlock", "-t", "5000", "-n", self.name]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen([*words, *self._words], stdout=quiet, stderr=quiet)
        deadline = time.monotonic() + PATIENCE_S
        time.sleep(0.5)  # if the name is taken, it has gone by then
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(self._jack.JackOpenError):
                self.client("probe").close()
                return True
            time.sleep(0.1)
        self.stop()
        return False

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None

    def client(self, name: str):
        return self._jack.Client(name, servername=self.name, no_start_server=True)


@contextlib.contextmanager
def jack_server(monkeypatch: pytest.MonkeyPatch, **options: int) -> Iterator[Jack]:
    """Run a JACK server; programs that are started meanwhile find it."""
    server = Jack(**options)
    monkeypatch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
    try:
        server.start()
        monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
        yield server
    finally:
        server.stop()


class JackRecorder:
    """Records what comes out of a port, sample by sample."""

    def __init__(self, server: Jack, port: str, seconds: float = 60.0) -> None:
        self._client = server.client("recorder")
        self._in = self._client.inports.register("in")
        self._data = np.zeros(round(seconds * self._client.samplerate), np.float32)
        self._count = 0
        self._client.set_process_callback(self._process)
        self._client.activate()
        deadline = time.monotonic() + PATIENCE_S
        while not self._client.get_ports(port, is_output=True):
            assert time.monotonic() < deadline, f"no port {port}"
            time.sleep(0.05)
        self._client.connect(port, self._in)

    def _process(self, frames: int) -> None:
        count = min(frames, len(self._data) - self._count)
        self._data[self._count : self._count + count] = self._in.get_array()[:count]
        self._count += count

    def close(self) -> np.ndarray:
        """Return all that was recorded."""
        self._client.deactivate()
        self._client.close()
        return self._data[: self._count]


class JackTone:
    """Plays a tone into a port."""

    def __init__(self, server: Jack, port: str) -> None:
        self._client = server.client("tone")
        self._out = self._client.outports.register("out")
        self._at = 0
        self._client.set_process_callback(self._process)
        self._client.activate()
        deadline = time.monotonic() + PATIENCE_S
        while not self._client.get_ports(port, is_input=True):
            assert time.monotonic() < deadline, f"no port {port}"
            time.sleep(0.05)
        self._client.connect(self._out, port)

    def _process(self, frames: int) -> None:
        times = np.arange(self._at, self._at + frames) / self._client.samplerate
        self._out.get_array()[:] = 0.5 * np.sin(2 * np.pi * 440 * times)
        self._at += frames

    def close(self) -> None:
        self._client.deactivate()
        self._client.close()


@contextlib.contextmanager
def pulseaudio(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Run a PulseAudio server whose default sink ``daw`` plays to nobody."""
    script = folder / "pa.pa"
    script.write_text(
        "load-module module-native-protocol-unix auth-anonymous=1\n"
        "load-module module-null-sink sink_name=daw rate=48000 channels=2 format=float32le\n"
        "set-default-sink daw\nset-default-source daw.monitor\n"
    )
    for name in ("XDG_RUNTIME_DIR", "HOME", "PULSE_RUNTIME_PATH"):
        monkeypatch.setenv(name, str(folder))
    lonely = ("--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no")
    process = subprocess.Popen(
        ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", *lonely],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, "PulseAudio has not come up"
            time.sleep(0.1)
        yield
    finally:
        end(process)
