"""The Max patches: made from the table of controls, checked, and drawn.

``magnet-live patches`` writes them. Nothing of this is imported by the server. From the bottom up:

    ports     what Max's objects look like: inlets, outlets, attributes
    patcher   boxes, cords and parameters -> the JSON of a patch
    controls  how a control of the table looks and what it is called in Max
    strips    a control of the table -> its boxes, from the dial to the OSC message
    link      the OSC connection of a patch: its own port, subscribe, ping
    sound     the two roads of audio into a patch
    maxpat, device  what stands where in magnet-live.maxpat and magnet-live.amxd
    amxd      the container of a Max for Live device
    lint      what is wrong with a patch, ours or another
    picture   a patch -> SVG
    files     everything that is written to max_patches/
"""
