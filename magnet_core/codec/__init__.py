"""Codecs: waveform <-> codes, and exact streaming decode."""
