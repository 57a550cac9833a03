// Models: all of them, filtered and sorted here, so that each key press answers at once.
import { html, useMemo } from "../lib/html.js";
import { useData, useLive } from "../lib/data.js";
import { SUB_TYPES, TYPES, countSubTypes, filterModels, sortModels } from "../lib/model_filter.js";
import { href, setQuery } from "../lib/route.js";
import { number, t, word } from "../lib/text.js";
import { Badge, Empty, Loading, Page, Panel, ProblemNotice, Search, Segments, Select, SubTypes } from "../lib/ui.js";
import { VirtualRows } from "../lib/virtual.js";
import { ModelDetails } from "./model_details.js";

const COLUMNS = [
  ["id", "models.id"],
  ["sub_type", "models.sub_types"],
  ["upstream", "models.upstreams"],
  ["context", "models.context", "num"],
  ["status", "models.status"],
];
const ROW = 34;
const NO_MODELS = [];

export function Models({ query }) {
  const live = useLive();
  const { data, problem, reload } = useData("models?limit=10000", live?.catalogue_version);
  const models = data?.data || NO_MODELS;
  const { type, sub_type, upstream, status, q, sort, model } = query;
  const inType = useMemo(() => filterModels(models, { type, upstream, status, q }), [models, type, upstream, status, q]);
  const counts = useMemo(() => countSubTypes(inType), [inType]);
  const shown = useMemo(() => sortModels(filterModels(inType, { sub_type }), sort), [inType, sub_type, sort]);
  const upstreams = useMemo(() => [...new Set(models.flatMap((one) => one.routes.map((route) => route.upstream)))].sort(), [models]);
  const change = (part) => setQuery({ ...query, ...part });
  const sub_types = [["", t("all"), inType.length], ...[...SUB_TYPES, "none"].filter((name) => counts[name] || name === sub_type).map((name) => [name, word("sub_type", name), counts[name] || 0])];
  const anyOf = (names, prefix) => [["", t("all")], ...names.map((name) => [name, prefix ? word(prefix, name) : name])];

  return html`<${Page} title=${t("models.title")} about=${t("models.about")}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    <div class="toolbar">
      <${Search} label=${t("models.search")} value=${q || ""} onInput=${(text) => change({ q: text })} />
      <${Select} label=${t("models.type")} value=${type || ""} onChange=${(next) => change({ type: next, sub_type: "" })} options=${anyOf(TYPES, "type")} />
      <${Select} label=${t("models.upstream")} value=${upstream || ""} onChange=${(next) => change({ upstream: next })} options=${anyOf(upstreams)} />
      <${Select} label=${t("models.status")} value=${status || ""} onChange=${(next) => change({ status: next })} options=${anyOf(["available", "unavailable"], "status")} />
      <span class="muted" aria-live="polite">${data && t("models.count", { n: number(shown.length), of: number(models.length) })}</span>
    </div>
    <${Segments} label=${t("models.sub_types")} value=${sub_type || ""} onChange=${(next) => change({ sub_type: next })} options=${sub_types} />
    <${Panel} flush>
      ${!data
        ? !problem && html`<div class="panel-body"><${Loading} /></div>`
        : shown.length === 0
          ? html`<${Empty} title=${t(models.length ? "models.no_match" : "models.none")}>
              ${models.length ? html`<button onClick=${() => setQuery({})}>${t("models.show_all")}</button>` : t("models.none_next")}
            <//>`
          : html`<${VirtualRows} label=${t("models.title")} items=${shown} rowHeight=${ROW} reset=${[type, sub_type, upstream, status, q, sort].join("|")}
              head=${html`<${Head} sort=${sort || "id"} onSort=${(next) => change({ sort: next })} />`}
              row=${(one, place, style) => html`<${Row} key=${one.id} model=${one} place=${place} style=${style} query=${query} />`} />`}
    <//>
    ${model && html`<${ModelDetails} id=${model} onClose=${() => change({ model: "" })} />`}
  <//>`;
}

function Head({ sort, onSort }) {
  return html`<div role="rowgroup" class="rows-head"><div role="row" class="contents">
    ${COLUMNS.map(([name, text, className]) => {
      const direction = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
      return html`<div key=${name} role="columnheader" class=${className} aria-sort=${direction}>
        <button onClick=${() => onSort(sort === name ? `-${name}` : name)}>${t(text)}${direction === "none" ? "" : direction === "ascending" ? " ↑" : " ↓"}</button>
      </div>`;
    })}
  </div></div>`;
}

function Row({ model, place, style, query }) {
  const to = href("models", { ...query, model: model.id });
  const names = [...new Set(model.routes.map((route) => route.upstream))];
  const open = (event) => event.target.closest("a") || (location.hash = to);
  return html`<div role="row" class="row" aria-rowindex=${place + 2} style=${style} onClick=${open}>
    <div role="cell"><a href=${to} title=${model.id}>${model.id}</a></div>
    <div role="cell"><${SubTypes} of=${model.sub_types} /></div>
    <div role="cell" class="muted" title=${names.join(", ")}>${names.join(", ")}</div>
    <div role="cell" class="num">${number(model.context_length ?? model.max_model_len ?? null)}</div>
    <div role="cell"><${Badge} kind=${model.status === "available" ? "good" : "bad"}>${word("status", model.status)}<//></div>
  </div>`;
}
