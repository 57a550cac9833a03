// Calls: the last ones, newest first, with the time of each phase.
import { html, useEffect, useState } from "../lib/html.js";
import { get, withQuery } from "../lib/api.js";
import { useData, useLive } from "../lib/data.js";
import { setQuery } from "../lib/route.js";
import { clock, dateTime, microseconds, number, t, word } from "../lib/text.js";
import { Badge, Dialog, Empty, Facts, Loading, Page, Panel, ProblemNotice, Search, Segments, Table } from "../lib/ui.js";

export function Calls({ query }) {
  const live = useLive();
  const [follows, setFollows] = useState(true);
  const { outcome = "", model = "", upstream = "", key = "", route = "" } = query;
  const path = withQuery("calls", { outcome, model, upstream, key, route, limit: 100 });
  const { data, problem, reload } = useData(path, follows ? live?.last_call : undefined);
  const [older, setOlder] = useState({ path, rows: [], next: undefined });
  useEffect(() => setOlder({ path, rows: [], next: undefined }), [path]);
  const next = older.next === undefined ? data?.next : older.next;
  const rows = [...new Map([...(data?.data || []), ...older.rows].map((row) => [row.id, row])).values()];
  const more = async () => {
    setFollows(false);
    const page = await get(`${path}&cursor=${encodeURIComponent(next)}`);
    setOlder({ path, rows: [...older.rows, ...page.data], next: page.next });
  };
  const change = (part) => setQuery({ ...query, ...part });
  const shown = query.id && rows.find((row) => row.id === query.id);
  return html`<${Page} title=${t("calls.title")} about=${t("calls.about", { n: data ? number(data.kept) : "" })}
    actions=${html`<label class="check"><input type="checkbox" checked=${follows} onChange=${() => setFollows(!follows)} />${t("calls.follow")}</label>`}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    <div class="toolbar">
      <${Segments} label=${t("calls.outcome")} value=${outcome} onChange=${(next) => change({ outcome: next })} options=${[["", t("all")], ["ok", t("calls.ok")], ["error", t("calls.error")], ...(["", "ok", "error"].includes(outcome) ? [] : [[outcome, outcome]])]} />
      <${Exact} label=${t("calls.model")} value=${model} onChange=${(next) => change({ model: next })} />
      <${Exact} label=${t("calls.upstream")} value=${upstream} onChange=${(next) => change({ upstream: next })} />
      ${(key || route) && html`<button onClick=${() => change({ key: "", route: "" })}>${key || route} ✕</button>`}
    </div>
    <${Panel} flush>
      ${!data
        ? !problem && html`<div class="panel-body"><${Loading} /></div>`
        : rows.length === 0
          ? html`<${Empty} title=${t("calls.none")}>${t("calls.none_next")}<//>`
          : html`<${Table} caption=${t("calls.title")} rows=${rows} keyOf=${(row) => row.id} columns=${columns(change)} />`}
    <//>
    ${next && html`<div><button onClick=${more}>${t("do.more")}</button></div>`}
    ${shown && html`<${CallDetails} of=${shown} onClose=${() => change({ id: "" })} />`}
  <//>`;
}

// A filter that takes effect when the reader has finished typing.
function Exact({ label, value, onChange }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const apply = (event) => {
    event.preventDefault();
    onChange(typed.trim());
  };
  return html`<form onSubmit=${apply} onFocusOut=${() => typed.trim() !== value && onChange(typed.trim())}><${Search} label=${label} value=${typed} onInput=${setTyped} /></form>`;
}

const isGood = (call) => call.status < 400 && call.reason === "ok";

const columns = (change) => [
  { name: "at", title: t("calls.at"), className: "nowrap", cell: (row) => html`<button class="link" title=${dateTime(row.at)} onClick=${() => change({ id: row.id })}>${clock(row.at)}</button>` },
  { name: "model", title: t("calls.model"), cell: (row) => html`<span class="mono">${row.model || "–"}</span><span class="aside">${row.route}</span>` },
  { name: "key", title: t("calls.key"), cell: (row) => html`<button class="link" onClick=${() => change({ key: row.key })}>${row.key_name || row.key || "–"}</button>` },
  { name: "upstream", title: t("calls.upstream"), cell: (row) => html`${row.upstream || "–"}${row.attempts > 1 && html`<span class="aside">${t("calls.attempts", { n: row.attempts })}</span>`}` },
  { name: "outcome", title: t("calls.outcome"), cell: (row) => html`<${Badge} kind=${isGood(row) ? "good" : "bad"}>${row.status || "–"}${row.reason && row.reason !== "ok" ? ` ${row.reason}` : ""}<//>` },
  { name: "tokens", title: t("calls.tokens"), className: "num", cell: (row) => html`${number(row.prompt_tokens)} → ${number(row.completion_tokens)}` },
  { name: "total", title: t("calls.total"), className: "num", cell: (row) => microseconds(row.timings.total_us) },
  { name: "phases", title: t("calls.phases"), cell: (row) => html`<${Phases} of=${row.timings} />` },
];

// Three parts of one bar: until it was sent, until the first byte, until the end.
function Phases({ of }) {
  const total = of.total_us || of.complete_us || 1;
  const at = (value, before) => (value ?? null) === null ? before : Math.min(100, (value / total) * 100);
  const sent = at(of.sent_us, 0);
  const answered = (of.first_byte_us ?? null) !== null;
  const first = answered ? Math.max(sent, at(of.first_byte_us, sent)) : 100;
  const end = Math.max(first, at(of.complete_us ?? of.total_us, 100));
  const text = `${t("phase.sent")} ${microseconds(of.sent_us)}, ${t("phase.first_byte")} ${microseconds(of.first_byte_us)}, ${t("phase.complete")} ${microseconds(of.complete_us)}`;
  return html`<div class="phases" role="img" aria-label=${text} title=${text}>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="p-wait" x="0" width=${sent} height="10" /><rect class=${answered ? "p-first" : "p-lost"} x=${sent} width=${first - sent} height="10" /><rect class="p-answer" x=${first} width=${end - first} height="10" />
    </svg>
  </div>`;
}

function CallDetails({ of, onClose }) {
  const timings = of.timings;
  const phases = ["received", "sent", "first_byte", "first_event", "complete", "total"].map((name) => [t(`phase.${name}`), microseconds(timings[`${name}_us`])]);
  return html`<${Dialog} title=${of.model || of.route} onClose=${onClose} side>
    <div><${Badge} kind=${isGood(of) ? "good" : "bad"}>${of.status || "–"} ${of.reason}<//></div>
    <${Facts} of=${[
      [t("calls.at"), dateTime(of.at)],
      [t("calls.trace"), html`<span class="mono">${of.trace_id}</span>`],
      [t("calls.route"), of.route],
      [t("calls.key"), of.key_name || of.key],
      [t("calls.upstream"), of.upstream],
      [t("calls.attempts_made"), number(of.attempts)],
      [t("calls.phase"), word("call_phase", of.phase)],
      [t("calls.streamed"), t(of.streamed ? "yes" : "no")],
      [t("calls.tokens"), `${number(of.prompt_tokens)} → ${number(of.completion_tokens)}${of.estimated ? ` (${t("calls.estimated")})` : ""}`],
      [t("usage.cached_tokens"), of.cached_tokens || null],
      [t("usage.reasoning_tokens"), of.reasoning_tokens || null],
      [t("usage.images"), of.images || null],
      [t("calls.bytes"), number(of.bytes)],
    ]} />
    <section><h3>${t("calls.times")}</h3><${Facts} of=${[...phases, [t("phase.overhead"), microseconds(timings.overhead_us)]]} /></section>
  <//>`;
}
