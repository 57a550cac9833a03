"""JSON bodies that are almost what a client sends: each seed gives one, the same every time."""

import random

KEYS = ('"model"', '"stream"', '"messages"', '"n"', '"MODEL"', '"Model"', '"mod\\u0065l"', '"mod\\u0045l"', '"model\\u0000"',
        '"model "', '"mod\\el"', '"\\u006dodel"', '"\u212a"', '"\u017ftream"', '"\\u017ftream"', '"__proto__"', "'model'",
        "model", '""', '"mo\tdel"', '"\\ud83d"', '"m\u00f6del"', "1", '"model', "null")  # fmt: skip
VALUES = ('"a"', '"hidden"', "true", "false", "null", "0", "1", "-1", "1.5", "1e3", "[]", "{}", '["a"]', '{"model":"b"}',
          "01", "-0", "-01", "+1", ".5", "1.", "1e", "1e+", "1e999", "-1e999", "1e-999", "123456789012345678901234567890",
          "9007199254740993", "0x10", "NaN", "Infinity", "-Infinity", "nan", "True", "None", "undefined", "nul", "truefalse",
          "'a'", '"a', '"\\x61"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\ud83d\\n"',
          '"\\uD83Dx"', '"\\u12"', '"\\u00zz"', '"\\/"', '"\\""', '"\\\\"', '"a\nb"', '"a\tb"', '"a\0b"', '"\\u0000"', '"\x7f"',
          '"\u4e2d\u6587"', '"\u2028"', '"\ufeffa"', "/*x*/1", "1//x", "[1,]", "[,1]", "[1 2]", '{"a":1,}', '{"a" 1}', "1_000",
          "1e5.0", "--1", "1,2", '"a""b"', '"\ud7ff"', '"sixteen bytes and more \\u0061"', "Infinit", "0e0", "0.0", "-0.0",
          "1E5", "99999999999999999999e-10", "[" * 40 + "]" * 40, "[" * 80 + "]" * 80, "1\u00a0", "\u0661")  # fmt: skip
BLANKS = (" ", "\n", "\t", "\r", "\f", "\v", "\u00a0", "\ufeff", "\0", "/**/", "//\n", "#\n", "\x1e", "\u2028")
TAILS = ("\n", " ", "{}", "x", "\0", ",", "}", "]", "//", "\ufeff", "null", '{"model":"b"}', "\x1a")
RAW = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\xe9", b"\x80", b'"', b"\\", b"\0", b"{", b"}", b",", b":",
       b"\\u", b"\\ud800", b"\xef\xbb\xbf", b'"model":"c",', b"\n", b"'", b"e", b"-", b".", b"0")  # fmt: skip


class Maker:
    """One body: mostly as it should be, with a few things that are not."""

    def __init__(self, seed):
        self.random = random.Random(f"json {seed}")
        self.oddity = self.random.choice((0, 0, 0.02, 0.05, 0.15))

    def pick(self, usual, others):
        return self.random.choice(others) if self.random.random() < self.oddity else usual

    def body(self):
        members = [('"model"', '"a"')]
        for _ in range(self.random.randint(0, 4)):
            members.append((self.random.choice(KEYS[1:4]), self.random.choice(VALUES[:14])))
        if self.random.random() < self.oddity * 2:
            members.append((self.random.choice(KEYS), self.random.choice(VALUES)))
        self.random.shuffle(members)
        text = self.blank() + self.pick("{", ("[", "", "{{", "({")) + self.blank()
        text += self.pick(",", (",,", ";", "", " ")).join(map(self.member, members))
        text += self.pick("}", ("]", "", ",}", "}}")) + self.pick("", TAILS)
        encoding = self.pick("utf-8", ("utf-16", "utf-16-le", "utf-8-sig", "latin-1", "utf-32-le"))
        data = text.encode(encoding, "replace" if encoding == "latin-1" else "surrogatepass")
        if self.random.random() < self.oddity * 2:
            for _ in range(self.random.randint(1, 2)):
                at = self.random.randrange(len(data) + 1)
                data = data[:at] + self.random.choice((b"", *RAW)) + data[at + self.random.choice((0, 1, 2)) :]
        return data

    def member(self, member):
        name, value = self.pick(member[0], KEYS), self.pick(member[1], VALUES)
        colon = self.blank() + self.pick(":", ("=", "::", "")) + self.blank()
        return self.blank() + name + colon + value + self.blank()

    def blank(self):
        return self.pick(self.random.choice(("", "", " ", "\n")), BLANKS)


def body(seed):
    return Maker(seed).body()
