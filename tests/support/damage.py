"""Ways in which a file of the server's is spoilt while the server is away."""


def foreign(file):
    file.write_bytes(b"SQLite format 3\0" * 1000)


def open_to_all(file):
    file.chmod(0o666)


def a_folder(file):
    file.unlink()
    file.mkdir()
