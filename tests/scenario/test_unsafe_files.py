"""Files that others can write or read, that belong to others, or that are no files: each is refused or
warned of with the command that mends it, and none makes Weir wait."""

import contextlib
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import tempfile

import pytest
import yaml

from support import wire
from support.eventually import DEADLINE_S, eventually
from support.process import BINARY, KEY, Lines, config_of

NOBODY = 65534
WARNING = "a file is accessible to other users"
FILE_KEY = "sk-file-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def chmod(mode):
    return lambda path: path.chmod(mode)


def give_away(path):
    os.chown(path, NOBODY, NOBODY)


def make_pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)


def make_socket(path):
    path.unlink(missing_ok=True)
    with contextlib.chdir(path.parent), contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(path.name)


def make_device(path):
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


NO_FILES = [make_pipe, make_socket, make_device]


class Place:
    """A folder with a config, a store with a key, its pepper, and a secret in a file of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "weir.yaml"
        self.secret = folder / "secret.key"
        self.secret.write_text(FILE_KEY + "\n")
        self.secret.chmod(0o600)
        self.write_config()
        self.key = self.run("keys", "create", "app").stdout.split()[0]

    def write_config(self, mode=0o600, key="${file:secret.key}", **sections):
        sections = config_of(self.folder, keys=[{"name": "test", "key": key}], **sections)
        self.config.write_text(yaml.safe_dump(sections))
        self.config.chmod(mode)

    def run(self, *words):
        return subprocess.run([BINARY, *words, "--config", self.config], capture_output=True, text=True,
                              cwd=self.folder, timeout=DEADLINE_S)  # fmt: skip

    def refusal(self, *words):
        """The message of a command that ends by itself."""
        done = self.run(*words)
        assert done.returncode == 1, (done.stdout, done.stderr)
        return done.stderr

    @contextlib.contextmanager
    def serving(self, **options):
        command = [BINARY, "serve", "--config", self.config]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
        process.log = Lines(process.stderr)
        try:
            line = eventually(lambda: process.log.where(msg="listening") or process.poll() is not None)
            assert process.poll() is None, process.log.text()
            process.port = int(line[0]["listen"].rpartition(":")[2])
            wire.speaks_plain(process.port)
            yield process
        finally:
            process.terminate()
            process.wait(DEADLINE_S)
            process.log.join()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def status(process, key):
    return wire.request(process.port, "GET", "/v1/models", (), key).status


def warnings_of(process):
    return [line["problem"] for line in process.log.where(msg=WARNING)]


@pytest.mark.parametrize("mode", [0o666, 0o660, 0o602])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_store_that_others_can_write_is_refused(place, suffix, mode):
    file = place.folder / f"weir.db{suffix}"
    file.touch()
    file.chmod(mode)
    for words in (["serve"], ["keys", "list"], ["keys", "create", "more"], ["usage"]):
        said = place.refusal(*words)
        assert f"{file}: is writable by other users (mode {mode:04o})" in said
        assert f"chmod 600 {file}" in said and "weir keys list --all" in said
    subprocess.run(shlex.split(f"chmod 600 {file}"), check=True)
    with place.serving() as process:
        assert status(process, place.key) == 200


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
def test_a_file_of_usage_that_others_can_write_is_refused(place, suffix):
    file = place.folder / f"weir-usage.db{suffix}"
    file.touch()
    file.chmod(0o666)
    for words in (["serve"], ["usage"]):
        said = place.refusal(*words)
        assert f"{file}: is writable by other users (mode 0666)" in said
        assert f"chmod 600 {file}" in said


def test_a_store_that_everyone_can_read_is_a_warning(place):
    store = place.folder / "weir.db"
    store.chmod(0o644)
    with place.serving() as process:
        (warning,) = [each for each in warnings_of(process) if each.startswith(f"the store {store}:")]
        assert "is readable by other users (mode 0644)" in warning and warning.endswith(f"chmod 600 {store}")
        assert status(process, place.key) == 200
    store.chmod(0o640)
    with place.serving() as process:
        assert warnings_of(process) == []


@pytest.mark.parametrize("spoil", [chmod(0o666), chmod(0o660), chmod(0o604), *NO_FILES])
def test_a_pepper_that_is_not_its_owners_alone_is_refused(place, spoil):
    pepper = place.folder / "weir.db.pepper"
    spoil(pepper)
    for words in (["serve"], ["keys", "create", "more"]):
        said = place.refusal(*words)
        assert f"{pepper}: " in said
        assert "not a regular file" in said if spoil in NO_FILES else f"chmod 600 {pepper}" in said


@pytest.mark.parametrize("spoil", [chmod(0o666), chmod(0o660), chmod(0o604), *NO_FILES])
def test_a_secrets_file_that_is_not_its_owners_alone_is_refused(place, spoil):
    spoil(place.secret)
    for done in (place.run("serve"), subprocess.run([BINARY, "check", place.config], capture_output=True, text=True)):
        assert done.returncode == 1
        assert "keys[0].key: the file secret.key" in done.stderr
        assert "not a regular file" in done.stderr if spoil in NO_FILES else f"chmod 600 {place.secret}" in done.stderr
        assert FILE_KEY not in done.stderr


@as_root
@pytest.mark.parametrize("name", ["weir.db", "weir.db.pepper", "secret.key"])
def test_a_file_of_another_user_is_refused(place, name):
    file = place.folder / name
    give_away(file)
    said = place.refusal("serve")
    assert f"is owned by another user ({NOBODY})" in said and f"chown root {file}" in said
    os.chown(file, 0, 0)
    with place.serving() as process:
        assert status(process, place.key) == 200


@as_root
def test_root_serves_what_a_user_has_in_a_folder_of_its_own(place):
    for file in (place.folder, *place.folder.iterdir()):
        give_away(file)
    assert "app" in place.run("keys", "list").stdout
    with place.serving() as process:
        assert status(process, place.key) == status(process, FILE_KEY) == 200
        assert warnings_of(process) == []


@pytest.mark.parametrize("spoil", NO_FILES)
@pytest.mark.parametrize("name", ["weir.db", "weir.yaml"])
def test_a_store_or_config_that_is_no_file_is_refused_at_once(place, name, spoil):
    spoil(place.folder / name)
    for words in (["serve"], ["keys", "list"]):
        assert "not a regular file" in place.refusal(*words)


@pytest.mark.parametrize("spoil", NO_FILES)
def test_certificates_that_are_no_files_are_refused_at_once(place, certificates, spoil):
    for name in ("certificate_file", "key_file"):
        file = place.folder / name
        spoil(file)
        place.write_config(server={"tls": {**certificates.settings(), name: str(file)}})
        assert "not a regular file" in place.refusal("serve")
    ca_file = place.folder / "ca.pem"
    spoil(ca_file)
    upstreams = [{"name": "gpu", "url": "https://127.0.0.1:1", "ca_file": str(ca_file)}]
    place.write_config(upstreams=upstreams)
    assert "not a regular file" in place.refusal("serve")


@as_root
def test_a_tls_key_of_another_user_is_refused(place, certificates):
    key = place.folder / "tls.key"
    shutil.copy(certificates.files()[1], key)
    key.chmod(0o600)
    give_away(key)
    place.write_config(server={"tls": certificates.settings(key_file=str(key))})
    assert f"is owned by another user ({NOBODY})" in place.refusal("serve")


def test_an_access_log_that_is_a_pipe_nobody_reads_is_refused_at_once(place):
    make_pipe(place.folder / "access.log")
    place.write_config(log={"access_log": "access.log"})
    assert "a pipe needs a reader" in place.refusal("serve")


def test_a_config_with_secrets_that_everyone_can_read_is_one_warning(place):
    place.write_config(mode=0o644, key=KEY)
    with place.serving() as process:
        (warning,) = warnings_of(process)
        assert "is readable by other users (mode 0644) and contains secrets" in warning
        assert warning.endswith(f"chmod 600 {place.config}") and KEY not in process.log.text()
        for n in range(2):
            place.write_config(mode=0o644, key=KEY, list={"max_stored_lists": 100 + n})
            eventually(lambda n=n: len(process.log.where(msg="config reloaded")) == n + 1)
        assert len(warnings_of(process)) == 1
        assert status(process, KEY) == 200
    checked = subprocess.run([BINARY, "check", place.config], capture_output=True, text=True)
    assert checked.returncode == 0 and f"warning: the config file {place.config} is readable by other users" in checked.stderr


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660])
def test_a_config_with_secrets_may_be_for_a_group(place, mode):
    place.write_config(mode=mode, key=KEY)
    with place.serving() as process:
        assert warnings_of(process) == []


def test_a_config_without_secrets_may_be_read_by_everyone_but_not_written(place):
    place.write_config(mode=0o644)
    with place.serving() as process:
        assert warnings_of(process) == []
    place.write_config(mode=0o646)
    with place.serving() as process:
        (warning,) = warnings_of(process)
        assert "is writable by other users (mode 0646)" in warning and warning.endswith(f"chmod go-w {place.config}")


@as_root
def test_secrets_as_kubernetes_mounts_them(certificates):
    """Links into a folder of root's, for the group that the pod's user is also in."""
    group = 2000
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        root = pathlib.Path(name)
        root.chmod(0o755)
        mounted = root / "secrets"
        data = mounted / "..2026"
        data.mkdir(parents=True)
        for file, text in (("tls.key", certificates.files()[1].read_text()), ("client.key", FILE_KEY)):
            (data / file).write_text(text)
            os.chown(data / file, 0, group)
            (data / file).chmod(0o440)
            (mounted / file).symlink_to(pathlib.Path("..data") / file)
        (mounted / "..data").symlink_to("..2026")
        shutil.copy(certificates.files()[0], mounted / "tls.crt")
        (mounted / "tls.crt").chmod(0o644)
        home = root / "data"
        home.mkdir()
        give_away(home)
        config = config_of(
            home,
            keys=[{"name": "test", "key": f"${{file:{mounted}/client.key}}"}],
            server={"tls": {"certificate_file": f"{mounted}/tls.crt", "key_file": f"{mounted}/tls.key"}},
        )
        (root / "weir.yaml").write_text(yaml.safe_dump(config))
        pod = Place.__new__(Place)
        pod.folder, pod.config = home, root / "weir.yaml"
        with pod.serving(user=NOBODY, group=NOBODY, extra_groups=[group]) as process:
            wire.tls_ports[process.port] = certificates.client()
            assert status(process, FILE_KEY) == 200
            assert warnings_of(process) == []


def test_certificates_that_everyone_can_write_are_a_warning(place, certificates):
    ca_file = place.folder / "ca.pem"
    shutil.copy(certificates.ca, ca_file)
    ca_file.chmod(0o666)
    place.write_config(upstreams=[{"name": "gpu", "url": "https://127.0.0.1:1", "ca_file": "ca.pem"}])
    with place.serving() as process:
        (warning,) = warnings_of(process)
        assert f"{ca_file} is writable by other users (mode 0666)" in warning and f"chmod go-w {ca_file}" in warning
