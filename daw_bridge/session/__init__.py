"""One session: a stream that is played, the commands that change it, and its past.

which         sessions
the session   session, requests, settings
its stream    player, stream, stream_clock, transport, inflow
who hears it  listener
what it hears phrase_recorder
its past      recording, takes, keeping, session_takes, going_back, undo
"""
