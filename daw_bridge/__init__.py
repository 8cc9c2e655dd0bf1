"""The bridge of magnet-live: OSC, WebSocket, HTTP and audio devices around a worker process.

Importing this package is free of cost: it imports neither torch nor the servers.

    what may be said   controls, arguments, notices (the tables), osc_patterns, messages, reference
    who may say it     access, limits, ws_link; errors
    the doors          osc_server, osc_receiver        ws_server, http_routes, ws_stream, pcm
                       oscquery, oscquery_server       monitoring, metrics
                       console_files and console/ (the page)
    the middle         app, hub, announcement
    a session          session, requests, session_settings, stream_player, stream_clock
      its sound        inflow, stream, leveller, fades, concealment, history, listener, resample
      its past         recording, takes, take_desk, take_files, wav_file
                       keeping, session_takes, going_back, undo
      its time         transport, tempo_follower, tempo_source
                       ableton, link_clock, midi_clock, midi_process, midi_beats
    sound cards        audio_output, audio_input, phrase_recorder, card, card_process, card_memory
                       portaudio, ring_buffer, drift, varispeed, virtual_cables
    the worker         worker_protocol, worker_link, supervisor, watchdog: the server's side
                       worker, worker_seat, worker_inbox, worker_model, brake: the other process
    commands           cli, cli_serve, cli_options, generate, replay, bench
                       patches/ (Max, Max for Live, Pure Data)

Imports point one way, down a ladder that ``pyproject.toml`` states and a test checks.
"""
