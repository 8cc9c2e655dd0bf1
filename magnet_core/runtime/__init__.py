"""The live engine: the code timeline of a session, what to decode next, and doing it.

    engine             a resident model, and the sessions that it plays
    session            what a performer has in hand
      its parts        parts
      what to play     score, settings, prompts, glide, beat_grid, follower
      when and where   composer, changes, lines, outlook, planner, costs, lead, decision
      doing it         work, running, window
      the way out      timeline, feed, output, blocks, heard, origins, events
      loops            loop_keeper, looper, loop, rounds, pcm_loop
      phrases          phrase_desk, phrase, key_finder
      going on         snapshot, relay, plain
    several sessions   scheduler, precedence
    the record         log, log_reader, joints, stretches, replay

``session``, ``planner`` and ``output`` are the ones to read first.
"""
