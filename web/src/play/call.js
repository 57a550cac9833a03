// One call of the public API from the playground, and the command that would make the same call.
import { useEffect, useRef, useState } from "../lib/html.js";
import { createTabKey, isMade, someKey } from "../lib/key.js";
import { shellWord } from "../lib/snippets.js";
import { t } from "../lib/text.js";

/** The text of an API's error, in whichever of its shapes. */
export function errorText(body, status) {
  const error = body?.error;
  const text = typeof error === "string" ? error : error?.message || body?.message || body?.detail;
  return text ? `${status}: ${text}` : t("play.failed", { status });
}

async function failure(response) {
  let body = null;
  try {
    body = JSON.parse(await response.text());
  } catch {
    // No JSON: the status has to do.
  }
  return new Error(errorText(body, response.status));
}

async function keyFrom(source) {
  try {
    return await source();
  } catch (problem) {
    throw new Error(problem.reason === "forbidden" ? t("play.no_key") : problem.message);
  }
}

/** Sends `request` ({ path, body }, with FormData for a form) and returns the response, or throws an Error with a text to show. */
export async function callApi({ path, body }, signal) {
  const isForm = body instanceof FormData;
  const send = (key) =>
    fetch(path, {
      method: "POST",
      signal,
      headers: { Authorization: `Bearer ${key}`, ...(isForm ? {} : { "Content-Type": "application/json" }) },
      body: isForm ? body : JSON.stringify(body),
    });
  const key = await keyFrom(someKey);
  let response = await send(key);
  // It has expired, or was revoked.
  if (response.status === 401 && isMade(key)) response = await send(await keyFrom(createTabKey));
  if (!response.ok) throw await failure(response);
  return response;
}

/** The call as a curl command: a pure function. A key that is not known stays a variable. */
export function curlOf(url, { path, body, stream, output }, key) {
  const secret = key || "$WEIR_API_KEY";
  const lines = [`curl ${stream ? "-N " : ""}${shellWord(url + path)}`, `-H "Authorization: Bearer ${secret}"`];
  if (body instanceof FormData) {
    for (const [name, value] of body) {
      lines.push(value instanceof Blob ? `-F ${shellWord(`${name}=@${value.name || "file"}`)}` : `--form-string ${shellWord(`${name}=${value}`)}`);
    }
  } else {
    lines.push('-H "Content-Type: application/json"', `-d ${shellWord(JSON.stringify(abridged(body)))}`);
  }
  if (output) lines.push(`-o ${output}`);
  return lines.join(" \\\n  ");
}

// Pictures in a body are shown by their beginning: nobody reads the rest.
function abridged(value) {
  if (typeof value === "string") return value.startsWith("data:") && value.length > 200 ? `${value.slice(0, 60)}…` : value;
  if (Array.isArray(value)) return value.map(abridged);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, abridged(one)]));
  return value;
}

const overhead = (response) => Number(/weir;dur=([\d.]+)/.exec(response.headers.get("server-timing") || "")?.[1] ?? NaN);

/**
 * The state of a form's call. `run(request, read)` sends it; `read(response, update)` returns the result, and may show parts of it with
 * `update` before. Returns { run, stop, clear, busy, result, error, times, request }.
 */
export function useCall() {
  const [state, setState] = useState({ busy: false, result: null, error: null, times: null, request: null });
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const change = (part) => setState((last) => ({ ...last, ...part }));

  async function run(request, read) {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    const began = performance.now();
    const since = () => performance.now() - began;
    const times = {};
    change({ busy: true, result: null, error: null, times: null, request });
    try {
      const response = await callApi(request, mine.signal);
      times.answer = since();
      times.overhead = overhead(response);
      const update = (result) => {
        times.first ??= since();
        if (abort.current === mine) change({ result });
      };
      const result = await read(response, update, mine.signal);
      times.total = since();
      if (abort.current === mine) change({ busy: false, result, times });
    } catch (error) {
      if (abort.current !== mine) return;
      const stopped = error.name === "AbortError";
      change({ busy: false, error: stopped ? null : error instanceof TypeError ? t("problem.unreachable") : error.message });
    }
  }
  const stop = () => {
    abort.current?.abort();
    change({ busy: false });
  };
  const clear = () => {
    abort.current?.abort();
    setState({ busy: false, result: null, error: null, times: null, request: null });
  };
  return { ...state, run, stop, clear };
}
