// The key of the playground and of the snippets. It is kept only until the tab is closed.
import { useEffect, useState } from "./html.js";
import { onceKey, post } from "./api.js";
import { keepForTab, keptForTab } from "./keep.js";

let key = keptForTab("key") || "";
let made = keptForTab("made") || ""; // the last key that the page created itself
const listeners = new Set();

export function setKey(next) {
  key = next;
  keepForTab("key", next || null);
  for (const listener of listeners) listener(key);
}

/** Forgets the key, since nobody is signed in any more. */
export const forgetKey = () => key && setKey("");

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
  const once = onceKey();
  const created = await post(
    "keys",
    {
      // Names are unique, and two may be made in one second.
      name: `console ${now.toISOString().slice(0, 19).replace("T", " ")} ${once.slice(0, 6)}`,
      expires_at: new Date(now.getTime() + HOURS * 3600000).toISOString(),
    },
    { "Idempotency-Key": once },
  );
  made = created.key;
  keepForTab("made", made);
  setKey(made);
  return made;
}

/** True if the page created this key itself, so it may replace it. */
export const isMade = (text) => text !== "" && text === made;

/** The key, created first if there is none. */
export const someKey = async () => key || createTabKey();
