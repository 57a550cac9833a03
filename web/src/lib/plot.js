// A plot over time, in the colours of the page.
import { html, useEffect, useRef, useState } from "./html.js";
import { onScheme } from "./scheme.js";

const HEIGHT = 150;

// The library is as large as the rest of the console, and only one page has plots.
let library = null;
const load = () => (library ??= import("/console/uplot.js").then((loaded) => loaded.default));
const seriesColours = ["--accent", "--warn", "--bad", "--good"];

// A canvas needs a colour and not a variable: the browser computes it on an element.
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function optionsOf({ width, lines, format, integer, label, tick }) {
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  return {
    width,
    height: HEIGHT,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(integer ? 4 : 0.001, (high || 0) * 1.12)] } },
    axes: [
      { ...axis, size: 26, space: 64, values: (_, ticks) => ticks.map(tick) },
      { ...axis, size: 56, space: 34, values: (_, ticks) => ticks.map((value) => (integer && value % 1 ? "" : format(value))) },
    ],
    series: [
      {},
      ...lines.map((line, place) => ({ label: line.title, stroke: colour(seriesColours[line.colour ?? place]), width: 1.6, fill: line.fill ? `color-mix(in srgb, ${colour(seriesColours[place])} 14%, transparent)` : undefined, points: { show: false } })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          label(at === null || at === undefined ? null : plot.data.map((values) => values[at]));
        },
      ],
    },
  };
}

/** `times`: seconds since 1970; `lines`: [{ title, values, colour? }]; `at` and `tick` write a time in full and for the axis. What is under the pointer is written above. */
export function Plot({ title, times, lines, format, integer, at, tick }) {
  const place = useRef(null);
  const now = useRef(null);
  const plot = useRef(null);
  const last = lines.map((line) => [...line.values].reverse().find((value) => value !== null));
  const describe = (values) => {
    const shown = values ? values.slice(1) : last;
    const texts = lines.map((line, index) => `${lines.length > 1 ? `${line.title} ` : ""}${format(shown[index] ?? null)}`);
    return `${values ? `${at(values[0])} · ` : ""}${texts.join(" · ")}`;
  };
  const current = useRef(describe);
  current.current = describe;
  const data = [times, ...lines.map((line) => line.values)];
  const [uPlot, setLibrary] = useState(null);
  useEffect(() => void load().then((loaded) => setLibrary(() => loaded)), []);
  const shape = lines.map((line) => line.title).join("|");

  useEffect(() => {
    if (!uPlot) return undefined;
    const make = () => {
      plot.current?.destroy();
      const label = (values) => {
        if (now.current) now.current.textContent = current.current(values);
      };
      plot.current = new uPlot(optionsOf({ width: place.current.clientWidth, lines, format, integer, label, tick }), data, place.current);
    };
    make();
    const observer = new ResizeObserver(([entry]) => plot.current?.setSize({ width: entry.contentRect.width, height: HEIGHT }));
    observer.observe(place.current);
    const stop = onScheme(make);
    return () => {
      observer.disconnect();
      stop();
      plot.current.destroy();
      plot.current = null;
    };
  }, [shape, format, uPlot]);
  useEffect(() => plot.current?.setData(data), [times]);
  return html`<figure class="plot panel">
    <figcaption class="panel-head"><h2>${title}</h2><span class="now" ref=${now}>${describe(null)}</span></figcaption>
    <div ref=${place} role="img" aria-label=${`${title}: ${describe(null)}`}></div>
    ${lines.length > 1 &&
    html`<div class="legend" aria-hidden="true">${lines.map((line, index) => html`<span key=${line.title}><svg width="10" height="4"><rect width="10" height="4" rx="2" class=${`line-${line.colour ?? index}`} /></svg> ${line.title}</span>`)}</div>`}
  </figure>`;
}
