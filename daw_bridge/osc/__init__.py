"""OSC over UDP.

server     the socket: who sends, who gets the answers
receiver   what a packet says, whatever wire it came on
patterns   the wildcards of its addresses
"""
