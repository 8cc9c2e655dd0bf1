"""How the sound of ``--audio-out`` gets into a DAW on this computer: a virtual cable.

A program plays into one end of a virtual cable as if it were a sound card, and the DAW records from
the other. Which one depends on the system; the server and the DAW must run at the same rate.
"""

from __future__ import annotations

_CABLES = {
    "darwin": (
        "macOS: BlackHole (2 channels are enough), from existential.audio/blackhole or\n"
        "`brew install blackhole-2ch`. Then:",
        "BlackHole",
    ),
    "win32": (
        "Windows: VB-CABLE, from vb-audio.com/Cable. Give its two ends, CABLE Input and CABLE\n"
        "Output, the same rate in the Windows sound settings. Then:",
        "CABLE Input",
    ),
    "linux": (
        "Linux: JACK and PipeWire need no cable. With PipeWire (most desktops) start the server\n"
        "under `pw-jack`, with JACK as it is; connect the ports PortAudio:out_0 and out_1 to the\n"
        "DAW's inputs in qpwgraph, Helvum, Carla or QjackCtl. With PulseAudio alone:\n"
        "`pactl load-module module-null-sink sink_name=magnet`, play to `pulse`, and let the DAW\n"
        "record from its monitor. Then:",
        "system",
    ),
}

_DAWS = """\
In the DAW, choose the other end of the cable as an input, and make one stereo track of it:
  Live     Settings, Audio: the cable as Audio Input Device; Input Config: its channels 1/2.
           On an audio track: Audio From "Ext. In" 1/2, Monitor "In".
  Reaper   Preferences, Audio, Device: the cable as input device (Windows: WASAPI or ASIO4ALL).
           Arm a track, its input: Stereo, 1/2; record monitoring on.
  Bitwig   Settings, Audio: the cable as input device, add a stereo input of its channels 1/2.
           On an audio track choose that input, monitor on.
  Logic    Settings, Audio, Devices: the cable as Input Device. New audio track: Stereo, Input 1-2,
           input monitoring on.
A DAW takes one input device. To keep the microphones of a sound card too, put card and cable into
one Aggregate Device (macOS: Audio MIDI Setup, drift correction on for the cable), or use the DAW
without a cable: Max for Live, the browser page or a WebSocket client (see README)."""


def advice(platform: str) -> str:
    """Return how to play into a DAW on a system, as ``sys.platform`` calls it."""
    cable, device = _CABLES.get(platform, _CABLES["linux"])
    return f'{cable}\n  magnet-live serve --audio-out "{device}"\n{_DAWS}'
