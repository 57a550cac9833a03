"""Prometheus's promtool, of this machine or taken out of Debian's package: nothing is installed or started."""

import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from support.eventually import DEADLINE_S


@functools.cache
def promtool():
    """Its path. Skips the test where there is no such program and no Debian archive to take it from."""
    if found := shutil.which("promtool"):
        return found
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "weir"
    kept = cache / "promtool"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as place:
            _extract(pathlib.Path(place)).replace(kept)  # several tests may do this at once
    return kept


def _extract(place):
    try:
        subprocess.run(["apt-get", "download", "prometheus"], cwd=place, check=True, capture_output=True, timeout=DEADLINE_S)
        package, = place.glob("prometheus_*.deb")  # fmt: skip
        subprocess.run(["dpkg-deb", "--extract", package, place], check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError, ValueError):
        pytest.skip("no promtool, and Debian's package prometheus cannot be downloaded")
    return place / "usr/bin/promtool"
