"""What a request passes on its way to a handler: routing, authentication, checks and dispatch."""
