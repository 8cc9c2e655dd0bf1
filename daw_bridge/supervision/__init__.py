"""The worker process as the server sees it.

supervisor    starts it, carries its messages, replaces it when it dies
watchdog      tells a worker that hangs from one that is slow
worker_link   the wire
"""
