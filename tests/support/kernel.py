"""Behaviour of this machine's kernel that tests must allow for."""

import pathlib


def most(name):
    """The size up to which the kernel lets the buffer of a socket grow."""
    return int(pathlib.Path(f"/proc/sys/net/ipv4/{name}").read_text().split()[2])


# Bytes on the four sockets of a call on loopback, two that receive and two that send, with room.
HELD_AT_MOST = 2 * most("tcp_rmem") + 2 * most("tcp_wmem") + (4 << 20)
