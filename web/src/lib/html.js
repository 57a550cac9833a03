// The library that draws the pages, under one name.
import { h, render } from "preact";
import htm from "../../vendor/htm.mjs";

export const html = htm.bind(h);
export { render };
export {
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../../vendor/preact-hooks.mjs";
