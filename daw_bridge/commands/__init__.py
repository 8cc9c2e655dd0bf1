"""The subcommands of ``magnet-live``, each with its options: what ``cli`` hands over to.

serve, generate, replay, bench; options, wav_output: what several of them share
"""
