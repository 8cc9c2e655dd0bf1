"""The subcommands of ``magnet-live``, each with its options: what ``cli`` hands over to.

serve, generate, replay, bench; options: what several of them share
"""
