"""The one table of everything that the server says: replies and events, with their arguments.

The README's reference is made from it, and so are the OSC messages that a server does not answer
when they come to it.
"""

from __future__ import annotations

from dataclasses import dataclass

EVENT_PREFIX = "/magnet/event/"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that the server sends: its arguments with their OSC types, and its meaning."""

    arguments: str
    doc: str


REPLIES: dict[str, Notice] = {
    "/magnet/done": Notice(
        "s address, i id, f seconds, s position",
        "Carried out: after so many seconds, at this sample of the stream, it is first heard.",
    ),
    "/magnet/fail": Notice("s address, i id, s reason", "Refused; nothing has changed."),
    "/magnet/pong": Notice("s text", "The answer to a ping."),
    "/magnet/synced": Notice("i id", "All that was sent before this sync is answered."),
    "/magnet/take/list.reply": Notice(
        "s name, s name, ...",
        "The takes, oldest first: the last 256, and on OSC no more than fit into 8 KiB. On a "
        "WebSocket the event `takes`, with a list of them.",
    ),
    "/magnet/status.reply": Notice(
        "s name, value, s name, value, ...",
        "Settings and state of the session, and counters; where the prompts are so long that they "
        "do not fit into 8 KiB, in several messages.",
    ),
}

EVENTS: dict[str, Notice] = {
    "/magnet/event/chunk": Notice(
        "s position, i samples, i flags, i plan",
        "Samples became final (OSC only; on a WebSocket the samples themselves come).",
    ),
    "/magnet/event/late": Notice(
        "s position",
        "No sound was there in time. From here on the last bar is repeated, at most twice, then "
        "faded over a beat: one such event for each gap.",
    ),
    "/magnet/event/underrun": Notice(
        "s position, i samples", "The gap that began there is over: so much was concealed."
    ),
    "/magnet/event/plan": Notice(
        "s position, i plan, i context_frames, i prefix_frames, i frames, s steps, i reduced, "
        "f bpm, s bar_position",
        "A plan begins at this position: frames it goes on from, decodes one by one, and decodes "
        "in all; forward passes of each codebook; 1 where time allowed fewer than asked for; its "
        "tempo (0: the model has none) and where its bar begins.",
    ),
    "/magnet/event/plan_done": Notice(
        "i plan, f seconds, i passes, s steps, i reduced, i replaced",
        "A plan is decoded: the time and the forward passes that it "
        "took, the steps that it was given, 1 where they were fewer than asked for, and 1 where a "
        "change replaced it before its end.",
    ),
    "/magnet/event/beat": Notice(
        "i beat, i bar, f bpm, s position",
        "A beat is heard now, at this position: which of the bar (0 is the bar line), the bar "
        "counted from 0, and the tempo.",
    ),
    "/magnet/event/tempo": Notice(
        "s source, f bpm, s detail",
        "Whose tempo the music follows: off, tap, ableton, link or midi; its beats per minute (0: "
        "not known), and how it is.",
    ),
    "/magnet/event/lead": Notice(
        "f lead_ms",
        "The lead that this machine needs has changed; the stream follows without a jump, and "
        "never below the lead that was asked for.",
    ),
    "/magnet/event/words": Notice(
        "s unknown", "Words of a prompt that the model does not know; it plays the others."
    ),
    "/magnet/event/worker": Notice(
        "s state, s detail", "The model's process is starting, ready, restarting or broken."
    ),
    "/magnet/event/session": Notice(
        "s name, s state, s detail",
        "A session has ended, closed, for everyone to know: nobody had heard or controlled it for "
        "ten minutes, or for one and another needed its place. Whoever commands it begins anew.",
    ),
    "/magnet/event/input": Notice(
        "s state, f seconds",
        "A phrase is recording, recorded (the model has it), in use, or off; and how long it is.",
    ),
    "/magnet/event/device": Notice(
        "s state, s detail",
        "An audio device is running, missing or lost; one that is missing or lost is tried again "
        "until it is back.",
    ),
    "/magnet/event/take": Notice(
        "s name, i bars, f bpm, i samples, i sample_rate, s file",
        "A take was kept: what it is recalled by, its whole bars (0: it is of none), its tempo "
        "(0: it has none), and its WAV file on the server.",
    ),
    "/magnet/event/dropped": Notice(
        "s position, i samples",
        "This client fell behind, and so much was left out (WebSocket only).",
    ),
}
