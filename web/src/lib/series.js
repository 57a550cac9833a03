// The series of the server as arrays for plots: pure functions.

/** Points with a new one added in time order, at most `kept`; one with the same time is replaced. */
export function append(points, point, kept) {
  const rest = points.filter((one) => one.at < point.at);
  return [...rest, point].slice(-kept);
}

const column = (points, name) => points.map((point) => point[name] ?? null);
const milliseconds = (points, name) => column(points, name).map((value) => value && value / 1000);

/** A sum per interval as a rate per minute or second is read more easily; here it stays a sum. */
export function columnsOf(points) {
  return {
    times: points.map((point) => Date.parse(point.at) / 1000),
    requests: column(points, "requests"),
    errors: column(points, "errors"),
    prompt: column(points, "prompt_tokens"),
    completion: column(points, "completion_tokens"),
    p50: milliseconds(points, "p50_us"),
    p95: milliseconds(points, "p95_us"),
    first50: milliseconds(points, "first_token_p50_us"),
    first95: milliseconds(points, "first_token_p95_us"),
  };
}

const quoted = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** Rows as CSV. A text that a spreadsheet would take for a formula is written as text. */
export function toCsv(columns, rows) {
  const cell = (value) => {
    const text = String(value ?? "");
    return quoted(typeof value === "string" && /^[=+\-@\t]/.test(text) ? `'${text}` : text);
  };
  return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].join("\r\n");
}
