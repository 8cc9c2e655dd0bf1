"""The network: stateless modules, no decoding in them."""
