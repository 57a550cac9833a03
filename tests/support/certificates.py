"""Server certificates, good and bad, made with the openssl command in a folder of the test."""

import ssl
import subprocess

SETTINGS = """
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""
PAST = ("20200101000000Z", "20200102000000Z")
PRESENT = ("20200101000000Z", "20991231000000Z")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Certificates:
    """`ca` is the file to trust; `good`, `expired` and `wrong_name` are contexts for servers at
    localhost. `make` makes more; `files` and `settings` are for a server that reads them itself."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder / "ca.pem"
        (folder / "settings").write_text(SETTINGS)
        (folder / "index").write_text("")
        (folder / "serial").write_text("01\n")
        self._openssl("req", "-x509", *EC, "-days", "3650", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
        self.good = self._context("good", "localhost", PRESENT)
        self.expired = self._context("expired", "localhost", PAST)
        self.wrong_name = self._context("wrong-name", "elsewhere.invalid", PRESENT)

    def files(self, name="good"):
        """Certificate and key."""
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def settings(self, name="good", **more):
        """A server's `tls` section."""
        certificate, key = self.files(name)
        return {"certificate_file": str(certificate), "key_file": str(key), **more}

    def client(self):
        """The context of a client that trusts `ca`."""
        return ssl.create_default_context(cafile=self.ca)

    def self_signed(self):
        """A server's context with a self-signed certificate: the file self.pem."""
        self._openssl(
            *("req", "-x509", *EC, "-days", "3650", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", "self.key", "-out", "self.pem"),
        )
        return self._served("self")

    def make(self, name, host="localhost", dates=PRESENT):
        (self.folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        self._openssl("req", *EC, "-subj", f"/CN={host}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        start, end = dates
        self._openssl(
            *("ca", "-batch", "-config", "settings", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext"),
            *("-extfile", f"{name}.ext", "-startdate", start, "-enddate", end),
        )

    def _context(self, name, host, dates):
        self.make(name, host, dates)
        return self._served(name)

    def _served(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
