// The key of the playground and of the snippets. It is kept only until the tab is closed.
import { useEffect, useState } from "./html.js";
import { onceKey, post } from "./api.js";
import { keepForTab, keptForTab } from "./keep.js";

let key = keptForTab("key") || "";
const listeners = new Set();

export function setKey(next) {
  key = next;
  keepForTab("key", next || null);
  for (const listener of listeners) listener(key);
}

/** The key, or an empty text. */
export function useKey() {
  const [state, setState] = useState(key);
  useEffect(() => {
    listeners.add(setState);
    return () => listeners.delete(setState);
  }, []);
  return state;
}

const HOURS = 12;

/** Creates a key for this tab, which ends with the working day. */
export async function createTabKey() {
  const now = new Date();
  const created = await post(
    "keys",
    {
      name: `console ${now.toISOString().slice(0, 19).replace("T", " ")}`,
      expires_at: new Date(now.getTime() + HOURS * 3600000).toISOString(),
    },
    { "Idempotency-Key": onceKey() },
  );
  setKey(created.key);
  return created.key;
}

/** The key, created first if there is none. */
export const someKey = async () => key || createTabKey();
