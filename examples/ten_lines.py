#!/usr/bin/env python3
"""Send, wait for /done, go on: the OSC side in ten lines, in the manner of scsynth."""

import sys

from pythonosc.udp_client import SimpleUDPClient

client = SimpleUDPClient("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000)
for address, value in (("/magnet/prompt", "dark techno 132 bpm"), ("/magnet/play", [])):
    client.send_message(address, value)
    answer = next(client.get_messages(timeout=30), None)
    print(answer.address, *answer.params) if answer else sys.exit("nobody answers")
