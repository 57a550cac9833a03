// Events of a stream of the API (text/event-stream).
import { t } from "../lib/text.js";

/** Takes text in any pieces and returns the data of each event that is complete: a pure core, one per stream. */
export function makeEventReader() {
  let rest = "";
  return (text) => {
    rest += text;
    const events = [];
    // An event ends with an empty line; lines end with LF, CR LF or CR.
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r/.exec(rest);
      if (!end) return events;
      const block = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      const data = block
        .split(/\r\n|\n|\r/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(line[5] === " " ? 6 : 5));
      if (data.length) events.push(data.join("\n"));
    }
  };
}

/** Calls `onEvent` with each event of the response, parsed, until the mark of its end. One that ends without it broke off: an Error. */
export async function readEvents(response, onEvent) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const read = makeEventReader();
  for (;;) {
    const { value, done } = await reader.read();
    for (const data of read(done ? decoder.decode() : decoder.decode(value, { stream: true }))) {
      if (data === "[DONE]") return;
      onEvent(JSON.parse(data));
    }
    if (done) throw new Error(t("play.broke_off"));
  }
}
