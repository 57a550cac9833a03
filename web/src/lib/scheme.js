// Light or dark: as the system, or as chosen here.
import { keep, kept } from "./keep.js";

export const schemes = ["auto", "light", "dark"];
let scheme = schemes.includes(kept("scheme")) ? kept("scheme") : "auto";
const listeners = new Set();

export const currentScheme = () => scheme;
export function applyScheme() {
  document.documentElement.dataset.scheme = scheme;
}
export function setScheme(next) {
  scheme = next;
  keep("scheme", next);
  applyScheme();
  for (const listener of listeners) listener();
}
/** Calls `listener` when colours change; returns a function that ends that. */
export function onScheme(listener) {
  const media = matchMedia("(prefers-color-scheme: dark)");
  listeners.add(listener);
  media.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener("change", listener);
  };
}
