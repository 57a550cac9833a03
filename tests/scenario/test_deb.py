"""The Debian package: its contents, and a server run from them."""

import os
import shutil
import stat
import subprocess

import pytest

from support import wire
from support.eventually import eventually
from support.process import BINARY, ROOT, Lines

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return run(ROOT / "packaging/deb/build", BINARY, tmp_path_factory.mktemp("deb")).strip()


@pytest.fixture(scope="module")
def installed(package, tmp_path_factory):
    place = tmp_path_factory.mktemp("root")
    run("dpkg-deb", "--extract", package, place)
    return place


def test_it_says_what_it_is_and_needs(package):
    field = {name: run("dpkg-deb", "--field", package, name).strip() for name in ("Package", "Version", "Depends")}
    assert field["Package"] == "weir"
    assert field["Version"] == run(BINARY, "version").split()[1]
    needed = set(field["Depends"].split(", "))
    assert {"libc6", "libssl3", "libsqlite3-0", "ca-certificates"} <= needed
    for name in needed:
        assert run("dpkg-query", "--showformat", "${Status}", "--show", name).endswith("installed"), name


def test_it_has_unit_settings_manual_and_completions(installed):
    for file in (
        "lib/systemd/system/weir.service",
        "etc/weir/weir.yaml",
        "usr/share/man/man1/weir.1.gz",
        "usr/share/bash-completion/completions/weir",
        "usr/share/zsh/vendor-completions/_weir",
        "usr/share/fish/vendor_completions.d/weir.fish",
        "usr/share/doc/weir/operating.md",
        "usr/share/doc/weir/copyright",
    ):
        path = installed / file
        assert path.stat().st_size > 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    unit = (installed / "lib/systemd/system/weir.service").read_text()
    assert "/usr/bin/weir serve --config /etc/weir/weir.yaml" in unit
    assert run(installed / "usr/bin/weir", "check", installed / "etc/weir/weir.yaml")


def test_its_scripts_are_shell_scripts(package, tmp_path):
    run("dpkg-deb", "--control", package, tmp_path)
    assert (tmp_path / "conffiles").read_text() == "/etc/weir/weir.yaml\n"
    for script in ("postinst", "prerm", "postrm"):
        assert os.access(tmp_path / script, os.X_OK)
        run("sh", "-n", tmp_path / script)


def test_its_settings_serve_models(installed, tmp_path):
    config = tmp_path / "weir.yaml"
    text = (installed / "etc/weir/weir.yaml").read_text()
    config.write_text(
        text.replace("127.0.0.1:8080 ", "127.0.0.1:0 ").replace("127.0.0.1:8081 ", "127.0.0.1:0 ").replace("/var/lib/weir", str(tmp_path))
    )
    process = subprocess.Popen([installed / "usr/bin/weir", "serve", "--config", config], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        log = Lines(process.stderr)
        line = eventually(lambda: log.where(msg="listening"), what="the log line `listening`")[0]
        port = int(line["listen"].rpartition(":")[2])
        wire.speaks_plain(port)
        key = (tmp_path / "weir.db.first-key").read_text().strip()
        eventually(lambda: "demo/chat" in wire.request(port, "GET", "/v1/models", (), key).ids())
    finally:
        process.terminate()
        process.wait()
        log.join()


def test_the_same_sources_give_the_same_package(package, tmp_path):
    again = run(ROOT / "packaging/deb/build", BINARY, tmp_path).strip()
    with open(package, "rb") as one, open(again, "rb") as other:
        assert one.read() == other.read()
