"""The worker process: the only package of the bridge that imports ``magnet_core``.

process   takes messages, works for the session that needs it most
seat      one session: commands in, messages out
inbox     messages that wait         model   the model as clients hear of it
brake     makes it slower, for tests
"""
