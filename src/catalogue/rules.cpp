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
     R"(-mono(t5|bert|qwen)|-mt5-.*marco|-ms-marco-(minilm|tinybert|electra))"},
    // Looks at pictures and answers with labels or maps. Before the classifiers of text, which share
    // words, and before text-to-speech: `vits` is a size of Depth-Anything.
    {"image-label", RuleText::name, {}, {Type::image},
     R"((image|nsfw|face|object|deepfake|layout)-?(detect|classif|segment)|depth-?anything|)"
     R"(table-transformer)"},
    // The same for sound: emotions, spoken languages, sound events.
    {"audio-label", RuleText::name, {}, {Type::audio},
     R"((audio|sound)-?(classif|event|tagging)|speech-emotion|emotion2vec|)"
     R"(-(mms|voxlingua\w*)-lid|-yamnet-|-ast-finetuned-)"},
    // Tells whether a speaker has finished.
    {"turn-detection", RuleText::name, {}, {Type::text},
     R"(-turn-?(detect|sense)|-smart-turn-|-end-of-(turn|utterance)-)"},
    // Answers with labels, so it is text and no sub type. Generative guards stay chat.
    {"classifier", RuleText::name, {}, {Type::text},
     R"(moderation|prompt-(guard|injection)|classif|-(base|large|small|zh|en)-cls-|videocls|)"
     R"(-emotions?-|-sentiment-|-[mx]nli-|zero-?shot-(classif|nli)|-zeroshot-|-toxic|-sst-?2-|)"
     R"(finbert|phishing|-spam-|-hate-?speech|-jailbreak-|-detect(or|ors|ion)?-|)"
     R"(-language-(id|detection)|hallucination-(eval|detect)|-hhem-|-hap-\d+m-|-irony-|)"
     R"(-offensive-|-apeach-|guard-stream)"},
    // Marks words or spans in a text: entities, personal data, answers to a question.
    {"tagger", RuleText::name, {}, {Type::text},
     R"(-ner-|-pii-|gliner|-nuner-|-conll-?\d|-squad\d?-|layoutlm|-tapas-|-squad-v\d)"},
    // Scores another model's answer, or each step of it.
    {"reward", RuleText::name, {}, {Type::text},
     R"(-reward|rewardmodel|-prm-|-orm-|-rm-|-prm\d+k|armorm|judge)"},
    // Picks one of given options instead of writing an answer.
    {"decision", RuleText::path, {}, {Type::text},
     R"(-decide-|-decider-|-decisions?-|(-|open)jev-|-jeff-\d|-drex-|-clef-|-nimble-|)"
     R"(-guardrails-)"},
    // Documents in, their text out, at a path of its own. Vision models that read documents chat.
    {"document-service", RuleText::path, {}, {Type::text},
     R"(-mistral-ocr-|-document-ai-|-doc(ument)?-intelligence-|-textract-|)"
     R"(-(cohere|reducto)-parse-|-pp-?(ocr|structure)|(easy|rapid)ocr|tesseract|-trocr-)"},
    // Translates only; takes no conversation.
    {"translator", RuleText::name, {}, {Type::text},
     R"(-nllb-|-m2m-?100-|-opus-mt-|-madlad\d*-)"},
    // The word, then the families whose names do not say it.
    {"embedding", RuleText::name, {SubType::embedding}, {},
     R"(embed([^d]|d[^e]|der)|embd-|-(text|sentence|code|model|llm|vlm|word|doc)2vec|)"
     R"(-(bge|gte|e5|m3e|gme|uae|bce)-|-stella-(en|zh|base|large|v\d|mrl)|-jasper-(en|token)|)"
     R"(colbert|minilm|)"
     R"(-col(pali|qwen|smol|nomic|modernvbert|idefics|vec|flor|gemma|granite|intern|lfm|llama|ministral)|)"
     R"(-mpnet-|paraphrase-|^-voyage-|-voyage-\d|-ada-002-|^-ada-$|)"
     R"(-text-(similarity|search)-(ada|babbage|curie|davinci)|gecko|-labse-|contriever|)"
     R"(-(gtr|sentence)-t5-|-instructor-(xl|large|base)-|-distiluse-|-s(entence)?-?bert-|)"
     R"(-simcse-|-multi-qa-|ms?marco|-splade|sparse-encod|^-(allenai-)?specter|-gritlm-|)"
     R"(-piccolo-|-potion-|-embo-\d|-m2v-|riever|-retrieval-|-matryoshka-|-(sts|nli)-|)"
     R"(-mean-tokens-|-(sentence|context|query)-encoder|-sentence-transformer|codesage|-f2llm-|)"
     R"(-ember-v\d|-cde-small-|-ruri-|-udever-|-harrier-oss|-mmlw-|-leaf-(ir|mt)-|)"
     R"(-m?(late|dense|slide)on-|-kure-|-koe5-|-octen-|-pixie-rune-|-vdr-|repllama|)"
     R"(-visrag-ret-|-hakim-|-(bi|sparse|dual)-encoder-|-user2?-(base|small|large)-)"},
    // Image towers are served through the embeddings endpoint.
    {"clip", RuleText::name, {SubType::embedding}, {},
     R"(([a-mo-z0-9]|open)cl[ai]p-|-clap-|-clip-(vit|rn\d|[bglh]-\d|v\d|large|base|big)|siglip|)"
     R"(imagebind|dino-?v\d)"},
    // The word. `asr` is a token or a known suffix: -crispasr names an engine, below. Not
    // `transcript`: models that summarise transcripts chat. ggml-base.en.bin is whisper.cpp's own
    // naming.
    {"asr", RuleText::name, {SubType::speech_to_text}, {},
     R"((-|glm|fun|red|fire|med|mega|mimo|speech|qwen|omni|wen)asr\d?-|-stt-|whisper[^s]|)"
     R"(transcrib|transcription|speech-(to-text|recognition|streaming)|wizper|forced-?aligner|)"
     R"(-universal-(streaming|\d)|^-ggml-(tiny|base|small|medium|large)-)"},
    // The word is a substring (ChatTTS, MegaTTS3, TTSD), then the families.
    {"tts", RuleText::name, {SubType::text_to_speech}, {},
     R"(tts|text-to-speech|-t2a-|whisperspeech|cosyvoice|fish-?(speech|audio)|openaudio|kokoro|)"
     R"(-bark-|sovits|orpheus|-piper-|-m?vits\d?-|voxcpm|vibevoice|kugelaudio|-rumik-|)"
     R"(chatterbox|-dia\d?-|styletts|speecht5|omnivoice|supertonic|higgs-audio|^-speech-\d|)"
     R"(-eleven-|)"
     R"(-(parler|tortoise|zonos|csm|fastpitch|tacotron2?|sambert|llasa|melo|matcha|openvoice(v\d)?|maya1)-|)"
     R"(-aura-\d|voice-?(design|clone|cloning|gen)|audiodit|-soprano-|-kitten-|-marvis-|)"
     R"(-polly-|-chirp-?\d?-hd-|-sonic-(\d|turbo|english|multilingual)-)"},
    // Piper voices are named by locale, speaker and quality: en_US-amy-medium.
    {"piper-voice", RuleText::name, {SubType::text_to_speech}, {},
     R"(^-(voice-|piper-)?[a-z]{2}-[a-z]{2}-[a-z]+-(x-low|low|medium|high)-)"},
    // Hears and answers; the transcribers of the same makers are told by -asr- above, their voices
    // by the word. Before music: some hear songs.
    {"audio-chat", RuleText::name, {SubType::chat}, {},
     R"(voxtral-small-|-ultravox|-(qwen\d?|step|kimi|gpt|mimo)-audio-[^t]|-flamingo-|)"
     R"(-moss-music-|-music-.*(instruct|chat|thinking)-)"},
    // Sound that is not speech: audio and no sub type.
    {"music", RuleText::name, {}, {Type::audio},
     R"(-music|musicgen|music-gen|inspiremusic|-lyria|-ace-step|acestep|-suno-|-udio-|)"
     R"(stable-audio|audioldm|diffrhythm|-sound-?(effects?|fx)|-sfx-|audiogen|songgen|)"
     R"(songbloom|-yue\d?-|thinksound|audiox|audio-?diffusion|dance-diffusion|)"
     R"(spectrogram-diffusion|tangoflux|mmaudio|foley|riffusion|-singer-|-sv[cs]-)"},
    // Cleans, separates or encodes sound.
    {"sound-processing", RuleText::name, {}, {Type::audio},
     R"(deepfilternet|mossformer|-sam-audio|demucs|bigvgan|hifi-?gan|vocoder|spleeter|)"
     R"(sepformer|voicefixer|-denois|(speech|audio|resemble)-?enhance|-?sidon-|)"
     R"((speech|audio|sound|source)-?separat|-(snac|encodec|dac|mimi)-|)"
     R"((audio|speech)-?(codec|tokenizer))"},
    // Says who or when, not what.
    {"speaker", RuleText::name, {}, {Type::audio},
     R"(campplus|speaker-|-spkrec-|-x-?vector-|diariz|sortformer|-ecapa-|-titanet-|-vad-|)"
     R"(pyannote|-eres2net|wespeaker)"},
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
     R"(-moshi|(grok|gpt)-voice-|-voice-?(agent|chat)|personaplex|-lfm\d(-\d)?-audio-|-s2s-|)"
     R"(speech-to-speech)"},
    // Language models that write by diffusion: the word is one of pictures elsewhere.
    {"diffusion-language", RuleText::name, {SubType::chat}, {},
     R"(llada|diffusion-?gemma|nemotron.*-diffusion-)"},
    // Reads video, writes text.
    {"video-chat", RuleText::name, {SubType::chat}, {},
     R"(llava|video-?llama|video-?chat|internvideo|video.*-(instruct|chat|it)-|-video-r1-|)"
     R"(cosmos.*-reason|(image|video)-?caption)"},
    // The task in the name beats the family from here on.
    {"ti2v", RuleText::name, {SubType::text_to_video, SubType::image_to_video}, {},
     R"(-ti2v-|-(ref|fl)2va-)"},
    // A video in, a video out: no sub type.
    {"v2v", RuleText::name, {}, {Type::video},
     R"(-v2v-|vid(eo)?-?(to|2)-?video|cosmos-?transfer|-video-(edit|upscal|extend|retake)|)"
     R"(-lip-?sync|latentsync|seedvr|gen-?4-aleph|-aleph-?\d-|-lucy-edit|^-(recast|reframe)-|)"
     R"(wav2lip)"},
    {"i2v", RuleText::name, {SubType::image_to_video}, {},
     R"(-(i2v|fl2v|flf2v|r2v|s2v)-|i2vgen|(video|image)-?(to|2)-?world|consisid|)"
     R"((im(age|g)|ref(erence)?|frames?)-?(to|2)-?vid|stable-video-diffusion|-svd-|-animate-|)"
     R"(-avatar-|gen-?(4|3a)-turbo|-live-?portrait|framepack|infinitetalk|multitalk|omnihuman|)"
     R"(lingbot-world)"},
    {"t2v", RuleText::name, {SubType::text_to_video}, {},
     R"(-t2v-|text-?(to|2)-?(video|world)|-video-gen)"},
    {"t2i", RuleText::name, {SubType::text_to_image}, {},
     R"(-t2i-|text-?(to|2)-?image)"},
    // Before both and text-to-image: an edit model carries its family's name.
    {"image-edit", RuleText::name, {SubType::image_to_image}, {},
     R"(image.*-(edit|layered|variation)|)"
     R"(flux[-\d]*-.*(kontext|fill|canny|depth|redux|expand|erase)-|-step1x-edit|chronoedit|)"
     R"(-fibo-.*edit|paint-by-example|-seededit|-hidream-e1|^-edit-$|)"
     R"(im(age|g)-?(to|2)-?im(age|g)|-i2i-|inpaint|outpaint|controlnet|upscal|esrgan|swin2?sr|)"
     R"(pix2pix|(remove|replace)-?(background|bg)|-rembg-|instantid|photomaker|)"
     R"(-image-(control|erase)|-search-(and-)?(recolor|replace)|-aura-sr|-ccsr-|)"
     R"(-object-removal-|-style-(guide|transfer)|-control-(sketch|structure)-|-try-?on-|)"
     R"(-ic-light|-refiner-)"},
    // Families that generate and edit, from the version on that does.
    {"image-both", RuleText::name, {SubType::text_to_image, SubType::image_to_image}, {},
     R"(gpt-image|nano-banana|gemini.*-image|-dall-e-2-|flux-?[23]-|-glm-image|-hidream-o1|)"
     R"(-imagine-image|-qwen-image-[23]-\d-|seedream(-image)?-v?[45]-|-mai-image-2-[5-9]-|)"
     R"(-muse-image-|sensenova-u1)"},
    // After the tasks that contain the word, before video families that also draw (wan2.6-image).
    {"image", RuleText::name, {SubType::text_to_image}, {},
     R"(-images?-)"},
    // One id takes a prompt with or without a first frame; families from the version on that does.
    {"video-both", RuleText::name, {SubType::text_to_video, SubType::image_to_video}, {},
     R"(-ltx-?2|^-veo|-veo-?\d|^-sora|-sora-\d|longcat-video|-imagine-video|)"
     R"(seedance-?v?(2|1-\d-pro)|minimax-h\d|-hailuo-?(0?2|3)|-kling-(video-)?(v?[23]|o\d)-|)"
     R"(-vidu-?q\d|-pixverse-?v?[4-9]|-luma-ray|^-ray-?[23]|gen-?4-5-|-wan-?3-0-video|)"
     R"(-wan-?2-[5-9]-$|-vace-|-helios-(base|mid|distilled)-|magihuman|cosmos-?predict|)"
     R"(kandinsky-.*-\d+s-)"},
    // After video-chat, so the bare word is safe.
    {"video", RuleText::name, {SubType::text_to_video}, {},
     R"(cogvideo|hunyuan-?video|ltx-video|-mochi-|animatediff|-kling-|hailuo|seedance|-vidu|)"
     R"(-wan-?v?\d|-pika-|pixverse|-nova-reel-|open-?sora|skyreels|zeroscope|easyanimate|)"
     R"(-latte-\d|-allegro-|^-gen-?[34]|^-ray-?\d|-dream-machine|-step-?video|-happyhorse-|)"
     R"(-video-)"},
    // `diffusion` is a token: diffusiongemma is a language model.
    {"image-family", RuleText::name, {SubType::text_to_image}, {},
     R"(flux|-diffusion-|-sd-?xl|-sd-?\d|-sd-turbo|stable-(image|cascade)-|-dall-?e|)"
     R"(imagen(-|\d)|kolors|cogview|hunyuan-?(dit|image)|pixart|kandinsky|ideogram|recraft|)"
     R"(seedream|midjourney|dreamshaper|hidream|-sana-|-lumina|omnigen|nextstep|-bagel-.*mot|)"
     R"(-chroma\d?-|-nova-canvas-|-photon-(flash-|\d|$)|latent-consistency|aura-?flow|-bria-|)"
     R"(realistic-vision|toonyou|altdiffusion|-amused-|gligen|imagegeneration|-ssd-1b-|)"
     R"(-step-1x-|-playground-v\d|juggernaut|animagine|realvis|openjourney|-ernie-irag-|wanx|)"
     R"(-pruned-emaonly|-krea-|-anima-|-fibo-|-lucid-(origin|realism)|-phoenix-1-0-|hyper-sd|)"
     R"(-illustrious-|-pony-diffusion|wuerstchen|deepfloyd)"},
    // Detection, segmentation, depth, solid objects: image and no sub type.
    {"not-callable-image", RuleText::name, {}, {Type::image},
     R"(-yolo|detr(v\d)?-|-depth-?(pro|crafter)|-depth-g-|-birefnet-|rmbg|-segment-anything|)"
     R"(^-sam-?\d?-|grounding-dino|-owl-?(vit|v2)|marigold|segformer|maskformer|oneformer|)"
     R"(upernet|deeplab|zoedepth|-dpt-|-glpn-|vitpose|vitmatte|mask2former|-sapiens-|)"
     R"(-vit-(tiny|small|base|large|huge)-patch|-deit-|-resnet-?\d|convnext|-beit-|)"
     R"(-swin(v2)?-(tiny|small|base|large)-|efficientnet|mobilenet|trellis|triposr|hunyuan-?3d|)"
     R"(-shap-e-|instantmesh|-3d-)"},
    // An encoder without a head can only embed.
    {"encoder", RuleText::name, {SubType::embedding}, {},
     R"(bert(a|ina)?-|-deberta-|electra-(small|base|large)-|-ernie-[123]-0-)"},
    // If the name is inconclusive, an owner with only one kind of model decides.
    {"vendor-embedding", RuleText::path, {SubType::embedding}, {},
     R"(-sentence-transformers-)"},
    {"vendor-asr", RuleText::path, {SubType::speech_to_text}, {},
     R"(-(assemblyai|soniox|speechmatics|gladia|rev-?ai)-)"},
    {"vendor-tts", RuleText::path, {SubType::text_to_speech}, {},
     R"(-polly-|-elevenlabs-|-lmnt-|-rime-|-heygen-voice-|-hume-octave-)"},
    {"vendor-edit", RuleText::path, {SubType::image_to_image}, {},
     R"(^-stability-)"},
    // An unknown model under a transcription engine's suffix.
    {"engine-asr", RuleText::name, {SubType::speech_to_text}, {},
     R"(-crispasr-)"},
    // Says that chat was recognised rather than assumed; last, as every family above may carry
    // these.
    {"chat", RuleText::name, {SubType::chat}, {},
     R"(chat|instruct|-it-|ocr|-omni-|-vl-|-vlm-|-vision-|-thinking-|-reason|-preview-search-|)"
     R"(coder|-code-|gpt|-o[134]-|-davinci-|-babbage-|-r1-|llm|claude|gemini|gemma|llama|)"
     R"(mistral|mixtral|ministral|codestral|devstral|magistral|qwen|qwq|-qvq-|deepseek|-glm|)"
     R"(-phi-|-phi-?\d|kimi|moonlight|minimax|-ernie|-hunyuan|-hy\d-|grok|command-|-aya-|)"
     R"(-nova-|nemotron|-granite-|-yi-|internlm|internvl|minicpm|baichuan|falcon|olmo|-lfm\d|)"
     R"(hermes|vicuna|-sonar|jamba|-mimo-|-step-\d|-doubao-|-seed-|wizard|zephyr|dolphin|orca|)"
     R"(-solar-|-titan-text-|palmyra|skywork|longcat|-muse-|smolvlm|-ovis|cogagent|-pixtral-|)"
     R"(abliterated|uncensored)"},
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
