"""The running server: processes, sockets, what it announces, and what it tells the operator."""
