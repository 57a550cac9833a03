// Changes to a key: its limits, a new text for it, switched off, revoked.
import { html, useState } from "../lib/html.js";
import { get, onceKey, patch, post, remove } from "../lib/api.js";
import { dateTime, t } from "../lib/text.js";
import { Dialog, Facts, Notice, Select } from "../lib/ui.js";
import { FormProblem, LIMITS, LimitFields, NewSecret, errorOf, limitsOf } from "./key_form.js";

const OVERLAPS = ["0", "3600", "86400", "604800"];
const SHOWN = LIMITS.map((name) => `limits.${name}`);

/** The limits that were typed and differ from `known`: a pure function. */
export const changedLimits = (known, typed) => Object.fromEntries(Object.entries(limitsOf(typed)).filter(([name, value]) => value !== (known[name] || 0)));

export function EditKey({ of, onClose, onChanged }) {
  const [now, setNow] = useState(of);
  const [limits, setLimits] = useState(of.limits);
  const [problem, setProblem] = useState(null);
  const [secret, setSecret] = useState(null);
  const [note, setNote] = useState(null);
  const [busy, setBusy] = useState(false);

  // Runs one change; the list is read again, also after a refusal, since it may be out of date.
  async function run(change, text) {
    setProblem(null);
    setNote(null);
    setBusy(true);
    try {
      const changed = await change();
      if (changed) setNow({ ...now, ...changed });
      if (changed?.key) setSecret(changed.key);
      else setNote(text);
    } catch (refused) {
      if (refused.reason === "precondition_failed") await show();
      setProblem(refused);
    }
    setBusy(false);
    onChanged();
  }
  // What another has changed is seen before it can be overwritten.
  async function show() {
    const newest = await get(`keys/${now.id}`).catch(() => null);
    if (!newest) return;
    setNow({ ...now, ...newest });
    setLimits(newest.limits);
  }
  const etag = now.etag;
  const save = (event) => {
    event.preventDefault();
    const changed = changedLimits(now.limits, limits);
    run(async () => (Object.keys(changed).length ? patch(`keys/${now.id}`, { limits: changed }, etag) : null), t("keys.changed"));
  };
  const disabled = now.state === "disabled";
  const toggle = () => run(() => patch(`keys/${now.id}`, { disabled: !disabled }, etag), t(disabled ? "keys.enabled" : "keys.disabled"));
  const rotate = (overlap) => run(() => post(`keys/${now.id}/secrets`, { overlap_seconds: overlap }, { "Idempotency-Key": onceKey() }));
  const revoke = () => run(async () => (await remove(`keys/${now.id}`), onClose(), null));

  return html`<${Dialog} title=${now.name} onClose=${onClose} side held=${Boolean(secret)} busy=${busy}>
    <${FormProblem} problem=${problem} fields=${SHOWN} />
    ${note && html`<${Notice} kind="good">${note}<//>`}
    ${secret && html`<${NewSecret} text=${secret} />`}
    <${Facts} of=${[
      [t("keys.id"), html`<span class="mono">${now.id}</span>`],
      [t("keys.state"), t(`keys.state.${now.state}`)],
      [t("keys.models"), now.models.join(", ")],
      [t("keys.networks"), now.networks.join(", ")],
      [t("keys.created"), dateTime(now.created_at)],
      [t("keys.expires"), now.expires_at ? dateTime(now.expires_at) : t("keys.never")],
    ]} />
    <form class="form" onSubmit=${save}>
      <${LimitFields} value=${limits} onChange=${setLimits} errorOf=${errorOf(problem)} />
      <div class="dialog-foot"><button class="primary" disabled=${busy}>${t("keys.save")}</button></div>
    </form>
    <${Rotate} onRotate=${rotate} busy=${busy} />
    <section class="form">
      <h3>${t("keys.end")}</h3>
      <p class="muted">${t("keys.end_how")}</p>
      <div class="actions">
        <button onClick=${toggle} disabled=${busy}>${t(disabled ? "keys.enable" : "keys.disable")}</button>
        <${Revoke} name=${now.name} onRevoke=${revoke} />
      </div>
    </section>
  <//>`;
}

function Rotate({ onRotate, busy }) {
  const [overlap, setOverlap] = useState("3600");
  return html`<section class="form">
    <h3>${t("keys.rotate")}</h3>
    <p class="muted">${t("keys.rotate_how")}</p>
    <div class="actions">
      <${Select} label=${t("keys.overlap")} value=${overlap} onChange=${setOverlap} options=${OVERLAPS.map((name) => [name, t(`keys.overlap.${name}`)])} />
      <button disabled=${busy} onClick=${() => onRotate(Number(overlap))}>${t("keys.rotate")}</button>
    </div>
  </section>`;
}

// Revoking is for good, so it takes a second click, at another place.
function Revoke({ name, onRevoke }) {
  const [sure, setSure] = useState(false);
  if (!sure) return html`<button class="danger" onClick=${() => setSure(true)}>${t("keys.revoke")}</button>`;
  return html`<${Notice} kind="bad" action=${html`<button class="danger" onClick=${onRevoke}>${t("keys.revoke_now")}</button>`}>${t("keys.revoke_sure", { name })}<//>`;
}
