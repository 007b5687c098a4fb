"""`--reload`: an edit of a document is served at once, and a broken one is said and survived."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import checkpoint_handlers
import checkpoint_openapi
from checkpoint_openapi.load import data_path

from handlers import running


def copied(folder: Path) -> dict[str, str]:
    """Copy the contract and the server, and return the environment in which the copies are used."""
    documents = folder / "openapi"
    shutil.copytree(Path(checkpoint_openapi.__file__).parent, documents / "checkpoint_openapi")
    shutil.copytree(Path(checkpoint_handlers.__file__).parent, folder / "handlers" / "checkpoint_handlers")
    for name in ("checkpoint.yaml", "companions.yaml", "errors.yaml"):
        shutil.copy(data_path(name), documents / name)
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(documents), str(folder / "handlers")])}


class Supervisor(subprocess.Popen[str]):
    """A process that runs the server in another one, which holds its pipe as well."""

    def kill(self) -> None:
        """End both: a reader of the pipe would wait for ever for the one that is left."""
        self.terminate()


def test_an_edit_is_served_and_a_broken_one_survived(tmp_path: Path) -> None:
    """A lower limit is kept after the save; a broken document is one line, and the next save fixes it."""
    environment = copied(tmp_path)
    edited = tmp_path / "openapi" / "checkpoint.yaml"
    sound = edited.read_text(encoding="utf-8")
    target = tmp_path / "target.toml"
    process = Supervisor(
        [
            *(sys.executable, "-u", "-m", "checkpoint_handlers", "--port", "0", "--reload"),
            *("--database", str(tmp_path / "store.sqlite3"), "--target-file", str(target)),
        ],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        running.await_line(process, running.READY)
        server = running.found(process, tmp_path)
        order = server.order(resources=server.target["policy"]["resources"])
        assert server.create(order).status == 200
        edited.write_text(sound.replace("maxItems: 64", "maxItems: 2"), encoding="utf-8")
        running.await_line(process, running.READY)
        assert server.create(order).error == (400, "CSBS.9001")
        edited.write_text("openapi: [", encoding="utf-8")
        assert "checkpoint.yaml" in running.await_line(process, "Error: ")
        edited.write_text(sound, encoding="utf-8")
        running.await_line(process, running.READY)
        assert server.create(order).status == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0
