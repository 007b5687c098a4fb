"""How long a browser takes to open the report page of a failing run, compared with an empty page.

    python benchmarks/pages/run.py --rounds 15

The page is that of a server with more than 20 findings. Both pages are opened in turn, in Debian's Chromium.
The time runs from the start of the navigation to the end of the `load` event, as the browser measures it. The
goal is a median below 200 ms.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from checkpoint_conformance.reports.writers.html import html
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))

from conformance.runs import Failing, report  # noqa: E402

GOAL = 200
"""Milliseconds."""
EMPTY = "<!doctype html><title>empty</title><p>Nothing."
LOADED = "return performance.getEntriesByType('navigation')[0].loadEventEnd"


def opened(chromium: webdriver.Chrome, page: Path) -> float:
    """Open a page and return the milliseconds until it is loaded."""
    chromium.get(page.as_uri())
    milliseconds: float = chromium.execute_script(LOADED)
    return milliseconds


def main() -> None:
    """Measure both pages in turn, and print medians, the quickest, and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often each page is opened")
    rounds = parser.parse_args().rounds
    found = report(Failing)
    findings = sum(len(item["findings"]) for item in found["requirements"])
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
        ):
            options.add_argument(flag)
        pages = {"report": folder / "report.html", "empty": folder / "empty.html"}
        pages["report"].write_text(html(found), encoding="utf-8")
        pages["empty"].write_text(EMPTY, encoding="utf-8")
        chromium = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        try:
            times = {page: [] for page in pages}
            for _ in range(rounds + 1):
                for page, file in pages.items():
                    times[page].append(opened(chromium, file))
        finally:
            chromium.quit()
        size = pages["report"].stat().st_size
    print(f"{findings} findings, {found['requests']} requests, {size / 1000:.0f} KB")
    medians = {page: statistics.median(series[1:]) for page, series in times.items()}
    for page, series in times.items():
        print(f"{page:<7} median {medians[page]:6.1f} ms, quickest {min(series[1:]):6.1f} ms")
    print(f"ratio {medians['report'] / medians['empty']:.1f}, goal: report below {GOAL} ms")
    raise SystemExit(medians["report"] >= GOAL)


if __name__ == "__main__":
    main()
