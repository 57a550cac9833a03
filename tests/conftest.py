import os

import pytest

from support.certificates import Certificates
from support.process import Weir

# A server without a config file would call the providers of whoever runs the tests, and commands would use their
# config and key.
for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL"))]:
    del os.environ[name]
for name in ("WEIR_CONFIG", "WEIR_KEY"):
    os.environ.pop(name, None)


@pytest.fixture
def weir(tmp_path):
    """weir(**config sections) starts a server; every server started is stopped at the end."""
    started = []

    def start(directory=None, **sections):
        place = tmp_path / (directory or f"weir-{len(started)}")
        place.mkdir(exist_ok=True)
        started.append(Weir(place, **sections))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))
