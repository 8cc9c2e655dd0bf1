"""Keeps a worker process alive: spawns it, carries its messages, replaces it when it dies.

A worker that dies is started again, at once if it was ready, else after a pause that doubles from
0.25 s to 10 s; one that says ``Broken``, or dies five times before it was ready once, is not. A
worker that lives but hangs is ended, and so replaced: one that is ready, is waited for and sends
nothing (``watchdog.py``), or has not read its messages for so long that a megabyte of them waits.
So is one that sends what cannot be read or carried out, whoever's fault that is; since the next one
may do the same, it has to wait like one that was never ready.

Threading: event loop only. Starting a process and waiting for its end, which block, run in the
loop's thread pool and touch the process alone, one at a time.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from multiprocessing.context import SpawnProcess

from daw_bridge.supervision.watchdog import Watchdog
from daw_bridge.supervision.worker_link import SocketConnection, pack, read_message
from daw_bridge.tasks import held
from daw_bridge.worker_protocol import (
    Broken,
    Chunk,
    Ready,
    ServerMessage,
    Shutdown,
    WorkerConfig,
    WorkerMessage,
)

log = logging.getLogger(__name__)

WORKER_TARGET = "daw_bridge.worker.process:run_worker"
MAX_EARLY_DEATHS = 5
MAX_UNREAD_BYTES = 1 << 20
CLOSE_TIMEOUT_S = 3.0
END_TIMEOUT_S = 1.0
SILENCE_LIMIT_S = 20.0


class WorkerState(StrEnum):
    """What the supervised worker is doing; also the first value of ``/magnet/event/worker``."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    BROKEN = "broken"


class Supervisor:
    """One worker process and its successors.

    Attributes:
        state: what the worker is doing.
        detail: a sentence about it.
    """

    def __init__(
        self,
        config: WorkerConfig,
        *,
        on_message: Callable[[WorkerMessage], None],
        on_state: Callable[[WorkerState, str], None],
        target: str = WORKER_TARGET,
        first_pause_s: float = 0.25,
        longest_pause_s: float = 10.0,
        silence_limit_s: float = SILENCE_LIMIT_S,
    ) -> None:
        """Prepare; ``target`` is "module:function", imported in the worker process only."""
        self.state = WorkerState.STARTING
        self.detail = ""
        self._config = config
        self._target = target
        self._on_message = on_message
        self._on_state = on_state
        self._first_pause_s = self._pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._early_deaths = 0
        self._writer: asyncio.StreamWriter | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._process: SpawnProcess | None = None
        self._process_lock = threading.Lock()  # a cancelled _spawn still runs in its thread
        self._closing = False
        self._watchdog = Watchdog(silence_limit_s)
        self._ended_because = ""  # why this program ended the worker
        self._is_faulty = False  # it was what the worker sent

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None where there is none."""
        return self._process.pid if self._process is not None else None

    @property
    def broken(self) -> bool:
        """Whether no worker will be started any more."""
        return self.state is WorkerState.BROKEN

    def start(self) -> None:
        """Start the worker, and go on starting it when it dies, until ``close``."""
        self._keeper = held(self._keep(), "the keeper of the worker")

    def send(self, message: ServerMessage) -> None:
        """Send a message to the worker; one that is not ready, or is being ended, gets none."""
        if self.state is not WorkerState.READY or self._writer is None or self._ended_because:
            return
        self._writer.write(pack(message))
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self._end("the worker did not read its messages and was ended")

    def watch(self, now: float, *, waited_for: bool) -> None:
        """End a worker that hangs; called at every tick, with whether any session waits for it."""
        is_due = waited_for and self.state is WorkerState.READY and not self._ended_because
        patience_s = self._watchdog.patience_s
        if self._watchdog.hangs(now, waited_for=is_due):
            self._end(f"the worker sent nothing for {patience_s:g} s and was ended")

    def _end(self, why: str) -> None:
        self._ended_because = why
        if self._writer is not None:
            self._writer.transport.abort()  # _listen returns, and the process is ended

    async def close(self) -> None:
        """Ask the worker to leave, and make it."""
        self._closing = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._writer is not None:
            self._writer.write(pack(Shutdown()))
        await asyncio.to_thread(self._end_process, CLOSE_TIMEOUT_S)
        await self._hang_up()

    # --- the life of workers ---

    async def _keep(self) -> None:
        self._set_state(WorkerState.STARTING, f"loading {self._config.model}")
        while not self.broken:
            try:
                reader = await self._connected()
            except OSError as error:
                self._ended_because = f"the worker process cannot be started: {error}"
            else:
                await self._listen(reader)
            await self._hang_up()
            timeout_s = 0.0 if self._ended_because else END_TIMEOUT_S
            exit_code = await asyncio.to_thread(self._end_process, timeout_s)
            if not self.broken:
                await self._handle_exit(exit_code)

    async def _connected(self) -> asyncio.StreamReader:
        """Start a worker process, and return what reads its messages; raises OSError."""
        ours, theirs = socket.socketpair()
        try:
            await asyncio.to_thread(self._spawn, theirs)
            reader, self._writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        return reader

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take messages until the worker is gone, or says what nobody can take."""
        while True:
            try:
                message = await read_message(reader)
                self._take(message)
            except EOFError:
                return
            except Exception as error:
                log.exception("a message of the worker cannot be taken")
                self._is_faulty = True
                self._end(f"the worker was ended: what it sent cannot be taken: {error!r}")
                return

    def _take(self, message: WorkerMessage) -> None:
        self._watchdog.heard(is_pcm=isinstance(message, Chunk))
        if isinstance(message, Broken):
            self._set_state(WorkerState.BROKEN, message.reason)
            return
        if isinstance(message, Ready):
            self._set_state(WorkerState.READY, f"{self._config.model} on {self._config.device}")
        self._on_message(message)

    async def _hang_up(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _handle_exit(self, exit_code: int | None) -> None:
        was_ready, may_do_it_again = self.state is WorkerState.READY, self._is_faulty
        self._early_deaths = 0 if was_ready else self._early_deaths + 1
        how = self._ended_because or f"the worker process ended with exit code {exit_code}"
        self._ended_because, self._is_faulty = "", False
        log.error("%s", how)
        if self._early_deaths >= MAX_EARLY_DEATHS:
            reason = f"{how} {MAX_EARLY_DEATHS} times before it was ready; see its log"
            self._set_state(WorkerState.BROKEN, reason)
            return
        self._set_state(WorkerState.RESTARTING, how)
        if was_ready and not may_do_it_again:  # the stream waits for the next one
            self._pause_s = self._first_pause_s
            return
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, self._longest_pause_s)

    def _set_state(self, state: WorkerState, detail: str) -> None:
        self.state, self.detail = state, detail
        try:
            self._on_state(state, detail)
        except Exception:  # who is told must not stop the worker from being kept
            log.exception("the state of the worker, %s, cannot be told", state.value)

    # --- its process; called in the thread pool ---

    def _spawn(self, theirs: socket.socket) -> None:
        with theirs, self._process_lock:
            if self._closing:
                return
            process = multiprocessing.get_context("spawn").Process(
                target=_worker_main, args=(self._target, theirs, self._config), daemon=True
            )
            process.start()
            self._process = process

    def _end_process(self, patience_s: float) -> int | None:
        """Return the exit code of the worker, ended by force where patience does not help."""
        with self._process_lock:
            process, self._process = self._process, None
            if process is None:
                return None
            process.join(patience_s)
            if process.is_alive():
                process.kill()
                process.join()
            exit_code = process.exitcode
            process.close()
            return exit_code


def _worker_main(target: str, sock: socket.socket, config: WorkerConfig) -> None:
    """Run in the worker process: import the target and hand it the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it says Shutdown
    logging.basicConfig(level=config.log_level, format="%(asctime)s worker %(message)s")
    module, _, function = target.partition(":")
    try:
        getattr(importlib.import_module(module), function)(SocketConnection(sock), config)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        sys.exit(0)  # the server is gone
