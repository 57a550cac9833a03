// Calls of the admin API.

const ROOT = "/admin/v1/";

/** An answer that is no success: `reason` is for programs, `detail` for people. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.reason = body.reason || (status ? "error" : "unreachable");
    this.field = body.field || null;
    this.retryAfter = null;
  }
}

let onSignedOut = () => {};
/** Calls `listener` when the server no longer knows the session. */
export function whenSignedOut(listener) {
  onSignedOut = listener;
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // A proxy's page: the status has to do.
  }
  const problem = new Problem(response.status, body);
  problem.retryAfter = response.headers.get("retry-after");
  return problem;
}

async function send(method, path, { body, headers = {}, signal } = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      signal,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, {});
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== "session") onSignedOut();
    throw problem;
  }
  return response.status === 204 ? null : response.json();
}

export const get = (path, options) => send("GET", path, options);
export const post = (path, body, headers) => send("POST", path, { body, headers });
export const patch = (path, body, etag) => send("PATCH", path, { body, headers: { "If-Match": etag } });
export const remove = (path) => send("DELETE", path);

/** A path with a query of the values that are not empty. */
export function withQuery(path, values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** The rows of a list from all of its pages, at most `most` pages; then `next` is still there. */
export async function getAll(path, options, most = 20) {
  const all = await get(path, options);
  for (let page = 1; page < most && all.next; page += 1) {
    const following = await get(`${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(all.next)}`, options);
    all.data.push(...following.data);
    all.next = following.next;
  }
  return all;
}

/** Text for a header that makes a repeated POST one change. */
export function onceKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
