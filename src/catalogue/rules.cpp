#include "catalogue/rules.hpp"

#include <array>
#include <string>

#include <re2/re2.h>

#include "base/check.hpp"

namespace weir::catalogue {
namespace {

/// Per pattern; few come near it. With half of this the largest automata are dropped and regrown so
/// often that 5,000 ids take twice as long.
constexpr std::int64_t kMaxPatternMemory = 512 << 10;

constexpr std::array kRules = std::to_array<Rule>({
    // clang-format off
    // The cross-encoder organisation publishes rerankers only, under names of their base models.
    {"rerank-vendor", RuleText::path, {SubType::reranker}, {},
     R"(-cross-encoders?-)"},
    // Deepgram sells transcription under bare family names; only Aura speaks.
    {"deepgram-voice", RuleText::path, {SubType::text_to_speech}, {},
     R"(-deepgram-(.*-)?aura-)"},
    {"deepgram", RuleText::path, {SubType::speech_to_text}, {},
     R"(-deepgram-)"},
    // ElevenLabs' speech-to-speech (sts) and sound effects; sts means text similarity elsewhere.
    {"eleven-other", RuleText::name, {}, {Type::audio},
     R"(-eleven-.*(sts|sound)-)"},
    // Before embedding: bge-reranker, bce-reranker and Qwen3-VL-Reranker carry embedding families'
    // names.
    {"rerank", RuleText::name, {SubType::reranker}, {},
     R"(rerank|re-rank|ranker|-zerank|-rank-?(1|gpt|zephyr|vicuna|llama|v\d)-|-followir|)"
     R"(-mono(t5|bert|qwen)|-ms-marco-(minilm|tinybert|electra))"},
    // Answers with labels, so it is text and no sub type. Generative guards stay chat.
    {"classifier", RuleText::name, {}, {Type::text},
     R"(moderation|prompt-(guard|injection)|-classif|-emotions?-|-sentiment-|-[mx]nli-|)"
     R"(-toxic|-reward-|-sst-?2-|finbert|-ner-|-detector-)"},
    // The word, then the families whose names do not say it.
    {"embedding", RuleText::name, {SubType::embedding}, {},
     R"(embed|embd-|-(text|sentence|code|model|llm|word|doc)2vec|)"
     R"(-(bge|gte|e5|m3e|gme|uae|bce)-|-stella-(en|zh|base|large|v\d|mrl)|)"
     R"(-jasper-(en|token)|colbert|-col(pali|qwen|smol|nomic|modernvbert|idefics)|minilm|)"
     R"(-mpnet-|paraphrase-|^-voyage-|-voyage-\d|-ada-002-|^-ada-$|)"
     R"(-text-(similarity|search)-(ada|babbage|curie|davinci)|gecko|-labse-|contriever|)"
     R"(-(gtr|sentence)-t5-|-instructor-(xl|large|base)-|-distiluse-|-s(entence)?-?bert-|)"
     R"(-simcse-|-multi-qa-|ms?marco|-splade|sparse-encod|^-(allenai-)?specter|-gritlm-|)"
     R"(-piccolo-|-potion-|-embo-\d|-m2v-|riever|-retrieval-|-matryoshka-|-(sts|nli)-|)"
     R"(-mean-tokens-|-(sentence|context|query)-encoder|-sentence-transformer|codesage|)"
     R"(-f2llm-|-ember-v\d|-cde-small-|-ruri-|-udever-|-harrier-oss|-mmlw-|-leaf-(ir|mt)-|)"
     R"(-m?(late|dense)on-)"},
    // Image towers are served through the embeddings endpoint.
    {"clip", RuleText::name, {SubType::embedding}, {},
     R"((jina|chinese|open|alt|meta|mobile|fashion|multilingual)-?clip-|^-clip-(vit|rn\d)|)"
     R"(siglip|imagebind)"},
    // The word. `asr` is a token or a known suffix: -crispasr names an engine, below. Not
    // `transcript`: models that summarise transcripts chat. ggml-base.en.bin is whisper.cpp's own
    // naming.
    {"asr", RuleText::name, {SubType::speech_to_text}, {},
     R"((-|glm|fun|red|speech|qwen|omni)asr\d?-|-stt-|whisper[^s]|transcrib|transcription|)"
     R"(speech-(to-text|recognition)|forced-?aligner|-universal-(streaming|\d)|)"
     R"(^-ggml-(tiny|base|small|medium|large)-)"},
    // The word is a substring (ChatTTS, MegaTTS3, TTSD), then the families.
    {"tts", RuleText::name, {SubType::text_to_speech}, {},
     R"(tts|text-to-speech|-t2a-|whisperspeech|cosyvoice|fish-?(speech|audio)|openaudio|)"
     R"(kokoro|-bark-|sovits|orpheus|-piper-|-m?vits\d?-|voxcpm|vibevoice|chatterbox|)"
     R"(-dia\d?-|styletts|speecht5|omnivoice|supertonic|higgs-audio|^-speech-\d|-eleven-|)"
     R"(-(parler|tortoise|zonos|csm|fastpitch|tacotron2?|sambert|llasa|melo|matcha|openvoice(v\d)?|maya1)-|)"
     R"(-aura-\d|voice-?(design|clone|cloning)|-polly-|-chirp-?\d?-hd-|)"
     R"(-sonic-(\d|turbo|english|multilingual)-)"},
    // Piper voices are named by locale, speaker and quality: en_US-amy-medium.
    {"piper-voice", RuleText::name, {SubType::text_to_speech}, {},
     R"(^-(voice-|piper-)?[a-z]{2}-[a-z]{2}-[a-z]+-(x-low|low|medium|high)-)"},
    // Sound that is not speech: audio and no sub type.
    {"music", RuleText::name, {}, {Type::audio},
     R"(-music|musicgen|music-gen|-lyria|-ace-step|-suno-|-udio-|stable-audio|audioldm|)"
     R"(diffrhythm|-sound-effects?|audiogen)"},
    // Says who or when, not what.
    {"speaker", RuleText::name, {}, {Type::audio},
     R"(campplus|speaker-|-diariz|sortformer|-ecapa-|-titanet-|-vad-|pyannote|-eres2net)"},
    // Hears and answers; the transcribers of the same makers are told by -asr- above.
    {"audio-chat", RuleText::name, {SubType::chat}, {},
     R"(voxtral-small-|-ultravox|-(qwen\d?|step|kimi|gpt|mimo)-audio-[^t])"},
    // After text-to-speech, which shares words with some (voxtral-tts). Deepgram's nova-2 and nova-3
    // end there or in a domain; Amazon's go on (nova-2-lite).
    {"asr-family", RuleText::name, {SubType::speech_to_text}, {},
     R"(funasr|paraformer|sense-?voice|parakeet|-canary-|wav2vec|-hubert-|-data2vec-audio|)"
     R"(moonshine|-scribe-|zipformer|conformer|citrinet|voxtral|omnilingual|-ctc-|-rnnt-|)"
     R"(granite-speech|-chirp-|-mms-1b-|seamless-m4t|)"
     R"(^-nova-[23]-((general|meeting|phonecall|finance|conversationalai|voicemail|video|medical|drivethru|automotive|atc)-)?$)"},
    // Speech-to-speech sessions fit no sub type; a streaming transcriber was caught above.
    {"realtime", RuleText::name, {}, {Type::audio},
     R"(-realtime-|-native-audio-|gemini.*-live-|-nova-.*sonic-|-gpt-live|-voice-latest-|)"
     R"(-moshi|-voice-(agent|\d))"},
    // Reads video, writes text.
    {"video-chat", RuleText::name, {SubType::chat}, {},
     R"(llava|video-?llama|video-?chat|internvideo|video.*-(instruct|chat|it)-|-video-r1-)"},
    // The task in the name beats the family from here on.
    {"ti2v", RuleText::name, {SubType::text_to_video, SubType::image_to_video}, {},
     R"(-ti2v-|-(ref|fl)2va-)"},
    {"i2v", RuleText::name, {SubType::image_to_video}, {},
     R"(-(i2v|fl2v|flf2v|r2v|s2v)-|im(age|g)-?(to|2)-?vid|stable-video-diffusion|-svd-|)"
     R"(-animate-|-avatar-|gen-?(4|3a)-turbo|-live-?portrait|framepack|infinitetalk|)"
     R"(multitalk|omnihuman)"},
    {"t2v", RuleText::name, {SubType::text_to_video}, {},
     R"(-t2v-|text-?(to|2)-?video|-video-gen)"},
    {"t2i", RuleText::name, {SubType::text_to_image}, {},
     R"(-t2i-|text-?(to|2)-?image)"},
    // Before both and text-to-image: an edit model carries its family's name.
    {"image-edit", RuleText::name, {SubType::image_to_image}, {},
     R"(image.*-(edit|layered|variation)|)"
     R"(flux(-1)?-.*(kontext|fill|canny|depth|redux|expand|erase)-|-step1x-edit|-seededit|)"
     R"(-hidream-e1|^-edit-$|im(age|g)-?(to|2)-?im(age|g)|-i2i-|inpaint|outpaint|controlnet|)"
     R"(upscal|esrgan|pix2pix|(remove|replace)-?(background|bg)|-rembg-|instantid|)"
     R"(photomaker|-image-(control|erase)|-search-(and-)?(recolor|replace)|)"
     R"(-style-(guide|transfer)|-control-(sketch|structure)-|-try-on-|-ic-light|-refiner-)"},
    // One endpoint family that generates and edits.
    {"image-both", RuleText::name, {SubType::text_to_image, SubType::image_to_image}, {},
     R"(gpt-image|nano-banana|gemini.*-image|^-dall-e-2-|flux-?2-|-glm-image|-hidream-o1)"},
    // After the tasks that contain the word, before video families that also draw (wan2.6-image).
    {"image", RuleText::name, {SubType::text_to_image}, {},
     R"(-images?-)"},
    // One id takes a prompt with or without a first frame.
    {"video-both", RuleText::name, {SubType::text_to_video, SubType::image_to_video}, {},
     R"(-ltx-?2|^-veo|-veo-?\d|^-sora|-sora-\d|longcat-video)"},
    // After video-chat, so the bare word is safe.
    {"video", RuleText::name, {SubType::text_to_video}, {},
     R"(cogvideo|hunyuan-?video|ltx-video|-mochi-|animatediff|-kling-|hailuo|minimax-h\d|)"
     R"(seedance|-vidu|-wan-?v?\d|-pika-|pixverse|-nova-reel-|open-?sora|skyreels|zeroscope|)"
     R"(^-gen-?[34]|-luma-ray|^-ray-?\d|-dream-machine|-step-?video|-happyhorse-|-video-)"},
    // `diffusion` is a token: diffusiongemma is a language model.
    {"image-family", RuleText::name, {SubType::text_to_image}, {},
     R"(flux|-diffusion-|-sd-?xl|-sd-?\d|-sd-turbo|stable-(image|cascade)-|-dall-?e|imagen|)"
     R"(kolors|cogview|hunyuan-?(dit|image)|pixart|kandinsky|ideogram|recraft|seedream|)"
     R"(midjourney|dreamshaper|hidream|-sana-|-lumina|omnigen|nextstep|-bagel-.*mot|)"
     R"(-chroma\d?-|-nova-canvas-|^-photon-|-bria-|imagegeneration|-ssd-1b-|-step-1x-|)"
     R"(-playground-v\d|juggernaut|animagine|realvis|openjourney|auraflow|-ernie-irag-|wanx|)"
     R"(-pruned-emaonly)"},
    // Detection, segmentation, depth: image and no sub type.
    {"not-callable-image", RuleText::name, {}, {Type::image},
     R"(-yolo|-rf-?detr-|-depth-anything|-birefnet-|-segment-anything|^-sam\d?-|-dino-?v\d)"},
    // An encoder without a head can only embed.
    {"encoder", RuleText::name, {SubType::embedding}, {},
     R"(bert(a|ina)?-|-(deberta|electra)-)"},
    // What the name did not decide, an owner with one kind of model does.
    {"vendor-embedding", RuleText::path, {SubType::embedding}, {},
     R"(-sentence-transformers-)"},
    {"vendor-asr", RuleText::path, {SubType::speech_to_text}, {},
     R"(-assemblyai-)"},
    {"vendor-tts", RuleText::path, {SubType::text_to_speech}, {},
     R"(-polly-|-elevenlabs-)"},
    {"vendor-edit", RuleText::path, {SubType::image_to_image}, {},
     R"(^-stability-)"},
    {"vendor-video", RuleText::path, {SubType::text_to_video}, {},
     R"(-runwayml-)"},
    // An unknown model under a transcription engine's suffix.
    {"engine-asr", RuleText::name, {SubType::speech_to_text}, {},
     R"(-crispasr-)"},
    // Says that chat was recognised rather than assumed; last, as every family above may carry
    // these.
    {"chat", RuleText::name, {SubType::chat}, {},
     R"(chat|instruct|-it-|ocr|-omni-|-vl-|-vlm-|-vision-|-thinking-|-reason|)"
     R"(-preview-search-|coder|-code-|gpt|-o[134]-|-davinci-|-babbage-|-r1-|llm|claude|)"
     R"(gemini|gemma|llama|mistral|mixtral|ministral|codestral|devstral|magistral|qwen|qwq|)"
     R"(-qvq-|deepseek|-glm|-phi-|-phi-?\d|kimi|moonlight|minimax|-ernie|-hunyuan|-hy\d-|)"
     R"(grok|command-|-aya-|-nova-|nemotron|-granite-|-yi-|internlm|internvl|minicpm|)"
     R"(baichuan|falcon|olmo|-lfm\d|hermes|vicuna|-sonar|jamba|-mimo-|-step-\d|-doubao-|)"
     R"(-seed-|wizard|zephyr|dolphin|orca|-solar-|-titan-text-|palmyra|skywork|longcat|)"
     R"(-muse-|smolvlm|-ovis|cogagent|-pixtral-|abliterated|uncensored)"},
    // clang-format on
});

std::string_view last_part(std::string_view id) {
  while (id.ends_with('/')) id.remove_suffix(1);
  return id.substr(id.rfind('/') + 1);
}

bool hits(const RE2& pattern, std::string_view text) {
  return pattern.Match(text, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace

ModelClass Rule::model_class() const {
  ModelClass result = ModelClass::of(sub_types);
  result.types.insert(outside);
  return result;
}

std::span<const Rule> rules() { return kRules; }

std::string normal_form(std::string_view text) {
  std::string form;
  form.reserve(text.size() + 2);
  form += '-';
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') {
      form += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      form += c;
    } else if (form.back() != '-') {
      form += '-';
    }
  }
  if (form.back() != '-') form += '-';
  return form;
}

RuleSet::RuleSet() {
  RE2::Options options;
  options.set_max_mem(kMaxPatternMemory);
  options.set_never_capture(true);
  options.set_log_errors(false);
  patterns_.reserve(kRules.size());
  for (const Rule& rule : kRules) {
    patterns_.push_back(std::make_unique<RE2>(re2::StringPiece(rule.pattern), options));
    CHECK(patterns_.back()->ok());
  }
}

RuleSet::~RuleSet() = default;

const Rule* RuleSet::match(std::string_view id) const {
  const std::string path = normal_form(id);
  const std::string name = normal_form(last_part(id));
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (hits(*patterns_[i], kRules[i].reads == RuleText::name ? name : path)) return &kRules[i];
  }
  for (std::size_t i = 0; i < kRules.size() && path != name; ++i) {
    if (hits(*patterns_[i], path)) return &kRules[i];
  }
  return nullptr;
}

}  // namespace weir::catalogue
