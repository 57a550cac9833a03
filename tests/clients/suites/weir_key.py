"""A plugin of pytest: the suite's fixtures, which have a key of their own, use Weir's."""

import os
import sys


def pytest_collection_finish():
    sys.modules["tests.conftest"].api_key = os.environ["WEIR_KEY"]
