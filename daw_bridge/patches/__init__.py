"""The patches for Max, Live and Pure Data: made from the table of controls, checked, and drawn.

``magnet-live patches`` (``command``) writes them. Nothing of this is imported by the server.
From the bottom up:

    ports      what Max's objects look like: inlets, outlets, attributes
    patcher    boxes, cords and parameters -> the JSON of a patch
    names      what a control of the table is called in Max and Live
    strips     a control of the table -> its boxes, from the dial to the OSC message
    displays   what the server answers and says, as text and numbers
    extras     boxes that are more than one control
    link       the OSC connection of a patch: its own port, subscribe, ping
    sound      the two roads of audio into a patch
    spots      which control stands where: a table is filled
    maxpat     what stands where in magnet-live.maxpat
    device     and in magnet-live.amxd, with live_set (tempo, transport, clips) and amxd (the file)
    reading    the boxes of a patch that was read
    lint       what is wrong with a patch, ours or another; lint_parameters, lint_view
    picture    a patch -> SVG
    pd         magnet-live.pd, of pd_canvas, pd_controls, pd_sound, pd_takes; drawn by pd_picture
    files      everything that is written to max_patches/
"""
