// One model: why it has its class, where it is served, and how to correct it.
import { html, useState } from "../lib/html.js";
import { useData } from "../lib/data.js";
import { SUB_TYPES } from "../lib/model_filter.js";
import { href } from "../lib/route.js";
import { number, t, word } from "../lib/text.js";
import { Badge, Code, Dialog, Facts, Loading, ProblemNotice, Select, SubTypes } from "../lib/ui.js";

/** The lines of a config that give a model its sub type. */
export const correction = (id, subType) => `models:\n  - id: ${JSON.stringify(id)}\n    sub_types: [${subType}]`;

export function ModelDetails({ id, onClose }) {
  const { data, problem, reload } = useData(`models/${encodeURIComponent(id)}`);
  return html`<${Dialog} title=${id} onClose=${onClose} side>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${!data ? !problem && html`<${Loading} />` : html`<${Body} explained=${data} id=${id} />`}
  <//>`;
}

function Body({ explained, id }) {
  const model = explained.model;
  return html`${model && html`<${Served} model=${model} />`}
    <section>
      <h3>${t("model.why")}</h3>
      <ol class="steps">
        ${explained.steps.map((step, place) => html`<${Step} key=${place} step=${step} />`)}
      </ol>
    </section>
    <${Correct} id=${id} now=${model?.sub_types[0]} />
    ${model && html`<${Details} model=${model} />`}`;
}

function Served({ model }) {
  const first = model.sub_types[0];
  return html`<section>
    <div class="toolbar">
      <${Badge} kind=${model.status === "available" ? "good" : "bad"}>${word("status", model.status)}<//>
      <span><${SubTypes} of=${model.sub_types} /></span>
      ${first && html`<a class="button" href=${href("playground", { model: model.id })}>${t("model.try")}</a>`}
    </div>
  </section>`;
}

function Step({ step }) {
  const says = step.says?.sub_types || [];
  const types = step.says?.types || [];
  const answer = says.length ? says.map((name) => word("sub_type", name)).join(", ") : types.length ? types.map((name) => word("type", name)).join(", ") : t("model.says_nothing");
  return html`<li class=${`step ${step.decides ? "decides" : ""}`}>
    <span aria-hidden="true">${step.decides ? "✓" : "·"}</span>
    <div>
      ${word("class", step.step)}: ${answer}${step.decides && html` <span class="hidden">${t("model.decides")}</span>`}
      <span class="sub">${[step.rule, step.looked_at && t("model.looked_at", { text: step.looked_at })].filter(Boolean).join(" · ")}</span>
    </div>
  </li>`;
}

function Correct({ id, now }) {
  const [subType, setSubType] = useState(now || "chat");
  return html`<section class="form">
    <h3>${t("model.correct")}</h3>
    <p class="muted">${t("model.correct_how")}</p>
    <${Select} label=${t("model.correct_to")} value=${subType} onChange=${setSubType} options=${SUB_TYPES.map((name) => [name, word("sub_type", name)])} />
    <${Code} text=${correction(id, subType)} label=${t("model.correct")} />
  </section>`;
}

function Details({ model }) {
  const joined = (list) => list?.join(", ");
  return html`<section>
    <h3>${t("model.facts")}</h3>
    <${Facts} of=${[
      [t("model.owned_by"), model.owned_by],
      [t("model.context_length"), model.context_length && number(model.context_length)],
      [t("model.max_model_len"), model.max_model_len && number(model.max_model_len)],
      [t("model.max_output"), model.max_output_tokens && number(model.max_output_tokens)],
      [t("model.input"), joined(model.input_modalities)],
      [t("model.output"), joined(model.output_modalities)],
      [t("model.capabilities"), joined(model.capabilities)],
      [t("model.registry"), model.registry && `${model.registry} (${joined(model.registry_facts) || ""})`],
      ...model.routes.map((route) => [
        html`<a href=${href("upstreams", { name: route.upstream })}>${route.upstream}</a>`,
        `${route.model} · ${word("status", route.status)}${route.reason && route.reason !== "none" && route.reason !== "ok" ? ` · ${route.reason}` : ""}`,
      ]),
    ]} />
  </section>`;
}
