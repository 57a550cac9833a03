// Playground: a form for each sub type, which calls the public API with a key.
import { html, useMemo } from "../lib/html.js";
import { useData, useLive } from "../lib/data.js";
import { SUB_TYPES } from "../lib/model_filter.js";
import { setQuery } from "../lib/route.js";
import { t, word } from "../lib/text.js";
import { Empty, Loading, Page, ProblemNotice, Segments, Select } from "../lib/ui.js";
import { Chat } from "../play/chat.js";
import { Embeddings } from "../play/embeddings.js";
import { Rerank } from "../play/rerank.js";
import { ImageEdit, Images } from "../play/images.js";
import { Speech, Transcription } from "../play/audio.js";
import { ImageToVideo, TextToVideo } from "../play/video.js";
import { KeyChoice } from "./start.js";

const forms = {
  chat: Chat,
  embedding: Embeddings,
  reranker: Rerank,
  "text-to-image": Images,
  "image-to-image": ImageEdit,
  "speech-to-text": Transcription,
  "text-to-speech": Speech,
  "text-to-video": TextToVideo,
  "image-to-video": ImageToVideo,
};
const NO_MODELS = [];

export function Playground({ session, query }) {
  const live = useLive();
  const { data, problem, reload } = useData("models?status=available&limit=10000", live?.catalogue_version);
  const models = data?.data || NO_MODELS;
  const named = models.find((model) => model.id === query.model);
  const offered = useMemo(() => SUB_TYPES.filter((name) => models.some((model) => model.sub_types.includes(name))), [models]);
  const subType = offered.includes(query.sub_type) ? query.sub_type : named?.sub_types[0] || offered[0];
  const fitting = useMemo(() => models.filter((model) => model.sub_types.includes(subType)), [models, subType]);
  const model = fitting.find((one) => one.id === query.model) || fitting[0];
  const Form = forms[subType];
  return html`<${Page} title=${t("play.title")} about=${t("play.about")}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${!data
      ? !problem && html`<${Loading} />`
      : !model
        ? html`<${Empty} title=${t("models.none")}>${t("models.none_next")}<//>`
        : html`<${Segments} label=${t("models.sub_types")} value=${subType} onChange=${(next) => setQuery({ sub_type: next })} options=${offered.map((name) => [name, word("sub_type", name)])} />
          <div class="toolbar">
            <${Select} label=${t("models.id")} value=${model.id} onChange=${(next) => setQuery({ sub_type: subType, model: next })} options=${fitting.map((one) => [one.id, one.id])} />
            <${KeyChoice} session=${session} />
          </div>
          <${Form} key=${subType} model=${model.id} session=${session} />`}
  <//>`;
}
