"""The live engine: the code timeline of a session, what to decode next, and doing it."""
