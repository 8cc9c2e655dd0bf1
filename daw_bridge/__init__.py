"""The bridge of magnet-live: OSC, WebSocket, HTTP and audio devices around a worker process.

Importing this package is free of cost: it imports neither torch nor the servers.
"""
