"""Other people's clocks: ``follower`` keeps the sessions in time with a ``source``.

sources   source (the protocol, and tapping), ableton, link_clock
MIDI      midi_clock, midi_process (listens in a process of its own), midi_beats (the filter)
"""
