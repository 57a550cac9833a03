// What is wrong now, from what the server reports: a pure function. Each finding has a text, and where to go.
const WEEK = 7 * 86400000;

const trouble = { failing: "bad", lost: "bad", not_accepted: "warn", pending: "warn", unknown: "warn" };

function ofUpstream(upstream) {
  const found = [];
  const to = `#upstreams?name=${encodeURIComponent(upstream.name)}`;
  if (trouble[upstream.reach]) {
    found.push({
      kind: trouble[upstream.reach],
      text: ["finding.reach", { name: upstream.name, url: upstream.url }],
      word: ["reach", upstream.reach],
      detail: upstream.not_accepted || upstream.last_error,
      to,
    });
  } else if (upstream.breaker === "refusing") {
    found.push({ kind: "bad", text: ["finding.breaker", { name: upstream.name }], detail: upstream.last_error, to });
  }
  for (const fault of upstream.faults || []) {
    found.push({ kind: "warn", text: ["finding.fault", { name: upstream.name }], detail: fault, to });
  }
  if (upstream.waiting > 0) found.push({ kind: "warn", text: ["finding.waiting", { name: upstream.name, n: upstream.waiting }], to });
  return found;
}

function ofKeys(keys, now) {
  const active = keys.filter((key) => key.state === "active");
  const found = active
    .filter((key) => key.expires_at && Date.parse(key.expires_at) - now < WEEK && !key.name.startsWith("console "))
    .map((key) => ({ kind: "warn", text: ["finding.expires", { name: key.name }], when: key.expires_at, to: "#keys" }));
  if (active.length === 0) found.push({ kind: "bad", text: ["finding.no_key"], to: "#keys" });
  return found;
}

/** `calls`: seconds of the series, to see whether calls fail now. */
export function findings({ session, upstreams, keys, config, calls, now }) {
  const found = [];
  if (session && !session.ready) found.push({ kind: "bad", text: ["finding.not_ready"], to: "#upstreams" });
  if (upstreams && upstreams.length === 0) found.push({ kind: "bad", text: ["finding.no_upstream"], to: "#config" });
  for (const upstream of upstreams || []) found.push(...ofUpstream(upstream));
  if (keys) found.push(...ofKeys(keys, now));
  for (const warning of config?.warnings || []) found.push({ kind: "warn", text: ["finding.config"], detail: String(warning), to: "#config" });
  if (config?.restart_needed?.length) {
    found.push({ kind: "warn", text: ["finding.restart"], detail: config.restart_needed.join(", "), to: "#config" });
  }
  const requests = calls.reduce((sum, second) => sum + second.requests, 0);
  const errors = calls.reduce((sum, second) => sum + second.errors, 0);
  if (requests > 0 && errors / requests >= 0.05) {
    found.push({
      kind: errors / requests >= 0.25 ? "bad" : "warn",
      text: ["finding.errors", { n: errors, of: requests }],
      to: "#calls?outcome=error",
    });
  }
  return found.sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "bad" ? -1 : 1));
}
