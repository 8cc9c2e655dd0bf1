"""The bridge of magnet-live: OSC, WebSocket, HTTP and audio devices around a worker process.

Importing this package is free of cost: it imports neither torch nor the servers.

    what may be said   controls, arguments, notices (the tables), messages, reference, errors
                       likeness (what may have been meant)
    what goes on       tasks (none of them ends in silence), metrics
    the doors          osc/ (UDP)   web/ (HTTP, WebSocket, OSCQuery)   console/ (the page)
                       doors/ (what all of them share)
    the middle         app (wires it all), hub (commands, who hears of what), client (who sends)
    the music          session/ (a stream and its past)   takes/ (the folder)   tempo/ (clocks)
                       audio/ (samples)   devices/ (sound cards)
    the worker         worker_protocol (the seam), supervision/ (our side), worker/ (the other)
    commands           cli, commands/
    patches            patches/ (Max, Max for Live, Pure Data)

Imports point one way, down a ladder that ``pyproject.toml`` states and a test checks.
"""
