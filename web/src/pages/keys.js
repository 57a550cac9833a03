// Keys: who may call, how much, and how much of it is used.
import { html, useState } from "../lib/html.js";
import { get, withQuery } from "../lib/api.js";
import { useData, useLive, useTimer } from "../lib/data.js";
import { setQuery } from "../lib/route.js";
import { date, dateTime, seconds, short, t, word } from "../lib/text.js";
import { Badge, Empty, Loading, Meter, Page, Panel, ProblemNotice, Search, Segments, Table } from "../lib/ui.js";
import { CreateKey } from "./key_create.js";
import { EditKey } from "./key_edit.js";

const STATES = ["active", "disabled", "expired", "revoked"];
const kindOfState = { active: "good", disabled: "warn", expired: "none", revoked: "none" };
const PERIOD = 5000;

export function Keys({ session, query }) {
  const live = useLive();
  const [creating, setCreating] = useState(false);
  const { state = "", q = "" } = query;
  const path = withQuery("keys", { state, q, limit: 200 });
  const { data, problem, reload } = useData(path, live?.keys_version);
  useTimer(reload, PERIOD);
  const more = useMore(path, data);
  const rows = more.rows;
  const mayChange = session.role === "admin";
  const edited = query.id && rows.find((row) => row.id === query.id);
  const close = () => setQuery({ state, q });
  return html`<${Page} title=${t("keys.title")} about=${t("keys.about")}
    actions=${mayChange && html`<button class="primary" onClick=${() => setCreating(true)}>${t("keys.create")}</button>`}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    <div class="toolbar">
      <${Search} label=${t("keys.search")} value=${q} onInput=${(text) => setQuery({ state, q: text })} />
      <${Segments} label=${t("keys.state")} value=${state} onChange=${(next) => setQuery({ state: next, q })} options=${[["", t("keys.not_revoked")], ...STATES.map((name) => [name, t(`keys.state.${name}`)])]} />
    </div>
    <${Panel} flush>
      ${!data
        ? !problem && html`<div class="panel-body"><${Loading} /></div>`
        : rows.length === 0
          ? html`<${Empty} title=${t(q || state ? "keys.no_match" : "keys.none")}>${!q && !state && t("keys.none_next")}<//>`
          : html`<${Table} caption=${t("keys.title")} rows=${rows} keyOf=${(row) => row.id} rowClass=${(row) => (row.state === "active" ? "" : "off")} columns=${columns(mayChange, (id) => setQuery({ state, q, id }))} />`}
    <//>
    ${more.next && html`<button onClick=${more.load}>${t("do.more")}</button>`}
    ${creating && html`<${CreateKey} onClose=${() => setCreating(false)} onCreated=${reload} />`}
    ${edited && html`<${EditKey} key=${edited.id} of=${edited} onClose=${close} onChanged=${reload} />`}
  <//>`;
}

// The pages after the first, which are read when they are asked for.
function useMore(path, first) {
  const [rest, setRest] = useState({ path: null, rows: [], next: null });
  const known = rest.path === path;
  const rows = [...(first?.data || []), ...(known ? rest.rows : [])];
  const next = known ? rest.next : first?.next;
  const load = async () => {
    const page = await get(`${path}&cursor=${encodeURIComponent(next)}`);
    setRest({ path, rows: [...(known ? rest.rows : []), ...page.data], next: page.next });
  };
  return { rows: [...new Map(rows.map((row) => [row.id, row])).values()], next, load };
}

const columns = (mayChange, edit) => [
  {
    name: "name",
    title: t("keys.name"),
    cell: (row) => html`${row.name}<span class="sub mono">${row.secrets.map((secret) => `${secret.prefix}…${secret.last4}`).join(", ") || t("keys.from_config")}</span>`,
  },
  {
    name: "state",
    title: t("keys.state"),
    cell: (row) => html`<${Badge} kind=${kindOfState[row.state]}>${t(`keys.state.${row.state}`)}<//>`,
  },
  { name: "may", title: t("keys.may"), cell: (row) => html`<${May} of=${row} />` },
  { name: "use", title: t("keys.use"), cell: (row) => html`<${Use} of=${row.use || []} />` },
  { name: "created", title: t("keys.created"), className: "nowrap", cell: (row) => html`<span title=${dateTime(row.created_at)}>${date(row.created_at)}</span>` },
  { name: "expires", title: t("keys.expires"), className: "nowrap", cell: (row) => html`<span title=${dateTime(row.expires_at)}>${row.expires_at ? date(row.expires_at) : t("keys.never")}</span>` },
  {
    name: "do",
    title: html`<span class="hidden">${t("keys.change")}</span>`,
    className: "row-actions",
    cell: (row) => mayChange && row.source !== "config" && row.state !== "revoked" && html`<button onClick=${() => edit(row.id)} aria-label=${`${t("keys.change")}: ${row.name}`}>${t("keys.change")}</button>`,
  },
];

function May({ of }) {
  const everything = of.models.length === 0 || of.models.includes("*");
  const models = everything ? t("keys.all_models") : of.models.join(", ");
  const rest = [of.sub_types.map((name) => word("sub_type", name)).join(", "), of.networks.join(", ")].filter(Boolean).join(" · ");
  return html`<span class=${everything ? "" : "mono"}>${models}</span>${rest && html`<span class="sub">${rest}</span>`}`;
}

export function Use({ of }) {
  if (of.length === 0) return html`<span class="muted">${t("keys.unlimited")}</span>`;
  return of.map((one) => {
    const name = `${t(`limit.${one.limit}`)}${one.model ? ` · ${one.model}` : ""}`;
    return html`<div class="use" key=${name} title=${one.resets_seconds ? t("keys.resets", { span: seconds(one.resets_seconds) }) : undefined}>
      <span>${name}</span><span class="num">${short(one.used)} / ${short(one.max)}</span>
      <${Meter} value=${one.used} max=${one.max} label=${name} />
    </div>`;
  });
}
