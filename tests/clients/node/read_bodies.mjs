// How busboy and JSON.parse read a body. Lines in and out as in differential/reading.cpp.
import { createInterface } from "node:readline";
import busboy from "busboy";

const hex = (text) => Buffer.from(text ?? "", "utf8").toString("hex");

function readForm(contentType, body) {
  return new Promise((resolve) => {
    const parts = [];
    const refuse = (error) => resolve({ refused: String(error.message) });
    let form;
    try {
      form = busboy({
        headers: { "content-type": contentType },
        limits: { fieldSize: Infinity, fieldNameSize: 1 << 20 },
      });
    } catch (error) {
      return refuse(error);
    }
    form.on("field", (name, value) => parts.push({ name: hex(name), file: false, content: hex(value) }));
    form.on("file", (name, stream) => {
      const part = { name: hex(name), file: true, content: "" };
      parts.push(part);
      const pieces = [];
      stream.on("data", (piece) => pieces.push(piece));
      stream.on("error", refuse);
      stream.on("close", () => (part.content = Buffer.concat(pieces).toString("hex")));
    });
    form.on("error", refuse);
    form.on("close", () => resolve(parts));
    form.end(body);
  });
}

// The value as text that is the same for all readers: see canonical() in readers.py.
function canonical(value) {
  if (value === null || value === undefined) return "n";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return `s${hex(value)};`;
  if (typeof value === "number") {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(value + 0);
    return "d" + bits.toString("hex");
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join("")}]`;
  const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${names.map((name) => canonical(name) + canonical(value[name])).join("")}}`;
}

function readJson(body) {
  try {
    const value = JSON.parse(body.toString("utf8"));
    return { value: canonical(value), model: canonical(value.model), stream: canonical(value.stream) };
  } catch (error) {
    return { refused: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, first, second] = line.split(" ");
  const bytes = (digits) => Buffer.from(digits === "-" ? "" : digits, "hex");
  const read = kind === "form" ? await readForm(bytes(first).toString("latin1"), bytes(second)) : readJson(bytes(first));
  console.log(JSON.stringify(read));
}
