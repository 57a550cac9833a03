"""A changed config file is taken whole or not at all."""

import os
import signal

from support.eventually import eventually

OLD = [{"id": "lab/old", "sub_types": ["chat"]}]
NEW = [{"id": "lab/new", "sub_types": ["chat"]}, {"id": "lab/old", "sub_types": ["embedding"]}]


def test_a_changed_file_is_noticed(weir):
    server = weir(models=OLD)
    server.write_config(models=NEW)
    eventually(lambda: server.ids() == ["lab/new", "lab/old"])
    assert server.ids("?sub_type=embedding") == ["lab/old"]


def test_sighup_reloads_at_once(weir):
    server = weir(models=OLD)
    before = os.stat(server.config_file)
    # Written in place with the old times, so that only the signal can be what makes it read.
    text = server.config_file.read_text().replace("lab/old", "lab/new")
    server.config_file.write_text(text)
    os.utime(server.config_file, ns=(before.st_atime_ns, before.st_mtime_ns))

    server.signal(signal.SIGHUP)

    eventually(lambda: server.ids() == ["lab/new"])


def refuses(server, text, *words):
    """The file is refused with a log line that has these words; the last good one stays."""
    before = len(server.log.all)
    server.write_config_text(text)
    server.signal(signal.SIGHUP)

    def said():
        return any(all(word in str(line) for word in words) for line in server.log.all[before:])

    eventually(said, what=f"a log line with {words}")
    assert server.ids() == ["lab/old"]


def test_a_bad_value_is_refused_with_its_place_and_the_last_good_file_stays(weir):
    server = weir(models=OLD)
    good = server.config_file.read_text()

    refuses(
        server,
        good + "upstreams:\n  - {name: gpu, kind: vlm, url: 'http://127.0.0.1:1'}\n",
        "weir.yaml", "kind", "vlm", "vllm",
    )  # fmt: skip
    refuses(server, good.replace("threads: 2", "threads: many"), "weir.yaml", "threads", "many")
    refuses(server, good + "colour: blue\n", "weir.yaml", "colour")
    refuses(server, "models: [", "weir.yaml")


def test_after_a_refused_file_a_good_one_is_taken(weir):
    server = weir(models=OLD)
    refuses(server, "models: 7\n", "models")
    server.write_config(models=NEW)
    eventually(lambda: server.ids() == ["lab/new", "lab/old"])


def test_a_request_sees_one_catalogue(weir):
    """While the file flips between two catalogues, every list is one of them, never a mix."""
    whole = {"even": [f"even/{i}" for i in range(50)], "odd": [f"odd/{i}" for i in range(50)]}
    configs = {name: [{"id": id_, "sub_types": ["chat"]} for id_ in ids] for name, ids in whole.items()}
    server = weir(models=configs["even"])
    seen = set()
    for name in ("odd", "even", "odd"):
        server.write_config(models=configs[name])
        server.signal(signal.SIGHUP)

        def flipped(name=name):
            ids = server.ids()
            assert ids in whole.values()
            seen.add(ids[0])
            return ids == whole[name]

        eventually(flipped)
    assert seen == {"even/0", "odd/0"}
