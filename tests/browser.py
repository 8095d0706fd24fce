"""Find a Chromium for the browser tests, or get one: `python tests/browser.py`.

Order: one that is on the machine, Debian's package (as root), Playwright's own download. Where none can
be had, this says how to get one; under CI (`CI=true`) it also fails, so that no green run skips them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CACHE = Path.home() / ".cache" / "ms-playwright"


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None. `LIMELIGHT_CHROMIUM` overrules the search."""
    if given := os.environ.get("LIMELIGHT_CHROMIUM"):
        return given
    on_path = (shutil.which(name) for name in NAMES)
    downloaded = sorted(str(path) for path in CACHE.glob("chromium-*/chrome-linux*/chrome"))
    return next((path for path in on_path if path), downloaded[-1] if downloaded else None)


def install() -> None:
    """Try Debian's package, then Playwright's own."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], check=False, **quiet)  # type: ignore[call-overload]
        packages = ["chromium", "fonts-noto-cjk"]
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], check=False, **quiet)  # type: ignore[call-overload]
    if chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Make sure there is a browser; returns the exit code."""
    if chromium() is None:
        print("No Chromium found: getting one ...", flush=True)
        install()
    if path := chromium():
        print(f"Browser tests use {path}")
        return 0
    print(
        "No Chromium for the browser tests. Install one (Debian: apt-get install chromium; else: "
        ".venv/bin/playwright install chromium) or set LIMELIGHT_CHROMIUM to its path.",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
