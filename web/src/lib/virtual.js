// Long lists: only the rows in view are in the document, so that thousands stay smooth.
import { html, useLayoutEffect, useRef, useState } from "./html.js";

const BEYOND = 8;

/** The rows to draw: a pure function. Returns [first, after the last]. */
export function visibleRange({ top, height, rowHeight, count }) {
  const first = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + BEYOND);
  return [Math.min(first, count), Math.max(last, 0)];
}

/** `row(item, index)` draws one row; the list starts at the top again when `reset` changes. */
export function VirtualRows({ label, items, rowHeight, head, row, reset }) {
  const element = useRef(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => setView({ top: element.current.scrollTop, height: element.current.clientHeight });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    element.current.scrollTop = 0;
    measure();
  }, [reset]);
  const [first, last] = visibleRange({ ...view, rowHeight, count: items.length });
  return html`<div class="rows" ref=${element} onScroll=${measure} role="table" aria-label=${label} aria-rowcount=${items.length + 1} tabindex="0">
    ${head}
    <div class="rows-body" role="rowgroup" style=${{ height: `${items.length * rowHeight}px` }}>
      ${items.slice(first, last).map((item, place) => row(item, first + place, { top: `${(first + place) * rowHeight}px` }))}
    </div>
  </div>`;
}
