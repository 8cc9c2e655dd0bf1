"""The TCP port: the page, the stream, OSCQuery, and what watches over the server.

the port      server
the stream    ws_stream
OSCQuery      oscquery (the tree), oscquery_server
HTTP          console_files (for ``daw_bridge/console``), monitoring
"""
