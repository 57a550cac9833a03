"""Forms that are almost what a client sends: each seed gives one, the same every time."""

import random

BOUNDARIES = (b"X", b"weir", b"----WebKitFormBoundary7MA4YWxkTrZu0gW", b"-", b"--", b"X-X", b"-" * 70, b"x" * 70,
              b"x" * 71, b"a b", b"a'b", b"=_Part_1.2", b"X\\Y", b"")  # fmt: skip
NAMES = (b"model", b"n", b"batch_size", b"prompt", b"file", b"image[]", b"Model", b"MODEL", b"model ", b" model",
         b"mod%65l", b"mod\\el", b"model\\", b"mod\xc3\xa9l", b"mod\xe9l", b"model[]", b"model[0]", b"model\0",
         b"a; name=model", b'a"; name="model', b'a\\"; name=\\"model', b"_charset_", b"'model'", b"",
         b"x" * 101, b"model\t", b"a=b", b"=?utf-8?q?model?=")  # fmt: skip
VALUES = (b"a", b"b", b"allowed", b"hidden", b"", b"1", b"2", b"caf\xc3\xa9", b"caf\xe9", b"\r\n", b"a\r\nb", b"a\nb",
          b" a ", b"YQ==", b"=61", b"+AGE-", b"\xff\xfea\0", b"a\0", b"\xef\xbb\xbfa", b"-", b"--")  # fmt: skip
FILE_NAMES = (b"a.wav", b"", b"a b.wav", b"a;b.wav", b"a;b=c.wav", b'a\\"b.wav', b"a\\\\b.wav", b"C:\\a.wav", b"a\\",
              b"a%22b.wav", b"r\xc3\xa9sum\xc3\xa9.pdf", b"\xe9.wav", b"a; name=model", b'a"; name="model',
              b"../a.wav", b"=?utf-8?b?YQ==?=", b"a\0b", b"a\tb")  # fmt: skip
EXTENDED = (b"utf-8''a.wav", b"UTF-8''%C3%A9.wav", b"utf-8'en'a", b"iso-8859-1''%E9", b"''a", b"a", b"utf-8''",
            b"utf-8''%", b"utf-8''%FF", b'"utf-8\'\'a"')  # fmt: skip
TYPES = (b"text/plain", b"text/plain; charset=utf-8", b"text/plain; charset=UTF-8", b"text/plain; charset=iso-8859-1",
         b"text/plain; charset=us-ascii", b"text/plain; charset=utf-16", b"text/plain;charset=utf-7",
         b"text/plain; charset=\"utf-8\"", b"application/octet-stream", b"application/json", b"audio/wav", b"",
         b"multipart/mixed; boundary=Y", b"image/png", b"text", b"text/plain; charset=utf-8; charset=utf-16")  # fmt: skip
ENCODINGS = (b"base64", b"quoted-printable", b"binary", b"8bit", b"7bit", b"BASE64", b" base64", b"x-gzip")
HEADERS = (b"X: y", b"Content-Length: 1", b"no colon", b" folded", b"\tname=model", b": x", b"Content-Encoding: gzip",
           b"X:" + b"y" * 9000, b"content-type: text/plain; charset=utf-16")  # fmt: skip
PARAMETERS = (b"name=model", b'name="model"', b"name*=utf-8''model", b"size=1", b"", b'x="; name=model"', b"name",
              b"filename=b", b"name*1=el")  # fmt: skip
LINE_ENDS = (b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n\r\n", b"")
AROUND = (b"\r\n", b"\n", b"\r", b" ", b"x", b"\r\n\r\n", b"--", b"-", b"\0", b"preamble\r\n", b" \r\n", b"\t")
DELIMITER_TAILS = (b" ", b"\t", b"--", b"-", b"x", b"----", b"\0", b" x", b";")
SPLICES = (b"\r\n", b"\n", b"\r", b'"', b"\\", b";", b"=", b"-", b"--", b" ", b"\t", b"\0", b":", b"%", b"*", b"'",
           b"\xff", b"name=", b"; name=model", b'; name="model"', b"; filename*=utf-8''a", b"; name*=utf-8''model",
           b"; filename=a", b"form-data", b"Content-Disposition: form-data; name=model\r\n", b"\r\n\r\n")  # fmt: skip


class Maker:
    """One form: mostly as it should be, with a few things that are not."""

    def __init__(self, seed):
        self.random = random.Random(f"form {seed}")
        self.oddity = self.random.choice((0, 0, 0.01, 0.03, 0.1))

    def pick(self, usual, others):
        return self.random.choice(others) if self.random.random() < self.oddity else usual

    def form(self):
        usual = self.random.choice(BOUNDARIES[:5])
        self.boundary = self.pick(usual, BOUNDARIES)
        body = self.pick(b"", AROUND) + self.pick(b"--", (b"", b"-", b"---", b"----"))
        body += self.inner() + self.end_of_line()
        for _ in range(self.random.randint(1, 4)):
            body += self.part() + self.pick(b"\r\n", LINE_ENDS) + b"--" + self.inner() + self.end_of_line()
        body = body[:-2] + self.pick(b"--", DELIMITER_TAILS) + self.pick(b"\r\n", (b"", *AROUND))
        if self.random.random() < self.oddity * 2:
            body = self.damaged(body)
        return self.content_type(), body

    def inner(self):
        if self.random.random() >= self.oddity:
            return self.boundary
        return self.random.choice((self.boundary.upper(), self.boundary + b"x", self.boundary[:-1], self.boundary * 2))

    def end_of_line(self):
        return self.pick(b"", DELIMITER_TAILS) + self.pick(b"\r\n", LINE_ENDS)

    def content_type(self):
        quoted = b'"%s"' % self.boundary
        usual = self.random.choice((self.boundary, quoted))
        value = self.pick(usual, (quoted + b" ", b" " + self.boundary, b"'%s'" % self.boundary))
        text = b"multipart/form-data; boundary=" + value
        return self.pick(text, (
            b"Multipart/Form-Data;boundary=" + value,
            b"multipart/form-data; BOUNDARY=" + value,
            b"multipart/form-data; charset=utf-8; boundary=" + value,
            b"multipart/form-data; boundary=%s; charset=utf-16" % value,
            b"multipart/form-data; boundary=Y; boundary=" + value,
            text + b"; boundary=Y",
            text + b"; boundary*=utf-8''Y",
            text + b"; boundary*0=Y",
            b'multipart/form-data; x="; boundary=Y"; boundary=' + value,
            b"multipart/form-data, " + text,
            text + b", multipart/form-data; boundary=Y",
            text + b";",
            b"multipart/mixed; boundary=" + value,
            b"multipart/form-data ; boundary = " + value,
        ))  # fmt: skip

    def part(self):
        return self.headers() + self.pick(b"\r\n", LINE_ENDS) + self.content()

    def content(self):
        value = self.random.choice(VALUES[:6]) if self.random.random() > self.oddity * 3 else self.random.choice(VALUES)
        return value + self.pick(b"", (b"\r\n--" + self.boundary + b"x", b"\n--" + self.boundary, b"--" + self.boundary,
                                       b"\r--" + self.boundary, b"\r\n-" + self.boundary))  # fmt: skip

    def headers(self):
        is_file = self.random.random() < 0.3
        lines = [self.disposition(is_file)]
        if is_file or self.random.random() < 0.2:
            usual = b"audio/wav" if is_file else b"text/plain; charset=utf-8"
            lines.append(self.name_of(b"Content-Type") + self.pick(usual, TYPES))
        if self.random.random() < self.oddity:
            lines.append(self.name_of(b"Content-Transfer-Encoding") + self.random.choice(ENCODINGS))
        if self.random.random() < self.oddity:
            lines.append(self.random.choice((self.disposition(False), *HEADERS)))
        if self.random.random() < self.oddity:
            self.random.shuffle(lines)
        if self.random.random() < self.oddity:
            lines = lines[1:]
        return b"".join(line + self.pick(b"\r\n", LINE_ENDS) for line in lines)

    def name_of(self, header):
        return self.pick(header, (header.lower(), header.upper(), b" " + header, header + b" ")) + self.pick(
            b": ", (b":", b" : ", b":\t", b":  ")
        )

    def disposition(self, is_file):
        name = self.random.choice((b"file", b"prompt") if is_file else (b"model", b"prompt", b"n", b"x"))
        parameters = [self.parameter(self.pick(b"name", (b"NAME", b"name*", b"name*0", b'"name"', b"nam", b"name ")),
                                     self.pick(name, NAMES))]  # fmt: skip
        if is_file:
            parameters.append(self.parameter(self.pick(b"filename", (b"FILENAME", b"filename ")),
                                             self.pick(b"a.wav", FILE_NAMES)))  # fmt: skip
        odd = self.random.random() < self.oddity
        if odd or (is_file and self.random.random() < 0.1):
            parameters.append(b"filename*=" + self.pick(b"utf-8''a.wav", EXTENDED))
        if self.random.random() < self.oddity:
            parameters.append(self.random.choice(PARAMETERS))
        if self.random.random() < self.oddity:
            self.random.shuffle(parameters)
        kind = self.pick(b"form-data", (b"Form-Data", b"attachment", b"form-data ", b"", b"inline", b'"form-data"'))
        between = self.pick(b"; ", (b";", b" ; ", b";;", b", ", b";\r\n ", b";\t", b" "))
        return self.name_of(b"Content-Disposition") + between.join([kind, *parameters])

    def parameter(self, name, value):
        value = self.pick(b'"%s"' % value, (value, b"'%s'" % value, b'"%s' % value, b'%s"' % value, b'" %s "' % value))
        return name + self.pick(b"=", (b" =", b"= ", b"==")) + value

    def damaged(self, body):
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(body) + 1)
            cut = self.random.choice((0, 0, 1, 2, 8))
            body = body[:at] + self.random.choice((b"", *SPLICES)) + body[at + cut :]
        return body


def form(seed):
    return Maker(seed).form()
