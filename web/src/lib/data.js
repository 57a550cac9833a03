// Data of the server, as hooks.
import { useCallback, useEffect, useRef, useState } from "./html.js";
import { get } from "./api.js";

// Reads `path` whenever it is told to. What comes while it reads makes it read once more afterwards: a slow link gets whole answers.
function makeReader(path, read, show) {
  const abort = new AbortController();
  let busy = false;
  let again = false;
  async function run() {
    again = true;
    if (busy) return;
    busy = true;
    while (again && !abort.signal.aborted) {
      again = false;
      let part;
      try {
        part = { data: await read(path, { signal: abort.signal }), problem: null };
      } catch (problem) {
        part = { problem };
      }
      if (!abort.signal.aborted) show(part);
    }
    busy = false;
  }
  return { read: run, stop: () => abort.abort() };
}

/**
 * Reads `path`, and again when it or `version` changes. The last data stays visible until new data is there. A null path reads nothing.
 * `read` is how; it stays the same. Returns { data, problem, loading, reload }.
 */
export function useData(path, version, read = get) {
  const [state, setState] = useState({ path: null, data: null, problem: null });
  const [turn, setTurn] = useState(0);
  // The version that the first data was read at becomes known only later: that is no change.
  const first = useRef(version);
  if (first.current === undefined) first.current = version;
  const changed = version === undefined || version === first.current ? null : version;
  const reader = useRef(null);
  useEffect(() => {
    const made = path === null ? null : makeReader(path, read, (part) => setState((last) => ({ ...last, path, ...part })));
    reader.current = made;
    made?.read();
    return () => made?.stop();
  }, [path]);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) reader.current?.read();
    isFirst.current = false;
  }, [changed, turn]);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  return { ...state, loading: state.path !== path, reload };
}

// Each visible tab holds one stream; a hidden one none, since browsers allow few connections per server.
const live = { state: null, source: null, users: new Set(), history: [] };
const KEPT = 300;

function publish() {
  for (const user of live.users) user(live.state);
}

function open() {
  if (live.source || document.hidden || live.users.size === 0) return;
  live.source = new EventSource("/admin/v1/events");
  live.source.addEventListener("state", (event) => {
    live.state = { ...JSON.parse(event.data), connected: true };
    if (live.state.series) {
      live.history.push(live.state.series);
      if (live.history.length > KEPT) live.history.shift();
    }
    publish();
  });
  live.source.addEventListener("error", () => {
    if (live.state?.connected) {
      live.state = { ...live.state, connected: false };
      publish();
    }
    // A browser gives up after an answer that is not a stream.
    if (live.source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, 5000);
    }
  });
}

function close() {
  live.source?.close();
  live.source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);

/** The last event of the server, or null before the first; `connected` tells whether the stream is open. */
export function useLive() {
  const [state, setState] = useState(live.state);
  useEffect(() => {
    live.users.add(setState);
    open();
    return () => {
      live.users.delete(setState);
      if (live.users.size === 0) close();
    };
  }, []);
  return state;
}

/** Calls `tick` every `period` milliseconds while the page is visible. */
export function useTimer(tick, period) {
  const last = useRef(tick);
  last.current = tick;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || last.current(), period);
    return () => clearInterval(timer);
  }, [period]);
}
