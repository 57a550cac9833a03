// Start: what is wrong now, what to do next, and how a client is connected.
import { html, useState } from "../lib/html.js";
import { useData, useLive } from "../lib/data.js";
import { findings } from "../lib/findings.js";
import { createTabKey, setKey, useKey } from "../lib/key.js";
import { snippets } from "../lib/snippets.js";
import { microseconds, number, short, t, date, word } from "../lib/text.js";
import { Code, Loading, Notice, Page, Panel, ProblemNotice, Segments, problemText } from "../lib/ui.js";

export function Start({ session }) {
  const live = useLive();
  const upstreams = useData("upstreams", JSON.stringify(live?.upstreams));
  const keys = useData("keys?limit=1000", live?.keys_version);
  const config = useData("config", live?.config_version);
  const models = useData("models?sub_type=chat&status=available&limit=1", live?.catalogue_version);
  const problem = [upstreams, keys, config, models].find((of) => of.problem)?.problem;
  const waits = !problem && [upstreams, keys, config].some((of) => !of.data);
  return html`<${Page} title=${t("start.title")} about=${t("start.about", { url: session.api_url })}>
    <${ProblemNotice} problem=${problem} retry=${() => [upstreams, keys, config, models].forEach((of) => of.reload())} />
    ${waits
      ? html`<${Loading} />`
      : html`<${Now} live=${live} upstreams=${upstreams.data?.data} keys=${keys.data?.data} />
          <${Findings} of=${findings({
            session: live ? { ready: live.ready } : session,
            upstreams: upstreams.data?.data,
            keys: keys.data?.data,
            config: config.data,
            calls: live?.series ? [live.series] : [],
            now: Date.now(),
          })} />
          <${Connect} session=${session} model=${models.data?.data[0]?.id} />`}
  <//>`;
}

function Now({ live, upstreams = [], keys = [] }) {
  const up = upstreams.filter((upstream) => upstream.reach === "up").length;
  const tiles = [
    ["#models", live ? number(live.models) : "–", "start.models"],
    ["#upstreams", `${up}/${upstreams.length}`, "start.upstreams"],
    ["#keys", number(keys.filter((key) => key.state === "active").length), "start.keys"],
    ["#calls", live ? number(live.in_flight) : "–", "start.in_flight"],
    ["#usage", live?.series ? short(live.series.requests) : "–", "start.rate"],
    ["#usage", microseconds(live?.series?.p50_us), "start.p50"],
  ];
  return html`<div class="tiles">
    ${tiles.map(([to, value, text]) => html`<a class="tile" href=${to} key=${text}><b>${value}</b><span>${t(text)}</span></a>`)}
  </div>`;
}

function Findings({ of }) {
  if (of.length === 0) {
    return html`<${Panel} title=${t("start.wrong")} flush><div class="finding"><span class="dot good"></span><div><strong>${t("start.well")}</strong><p>${t("start.well_next")}</p></div><a class="button" href="#playground">${t("start.try")}</a></div><//>`;
  }
  return html`<${Panel} title=${t("start.wrong")} flush>
    <div class="findings">
      ${of.map(
        (one, place) => html`<div class="finding" key=${place}>
          <span class=${`dot ${one.kind}`}></span>
          <div>
            <strong>${t(one.text[0], { ...one.text[1], state: one.word && word(...one.word), when: one.when && date(one.when) })}</strong>
            <p>${one.detail ? `${one.detail} · ` : ""}${t(nextOf(one))}</p>
          </div>
          <a class="button" href=${one.to}>${t("do.look")}</a>
        </div>`,
      )}
    </div>
  <//>`;
}

const nextOf = (one) => (one.word ? `next.reach.${one.word[1]}` : one.text[0].replace("finding.", "next."));

function Connect({ session, model }) {
  const key = useKey();
  const [shown, setShown] = useState("curl");
  const all = snippets({ url: session.api_url, key, model: model || "MODEL" });
  const text = all.find(([name]) => name === shown)[1];
  return html`<${Panel} title=${t("start.connect")}>
    <${KeyChoice} session=${session} />
    <${Segments} label=${t("start.client")} value=${shown} onChange=${setShown} options=${all.map(([name]) => [name, name])} />
    <${Code} text=${text} label=${shown} />
  <//>`;
}

export function KeyChoice({ session }) {
  const key = useKey();
  const [problem, setProblem] = useState(null);
  const create = () => createTabKey().then(() => setProblem(null), setProblem);
  const mayCreate = session.role === "admin";
  return html`<div class="toolbar">
      <label for="tab-key">${t("key.label")}</label>
      <input id="tab-key" class="mono" type="password" autocomplete="off" spellcheck="false" placeholder="sk-…" value=${key} onInput=${(event) => setKey(event.target.value.trim())} />
      ${key
        ? html`<button type="button" onClick=${() => setKey("")}>${t("key.forget")}</button>`
        : mayCreate && html`<button type="button" onClick=${create}>${t("key.create")}</button>`}
      <span class="muted">${t(key ? "key.kept" : "key.none")}</span>
    </div>
    ${problem && html`<${Notice} kind="bad">${problemText(problem)}<//>`}`;
}
