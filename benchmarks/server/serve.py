"""Serves one of the applications, all under the same uvicorn: `python serve.py NAME PORT`."""

from __future__ import annotations

import sys

import uvicorn
from applications import APPLICATIONS
from checkpoint_handlers.serving.protocol import Protocol
from checkpoint_handlers.serving.server import tune_interpreter

__all__: list[str] = []

if __name__ == "__main__":
    name, port = sys.argv[1:]
    app = APPLICATIONS[name]()
    tune_interpreter()
    uvicorn.run(
        app,
        port=int(port),
        http=Protocol if name == "reference" else "httptools",
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",
        server_header=False,
        backlog=2048,
    )
