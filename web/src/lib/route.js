// The page and its filters are the fragment: #models?type=image. So they can be kept as a bookmark, and Back works.
import { useEffect, useState } from "./html.js";

function parse() {
  const text = location.hash.slice(1);
  const mark = text.indexOf("?");
  const page = mark < 0 ? text : text.slice(0, mark);
  const query = Object.fromEntries(new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)));
  return { page: page || "start", query };
}

export function href(page, query = {}) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return `#${page}${text ? `?${text}` : ""}`;
}

export function go(page, query) {
  location.hash = href(page, query);
}

const listeners = new Set();

/** Changes the filters without a new entry in the history. */
export function setQuery(query) {
  history.replaceState(null, "", href(parse().page, query));
  for (const listener of listeners) listener();
}

export function useRoute() {
  const [route, setRoute] = useState(parse);
  useEffect(() => {
    const update = () => setRoute(parse());
    listeners.add(update);
    addEventListener("hashchange", update);
    return () => {
      listeners.delete(update);
      removeEventListener("hashchange", update);
    };
  }, []);
  return route;
}

/** The token of a login link. It is removed from the address at once, so that it does not stay in the history. */
export function takeLoginToken() {
  const match = /^#login=(.+)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, "", location.pathname);
  for (const listener of listeners) listener();
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1]; // no token of this server: it is refused in words
  }
}
