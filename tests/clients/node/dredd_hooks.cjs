// Brings about each response that the contract names. What only a fault brings about is left to fail.
const hooks = require("hooks");

const keys = JSON.parse(process.env.WEIR_DREDD_KEYS); // {good, disabled, spent}

const situations = {
  200: {},
  400: { query: "type=text2video" },
  401: { key: "sk-weir_nobody" },
  403: { key: keys.disabled },
  404: { path: "/v1/no-such-path" },
  429: { key: keys.spent },
};

hooks.beforeEach((transaction, done) => {
  const { key = keys.good, query, path } = situations[transaction.expected.statusCode] ?? {};
  transaction.request.headers.Authorization = `Bearer ${key}`;
  const given = transaction.fullPath;
  transaction.fullPath = path ?? (query ? `${given.split("?")[0]}?${query}` : given);
  done();
});
