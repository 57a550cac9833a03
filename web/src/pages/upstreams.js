// Upstreams: whether each is reached, how busy it is, and what it answered last.
import { html, useState } from "../lib/html.js";
import { post } from "../lib/api.js";
import { useData, useLive, useTimer } from "../lib/data.js";
import { href, setQuery } from "../lib/route.js";
import { number, seconds, t, word } from "../lib/text.js";
import { Badge, Dialog, Empty, Facts, Loading, Meter, Notice, Page, Panel, ProblemNotice, Table, problemText } from "../lib/ui.js";

export const kindOfReach = { up: "good", failing: "bad", lost: "bad", not_accepted: "warn", pending: "warn", unknown: "none" };
const kindOfBreaker = { admitting: "good", probing: "warn", refusing: "bad" };
const PERIOD = 3000;

export function Upstreams({ session, query }) {
  const live = useLive();
  const { data, problem, reload } = useData("upstreams?limit=1000", live?.catalogue_version);
  useTimer(reload, PERIOD);
  const rows = data?.data || [];
  return html`<${Page} title=${t("upstreams.title")} about=${t("upstreams.about")}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    <${Panel} flush>
      ${!data
        ? !problem && html`<div class="panel-body"><${Loading} /></div>`
        : rows.length === 0
          ? html`<${Empty} title=${t("finding.no_upstream")}>${t("next.no_upstream")}<//>`
          : html`<${Table} caption=${t("upstreams.title")} rows=${rows} keyOf=${(row) => row.name} columns=${columns(session, reload)} />`}
    <//>
    ${query.name && html`<${UpstreamDetails} name=${query.name} onClose=${() => setQuery({})} />`}
  <//>`;
}

const columns = (session, reload) => [
  {
    name: "name",
    title: t("upstreams.name"),
    cell: (row) => html`<a href=${href("upstreams", { name: row.name })}>${row.name}</a><span class="sub mono">${row.url}</span>`,
  },
  { name: "kind", title: t("upstreams.kind"), cell: (row) => row.kind },
  {
    name: "reach",
    title: t("upstreams.reach"),
    cell: (row) => html`<${Badge} kind=${kindOfReach[row.reach]}>${word("reach", row.reach)}<//>
      ${(row.not_accepted || row.last_error) && html`<span class="sub">${row.not_accepted || row.last_error}</span>`}`,
  },
  {
    name: "calls",
    title: t("upstreams.calls"),
    cell: (row) => (row.breaker ? html`<${Badge} kind=${kindOfBreaker[row.breaker]}>${word("breaker", row.breaker)}<//>` : "–"),
  },
  { name: "busy", title: t("upstreams.busy"), className: "num", cell: (row) => html`<${Busy} of=${row} />` },
  { name: "models", title: t("nav.models"), className: "num", cell: (row) => html`<a href=${href("models", { upstream: row.name })}>${number(row.models)}</a>` },
  { name: "age", title: t("upstreams.age"), className: "num", cell: (row) => seconds(row.age_seconds) },
  { name: "do", title: html`<span class="hidden">${t("upstreams.ask")}</span>`, className: "row-actions", cell: (row) => session.role === "admin" && html`<${AskNow} name=${row.name} onAsked=${reload} />` },
];

function Busy({ of }) {
  const text = of.max_in_flight ? `${of.in_flight} / ${of.max_in_flight}` : number(of.in_flight ?? null);
  return html`${text}${of.max_in_flight > 0 && html`<${Meter} value=${of.in_flight} max=${of.max_in_flight} label=${t("upstreams.busy")} />`}
    ${of.waiting > 0 && html`<span class="sub">${t("upstreams.waiting", { n: of.waiting })}</span>`}`;
}

function AskNow({ name, onAsked }) {
  const [state, setState] = useState("idle");
  const ask = async () => {
    setState("busy");
    try {
      await post(`upstreams/${encodeURIComponent(name)}/refresh`, {});
      setState("asked");
      onAsked();
    } catch (problem) {
      setState(problemText(problem));
    }
  };
  const text = { idle: t("upstreams.ask"), busy: t("upstreams.ask"), asked: t("upstreams.asked") }[state];
  return html`<button onClick=${ask} disabled=${state === "busy"} aria-label=${`${t("upstreams.ask")}: ${name}`}><span aria-live="polite">${text || state}</span></button>`;
}

function UpstreamDetails({ name, onClose }) {
  const { data, problem, reload } = useData(`upstreams/${encodeURIComponent(name)}`);
  useTimer(reload, PERIOD);
  return html`<${Dialog} title=${name} onClose=${onClose} side>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${!data ? !problem && html`<${Loading} />` : html`<${Details} of=${data} />`}
  <//>`;
}

function Details({ of }) {
  return html`${(of.faults || []).map((fault) => html`<${Notice} key=${fault} kind="warn">${fault}<//>`)}
    <${Facts} of=${[
      [t("upstreams.address"), html`<span class="mono">${of.url}</span>`],
      [t("upstreams.kind"), of.kind],
      [t("upstreams.reach"), html`<${Badge} kind=${kindOfReach[of.reach]}>${word("reach", of.reach)}<//>`],
      [t("upstreams.calls"), of.breaker && html`<${Badge} kind=${kindOfBreaker[of.breaker]}>${word("breaker", of.breaker)}<//>`],
      [t("upstreams.busy"), html`<${Busy} of=${of} />`],
      [t("upstreams.last_error"), of.last_error],
      [t("upstreams.failures"), number(of.failures)],
      [t("upstreams.age"), seconds(of.age_seconds)],
      [t("upstreams.next"), seconds(of.next_refresh_seconds)],
      [t("upstreams.not_accepted"), of.not_accepted],
      [t("upstreams.truncated"), of.truncated ? t("upstreams.truncated_yes") : null],
      [t("upstreams.unknown_words"), of.unknown_words?.join(", ")],
    ]} />
    ${of.routes?.length > 0 &&
    html`<${Panel} title=${t("upstreams.routes")} flush>
      <${Table} caption=${t("upstreams.routes")} rows=${of.routes.slice(0, 500)} keyOf=${(route) => route.model} columns=${[
        { name: "model", title: t("models.id"), cell: (route) => html`<a class="mono" href=${href("models", { model: route.model })}>${route.model}</a>${route.id !== route.model && html`<span class="sub mono">${route.id}</span>`}` },
        { name: "status", title: t("models.status"), cell: (route) => html`<${Badge} kind=${route.status === "available" ? "good" : "bad"}>${word("status", route.status)}<//>` },
        { name: "breaker", title: t("upstreams.calls"), cell: (route) => (route.breaker ? word("breaker", route.breaker) : "–") },
      ]} />
    <//>`}`;
}
