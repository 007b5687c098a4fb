"""Take the pictures for the documentation from real runs in a real Chromium.

Run: .venv/bin/python -m tests.browser.pictures docs/pictures. Requires Chromium, pngquant, npm and a font
with Chinese characters, such as Debian's fonts-wqy-microhei.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from html import escape
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checkpoint_conformance.language import speaking
from checkpoint_conformance.reports.writers.html import html
from conformance.runs import Broken, Failing, report, write_target
from docs.pages import architecture, digest
from mutants.service.server import Server, running
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
WIDTH = 112
"""The terminal's width in columns."""
MEASURE = "const box = document.querySelector('pre').getBoundingClientRect(); return [box.width, box.height]"
FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #14171a; width: max-content; }}
pre {{ margin: 0; padding: 18px 22px; font: 13px/1.45 "DejaVu Sans Mono", monospace; color: #dfe3e6; }}
</style><pre>{text}</pre>"""


AROUND = 4
"""Lines of context before and after the annotated line."""
ANNOTATION = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; }}
pre {{ margin: 0; padding: 16px 20px; width: 940px; background: #fff; white-space: pre-wrap;
       font: 13px/1.5 "DejaVu Sans Mono", monospace; color: #1f2328; }}
header {{ padding-bottom: 10px; font-weight: bold; }}
b {{ padding-right: 12px; font-weight: normal; color: #59636e; }}
section {{ margin: 8px 0 8px 50px; padding: 10px 14px; border: 1px solid #d1242f; border-left-width: 5px;
           border-radius: 6px; background: #fff5f5; overflow-wrap: anywhere; }}
h1 {{ margin: 0 0 6px; font-size: 13px; color: #b3111d; }}
</style><pre><header>{file}</header>{before}{card}{after}</pre>"""


MERMAID = "mermaid@11.12.1"
DIAGRAM = """<!doctype html><meta charset="utf-8"><body><script src="{script}"></script>"""
DRAW = """
const done = arguments[arguments.length - 1];
const flowchart = {htmlLabels: false, rankSpacing: 35, nodeSpacing: 25};
mermaid.initialize({startOnLoad: false, theme: "neutral", flowchart});
mermaid.render("architecture", arguments[0]).then(drawn => {
  document.body.innerHTML = drawn.svg;
  document.querySelector("svg").style.background = "#fff";  // its lines are dark, and a page may be, too
  done(new XMLSerializer().serializeToString(document.querySelector("svg")));
});
"""


class Nimbus(Broken):
    """The broken server under a fictitious name."""

    identity = "Nimbus Backup"


def terminal(command: str, folder: Path) -> str:
    """Return a command line and its output on a real terminal."""
    master, slave = pty.openpty()
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TERM": "xterm",
        "COLUMNS": str(WIDTH),
    }
    process = subprocess.Popen(
        command.split(), cwd=folder, env=environment, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL
    )
    os.close(slave)
    written = bytearray()
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # how a terminal reports that its other end is closed
            break
        if not piece:
            break
        written += piece
    process.wait()
    os.close(master)
    return f"$ {command}\n" + written.decode().replace("\r\n", "\n")


def page(text: str) -> str:
    """Return a page that looks like the terminal."""
    console = Console(record=True, width=WIDTH, file=StringIO(), color_system="truecolor")
    console.print(Text.from_ansi(text), soft_wrap=False)
    code = console.export_html(theme=DIMMED_MONOKAI, inline_styles=True, code_format="{code}")
    return FRAME.format(text=code)


def shortened(text: str, first: int, last: int) -> str:
    """Return the first and last lines of a command's output."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join([*lines[:first], "  …", *lines[-last:]])


@contextmanager
def chromium(*, dark: bool) -> Iterator[webdriver.Chrome]:
    """Start a Chromium that prefers light or dark pages."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        media = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        try:
            yield driver
        finally:
            driver.quit()


def shoot(
    driver: webdriver.Chrome, text: str, path: Path, width: int, height: int | None = None, part: str = ""
) -> None:
    """Take a screenshot of a page, or of its `part`, a CSS selector; without a height, of the whole page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(text, encoding="utf-8")
        size = {"width": width, "height": height or 800, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.get(file.as_uri())
        if height is None:
            wide, high = driver.execute_script(MEASURE)
            size |= {"width": int(wide) + 1, "height": int(high) + 1}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        if part:
            element = driver.find_element(By.CSS_SELECTOR, part)
            driver.execute_script("arguments[0].style.padding = '20px'", element)
            element.screenshot(str(path))
        else:
            driver.save_screenshot(str(path))
    quantise = ["pngquant", "--force", "--strip", "--skip-if-larger", "--output", str(path), "64", str(path)]
    subprocess.run(quantise, check=True)


def broken_document(folder: Path) -> Path:
    """Return a copy of the document in which a call may select fewer servers."""
    text = (ROOT / "openapi" / "checkpoint.yaml").read_text(encoding="utf-8")
    file = folder / "checkpoint.yaml"
    file.write_text(re.sub("maxItems: 64", "maxItems: 2", text), encoding="utf-8")
    return file


def annotation(document: Path) -> str:
    """Return a page that shows the gate's annotation below its line, as a code review does."""
    told = terminal(f"checkpoint-contract diff --format github {document.name}", document.parent)
    found = re.search(r"^::(\w+) file=[^,]+,line=(\d+),[^:]*title=([^:]+)::(.*)$", told, re.MULTILINE)
    assert found
    number = int(found[2])
    lines = document.read_text(encoding="utf-8").splitlines()
    first, last = number - AROUND, number + AROUND
    shown = dedent("\n".join(lines[first - 1 : last])).split("\n")
    rows = [f"<b>{each}</b>  {escape(line)}" for each, line in enumerate(shown, first)]
    message = found[4].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    card = f"<section><h1>{found[1]}: {escape(found[3])}</h1>{escape(message)}</section>"
    before, after = "\n".join(rows[: AROUND + 1]), "\n".join(rows[AROUND + 1 :])
    return ANNOTATION.format(file=escape(document.name), before=before, card=card, after=after)


def diagram(driver: webdriver.Chrome, source: str, folder: Path) -> str:
    """Render a Mermaid diagram as the SVG for the repository, preceded by the digest of its source."""
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), MERMAID], check=True)
    script = folder / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    page = folder / "page.html"
    page.write_text(DIAGRAM.format(script=script.as_uri()), encoding="utf-8")
    driver.get(page.as_uri())
    return f"<!-- {digest(source)} -->\n{driver.execute_async_script(DRAW, source)}\n"


def main(pictures: Path) -> None:
    """Create all pictures."""
    with tempfile.TemporaryDirectory() as name, running(Server) as table:
        folder = Path(name)
        write_target(table, folder / "target.toml", max_creates=100, profiles=table["profiles"])
        told = shortened(terminal("checkpoint-contract verify --target target.toml", folder), 11, 11)
        checked = terminal("checkpoint-contract target check target.toml", folder)
        document = broken_document(folder)
        broken = terminal(f"checkpoint-contract diff {document.name}", folder)
        annotated = annotation(document)
    found = report(Nimbus)
    with speaking("zh"):
        chinese = html(found)
    with chromium(dark=False) as driver, tempfile.TemporaryDirectory() as name:
        drawn = diagram(driver, architecture(), Path(name))
        (pictures / "architecture.svg").write_text(drawn, encoding="utf-8")
        shoot(driver, page(told), pictures / "terminal.png", 1000)
        shoot(driver, page(checked), pictures / "target-check.png", 1000)
        shoot(driver, page(broken), pictures / "gate.png", 1000)
        shoot(driver, annotated, pictures / "annotation.png", 1000)
        shoot(driver, html(found), pictures / "report-light.png", 1180, 900)
        shoot(driver, html(found), pictures / "report-narrow.png", 400, 860)
        slow = html(report(Failing))
        shoot(driver, slow, pictures / "report-times.png", 1180, 2000, "section[aria-labelledby=times]")
        shoot(driver, chinese, pictures / "report-chinese.png", 1180, 640)
    with chromium(dark=True) as driver:
        shoot(driver, html(found), pictures / "report-dark.png", 1180, 900)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
