"""What every door of the server has in common: who may come in, how much, and what is where.

who, how much   access, limits
TCP             http_routes, ws_link
being found     addresses, announcement
"""
