"""Samples on their way, in numpy: resampling, rings, ramps, level; no session, no network.

the way       pcm (the wire format), resample, ring_buffer, history
the loudness  fades, leveller
what is late  concealment
two clocks    drift, varispeed
"""
