#include "translation/detail/gemini_turns.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "codec/base64.hpp"
#include "translation/detail/carried_reasoning.hpp"
#include "translation/detail/gemini_parts.hpp"
#include "translation/detail/messages_parts.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kPart = "contents[].parts[].";
constexpr std::string_view kResponse = "contents[].parts[].functionResponse.";

constexpr KnownMembers kContent{{"role", "parts"}};
constexpr KnownMembers kSystemPart{{"text", "thought"}, {"thoughtSignature", "partMetadata"}};
constexpr KnownMembers kUserPart{
    {"text", "inlineData", "fileData", "functionResponse", "thought"},
    {"thoughtSignature", "mediaResolution", "partMetadata", "mediaProcessing"}};
constexpr KnownMembers kModelPart{{"text", "functionCall", "thought", "thoughtSignature"},
                                  {"mediaResolution", "partMetadata", "mediaProcessing"}};
constexpr KnownMembers kCall{{"id", "name", "args"}, {"partialArgs", "willContinue"}};

// Vertex's examples have roles in capitals, and older clients send results as a role of their own.
bool is_user(std::string_view role) {
  return role.empty() || same_ignoring_case(role, "user") || same_ignoring_case(role, "function") ||
         same_ignoring_case(role, "tool");
}

// A model's thought is left out, whoever has it.
bool is_thought(const json::object& part, std::string_view path, Findings& findings) {
  const bool is = findings.flag(part, path, "thought");
  if (is) findings.drop(path_of(path, "thought"));
  return is;
}

const json::object* response_in(const json::object& part, Findings& findings) {
  const auto* value = find(part, "functionResponse");
  if (value == nullptr) return nullptr;
  if (!value->is_object()) findings.expect(path_of(kPart, "functionResponse"), "an object");
  return value->if_object();
}

NamedResult named_result(const json::object& response, Findings& findings) {
  return {findings.text(response, kResponse, "id"), findings.text(response, kResponse, "name")};
}

}  // namespace

void GeminiTurns::add_system(const json::value& instruction) {
  if (const auto* text = instruction.if_string()) return join(system_, *text);
  const auto* content = instruction.if_object();
  if (content == nullptr) return findings_.expect("systemInstruction", "an object");
  findings_.check(*content, "systemInstruction.", kContent);
  const auto* parts = find(*content, "parts");
  if (parts == nullptr) return;
  for_each_object(*parts, "systemInstruction.parts", findings_, [this](const json::object& part) {
    constexpr std::string_view kPath = "systemInstruction.parts[].";
    findings_.check(part, kPath, kSystemPart);
    if (!is_thought(part, kPath, findings_)) join(system_, findings_.text(part, kPath, "text"));
  });
}

void GeminiTurns::add_contents(const json::value& contents) {
  for_each_object(contents, "contents", findings_,
                  [this](const json::object& content) { add_content(content); });
}

json::array GeminiTurns::finish() {
  if (!text_.empty() || !calls_.empty()) {
    findings_.reject(
        "The conversation ends with a content of the model, which the model's upstream, speaking "
        "chat completions only, cannot continue. End it with a content of the user.");
  }
  end_user();
  if (done_.empty()) findings_.expect("contents", "an array that is not empty");
  if (!system_.empty()) {
    done_.insert(done_.begin(), json::object{{"role", "system"}, {"content", system_}});
  }
  return std::move(done_);
}

void GeminiTurns::add_content(const json::object& content) {
  findings_.check(content, "contents[].", kContent);
  const auto role = findings_.text(content, "contents[].", "role");
  const bool by_user = is_user(role);
  if (!by_user && !same_ignoring_case(role, "model")) {
    return findings_.refuse_value("contents[].role", role);
  }
  const auto* parts = find(content, "parts");
  if (parts == nullptr) return;
  if (by_user) {
    end_model();
    user_open_ = true;
  }
  for_each_object(*parts, "contents[].parts", findings_, [&](const json::object& part) {
    if (by_user) return user_parts_.push_back(&part);
    add_model_part(part);
  });
}

// All results of a turn are known before the first is paired with its call.
void GeminiTurns::read_user() {
  std::vector<const json::object*> responses;
  std::vector<NamedResult> results;
  for (const auto* part : user_parts_) {
    const auto* response = response_in(*part, findings_);
    responses.push_back(response);
    if (response != nullptr) results.push_back(named_result(*response, findings_));
  }
  const auto ids = answered_calls(unanswered_, results);
  std::size_t answered = 0;
  for (std::size_t place = 0; place < user_parts_.size(); ++place) {
    add_user_part(*user_parts_[place]);
    if (responses[place] != nullptr) add_response(*responses[place], ids[answered++]);
  }
  user_parts_.clear();
  unanswered_.clear();
}

void GeminiTurns::add_user_part(const json::object& part) {
  findings_.check(part, kPart, kUserPart);
  if (!is_thought(part, kPart, findings_)) add_text(parts_, findings_.text(part, kPart, "text"));
  add_media(parts_, part, kPart, findings_);
}

void GeminiTurns::add_model_part(const json::object& part) {
  findings_.check(part, kPart, kModelPart);
  const auto signature = read_signature(part);
  const auto* call = find(part, "functionCall");
  if (call != nullptr) {
    end_user();
    add_call(*call, signature);
  }
  const auto text = findings_.text(part, kPart, "text");
  if (text.empty()) return;
  if (is_thought(part, kPart, findings_)) return;
  end_user();
  text_ += text;
}

void GeminiTurns::add_call(const json::value& value, std::string_view signature) {
  const auto path = path_of(kPart, "functionCall.");
  const auto* call = value.if_object();
  if (call == nullptr) return findings_.expect(path_of(kPart, "functionCall"), "an object");
  findings_.check(*call, path, kCall);
  const auto name = findings_.required_text(*call, path, "name");
  const auto* args = find(*call, "args");
  if (args != nullptr && !args->is_object()) findings_.expect(path_of(path, "args"), "an object");
  // Mistral takes ids of nine letters and digits only.
  auto id = std::string(findings_.text(*call, path, "id"));
  if (id.empty()) id = fmt::format("call{:05}", calls_made_);
  ++calls_made_;
  json::object made{
      {"id", id},
      {"type", "function"},
      {"function",
       json::object{{"name", name}, {"arguments", args == nullptr ? "{}" : json_of(*args)}}}};
  if (!signature.empty()) {
    made["extra_content"] =
        json::object{{"google", json::object{{"thought_signature", signature}}}};
  }
  calls_.push_back(std::move(made));
  unanswered_.push_back({std::move(id), std::string(name)});
  unanswered_.back().has_own_id = !text_of(*call, "id").empty();
}

void GeminiTurns::add_response(const json::object& response, const std::string& id) {
  if (id.empty()) {
    return findings_.reject(
        "A functionResponse in `contents` answers no functionCall of the content before it.");
  }
  auto result = read_function_response(response, id, kResponse, findings_);
  results_.push_back(
      json::object{{"role", "tool"}, {"tool_call_id", id}, {"content", result.text}});
  for (auto& part : result.others) parts_.push_back(std::move(part));
}

// Only what an answer of ours carried: a signature that came from elsewhere may mean nothing to the
// upstream.
std::string GeminiTurns::read_signature(const json::object& part) {
  const auto signature = findings_.text(part, kPart, "thoughtSignature");
  if (signature.empty()) return {};
  const auto content = codec::parse_base64(signature).value_or(std::string());
  if (const auto googles = parse_carried_signature(content); !googles.empty()) {
    return std::string(googles);
  }
  const auto carried = parse_carried(content);
  if (!carried) {
    findings_.drop(path_of(kPart, "thoughtSignature"));
    return {};
  }
  reasoning_member_ = carried->member;
  join(reasoning_, carried->text);
  return {};
}

void GeminiTurns::end_user() {
  if (!user_open_) return;
  read_user();
  add_user_turn(done_, std::move(results_), std::move(parts_));
  results_ = {};
  parts_ = {};
  user_open_ = false;
}

// Reasoning goes back with the calls that it led to: servers ignore or refuse any other.
void GeminiTurns::end_model() {
  if (!text_.empty() || !calls_.empty()) {
    json::object message{{"role", "assistant"}};
    auto& content = message["content"];
    if (!text_.empty()) content = text_;
    if (!reasoning_.empty() && !calls_.empty()) message[reasoning_member_] = reasoning_;
    if (!calls_.empty()) message["tool_calls"] = std::move(calls_);
    done_.push_back(std::move(message));
  }
  text_.clear();
  calls_ = {};
  reasoning_.clear();
}

}  // namespace weir::translation::detail
