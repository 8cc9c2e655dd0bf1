"""Decoders: masked, autoregressive, hybrid; each an iterator of single forward passes."""
