// Usage: live plots of the whole server, and sums of days by key and model.
import { html, useEffect, useMemo, useState } from "../lib/html.js";
import { getAll, withQuery } from "../lib/api.js";
import { useData, useLive, useTimer } from "../lib/data.js";
import { Plot } from "../lib/plot.js";
import { setQuery } from "../lib/route.js";
import { append, columnsOf, toCsv } from "../lib/series.js";
import { clock, dateHour, hourMinute, milliseconds, monthDay, number, short, t } from "../lib/text.js";
import { Empty, Loading, Notice, Page, Panel, ProblemNotice, Segments, Select, Table } from "../lib/ui.js";

const STEPS = { "1s": 300, "1m": 1440, "1h": 168 };
const REFRESH = { "1s": 60000, "1m": 30000, "1h": 300000 };

export function Usage({ query }) {
  return html`<${Page} title=${t("usage.title")} about=${t("usage.about")}>
    <${Live} step=${query.step || "1s"} onStep=${(step) => setQuery({ ...query, step })} />
    <${Sums} query=${query} />
  <//>`;
}

function Live({ step, onStep }) {
  const live = useLive();
  const { data, problem, reload } = useData(`series?step=${step}`);
  const [points, setPoints] = useState(null);
  useTimer(reload, REFRESH[step]);
  useEffect(() => setPoints(data?.data && data.step_seconds === stepSeconds(step) ? data.data : null), [data, step]);
  // Between two readings the stream of events brings each second.
  useEffect(() => {
    if (step === "1s" && live?.series) setPoints((last) => last && append(last, live.series, STEPS["1s"]));
  }, [live?.series?.at]);
  return html`<${Panel} title=${t("usage.live")} actions=${html`<${Segments} label=${t("usage.period")} value=${step} onChange=${onStep} options=${Object.keys(STEPS).map((name) => [name, t(`usage.step.${name}`)])} />`}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${points ? html`<${Plots} points=${points} step=${step} />` : !problem && html`<${Loading} />`}
  <//>`;
}

const stepSeconds = (step) => ({ "1s": 1, "1m": 60, "1h": 3600 })[step];

function Plots({ points, step }) {
  const of = useMemo(() => columnsOf(points), [points]);
  const timeIn = (format) => (time) => format(new Date(time * 1000).toISOString());
  const common = { times: of.times, at: timeIn(step === "1h" ? dateHour : clock), tick: timeIn(step === "1h" ? monthDay : hourMinute) };
  const tokens = [
    { title: t("usage.completion"), values: of.completion },
    { title: t("usage.prompt"), values: of.prompt },
  ];
  const pair = (p50, p95) => [
    { title: "p50", values: p50 },
    { title: "p95", values: p95 },
  ];
  return html`<div class="plots">
    <${Plot} ...${common} title=${t("usage.requests")} integer format=${short} lines=${[{ title: t("usage.requests"), values: of.requests, fill: true }, { title: t("usage.errors"), values: of.errors, colour: 2 }]} />
    <${Plot} ...${common} title=${t("usage.tokens")} integer format=${short} lines=${tokens} />
    <${Plot} ...${common} title=${t("usage.time")} format=${milliseconds} lines=${pair(of.p50, of.p95)} />
    <${Plot} ...${common} title=${t("usage.first_token")} format=${milliseconds} lines=${pair(of.first50, of.first95)} />
  </div>`;
}

const GROUPS = ["day", "key", "model", "day,key", "day,model", "key,model", "day,key,model"];
const DAYS = ["1", "7", "30", "90", "365"];
const SUMS = ["requests", "failed", "prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "images", "audio_seconds"];
const dayBefore = (days) => new Date(Date.now() - (days - 1) * 86400000).toISOString().slice(0, 10);

function Sums({ query }) {
  const by = GROUPS.includes(query.by) ? query.by : "day";
  const days = DAYS.includes(query.days) ? query.days : "30";
  const { data, problem, reload } = useData(withQuery("usage", { by, from: dayBefore(Number(days)), limit: 10000, key: query.key, model: query.model }), undefined, getAll);
  useTimer(reload, 60000);
  const rows = data?.data || [];
  const parts = by.split(",");
  const total = SUMS.map((name) => rows.reduce((sum, row) => sum + (row[name] || 0), 0));
  const shown = SUMS.filter((name, place) => total[place] > 0 || ["requests", "failed", "prompt_tokens", "completion_tokens"].includes(name));
  const change = (part) => setQuery({ ...query, ...part });
  const csv = () => save(toCsv([...parts.flatMap((part) => (part === "key" ? ["key", "key_name"] : [part])), ...SUMS], rows), `weir-usage-${by.replaceAll(",", "-")}.csv`);
  return html`<${Panel} title=${t("usage.sums")} flush
    actions=${html`<${Select} label=${t("usage.by")} value=${by} onChange=${(next) => change({ by: next })} options=${GROUPS.map((name) => [name, name.split(",").map((part) => t(`usage.by.${part}`)).join(" × ")])} />
      <${Select} label=${t("usage.days")} value=${days} onChange=${(next) => change({ days: next })} options=${DAYS.map((n) => [n, t("usage.last_days", { n: Number(n) })])} />
      <button onClick=${csv} disabled=${!rows.length}>CSV</button>`}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${data?.next && html`<${Notice} kind="warn">${t("usage.cut", { n: number(rows.length) })}<//>`}
    ${!data
      ? !problem && html`<div class="panel-body"><${Loading} /></div>`
      : rows.length === 0
        ? html`<${Empty} title=${t("usage.none")}>${t("usage.none_next")}<//>`
        : html`<${Table} caption=${t("usage.sums")} rows=${rows.slice(0, 500)} keyOf=${(row) => parts.map((part) => row[part]).join("\n")} columns=${[
            ...parts.map((part) => ({ name: part, title: t(`usage.by.${part}`), cell: (row) => nameOf(part, row) })),
            ...shown.map((name) => ({ name, title: t(`usage.${name}`), className: "num", cell: (row) => number(row[name]) })),
          ]} />`}
    ${rows.length > 500 && html`<p class="panel-body muted">${t("usage.first_rows", { n: 500, of: number(rows.length) })}</p>`}
  <//>`;
}

function nameOf(part, row) {
  if (part === "day") return row.day;
  if (part === "key") return row.key_name || row.key || t("usage.unknown");
  return html`<span class="mono">${row.model || t("usage.unknown")}</span>`;
}

function save(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
