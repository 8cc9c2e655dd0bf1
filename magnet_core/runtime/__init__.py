"""The live engine: the code timeline of a session, what to decode next, and doing it.

    engine, device     a resident model, and the sessions that it plays
    session            what a performer has in hand
      what to play     score, settings, prompts, glide, beat_grid, follower, running
                       phrase, key_finder
      when and where   composer, outlook, planner, costs, lead, decision
      doing it         window
      the way out      timeline, output, blocks, heard, origins, events
      loops            looper, loop, rounds, pcm_loop
      going on         snapshot, relay
    several sessions   scheduler, precedence
    the record         log, log_reader, joints, stretches, replay

``session``, ``planner`` and ``output`` are the ones to read first.
"""
