"""HTTP on the wire: requests, responses, connections."""
