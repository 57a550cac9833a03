// Which models are shown, and in what order: pure functions.

const NONE = "none";
export const SUB_TYPES = [
  "chat",
  "embedding",
  "reranker",
  "text-to-image",
  "image-to-image",
  "speech-to-text",
  "text-to-speech",
  "text-to-video",
  "image-to-video",
];
export const TYPES = ["text", "image", "audio", "video"];

/** Models that match all of type, sub_type, upstream, status and the text `q`; `sub_type` "none": without one. */
export function filterModels(models, { type, sub_type, upstream, status, q }) {
  const text = (q || "").trim().toLowerCase();
  return models.filter(
    (model) =>
      (!type || model.types.includes(type)) &&
      (!sub_type || (sub_type === NONE ? model.sub_types.length === 0 : model.sub_types.includes(sub_type))) &&
      (!upstream || model.routes.some((route) => route.upstream === upstream)) &&
      (!status || model.status === status) &&
      (!text || model.id.toLowerCase().includes(text)),
  );
}

const order = {
  id: (model) => model.id.toLowerCase(),
  sub_type: (model) => model.sub_types[0] || "~",
  upstream: (model) => model.routes[0]?.upstream || "~",
  status: (model) => model.status,
  context: (model) => -(model.context_length || model.max_model_len || 0),
};

/** `sort`: a column, with "-" before it for the reverse. Equal ones are ordered by id. */
export function sortModels(models, sort = "id") {
  const reverse = sort.startsWith("-");
  const by = order[reverse ? sort.slice(1) : sort] || order.id;
  const keyed = models.map((model) => [by(model), order.id(model), model]);
  keyed.sort(([a, idA], [b, idB]) => {
    if (a !== b) return (a < b ? -1 : 1) * (reverse ? -1 : 1);
    return idA < idB ? -1 : idA > idB ? 1 : 0;
  });
  return keyed.map(([, , model]) => model);
}

/** How many models each sub type has. */
export function countSubTypes(models) {
  const counts = {};
  for (const model of models) {
    for (const name of model.sub_types.length ? model.sub_types : [NONE]) counts[name] = (counts[name] || 0) + 1;
  }
  return counts;
}
