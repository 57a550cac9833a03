/// Calls the engine and reads its answers; for the tests of this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "simulator/engine.hpp"

namespace weir::simulator {

inline constexpr std::chrono::milliseconds kNoTime{0};
inline constexpr Settings kAtOnce{kNoTime, kNoTime, kNoTime, kNoTime};
inline const WallTime kNow{std::chrono::seconds(1'700'000'000)};

inline Script post(std::string_view path, std::string_view body, const Settings& pace = kAtOnce,
                   WallTime now = kNow) {
  return answer({"POST", path, "", "application/json", body, now}, pace);
}

inline Script post_form(std::string_view path, std::string_view body) {
  return answer({"POST", path, "", "multipart/form-data; boundary=line", body, kNow}, kAtOnce);
}

/// One part of a form with the boundary that post_form uses.
inline std::string form_field(std::string_view name, std::string_view value) {
  return "--line\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}
inline std::string form_file(std::string_view name, std::string_view content) {
  return "--line\r\nContent-Disposition: form-data; name=\"" + std::string(name) +
         "\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n" +
         std::string(content) + "\r\n";
}
inline constexpr std::string_view kFormEnd = "--line--\r\n";

inline std::vector<Step> steps_of(Script& script) {
  std::vector<Step> steps;
  while (auto step = script.body.next()) steps.push_back(std::move(*step));
  return steps;
}

inline std::string text_of(Script script) {
  std::string text;
  for (const Step& step : steps_of(script)) text += step.bytes;
  return text;
}

/// Throws if the answer is not JSON, which fails the test.
inline boost::json::value json_of(Script script) {
  return boost::json::parse(text_of(std::move(script)));
}

/// The data of each event, as sent.
inline std::vector<std::string> data_of(Script script) {
  constexpr std::string_view kData = "data: ";
  std::vector<std::string> events;
  for (const Step& step : steps_of(script)) {
    const auto at = step.bytes.find(kData);
    if (at == std::string::npos || !step.bytes.ends_with("\n\n")) continue;
    events.push_back(
        step.bytes.substr(at + kData.size(), step.bytes.size() - at - kData.size() - 2));
  }
  return events;
}

/// As data_of, parsed; data that is not JSON ([DONE]) is left out.
inline std::vector<boost::json::value> events_of(Script script) {
  std::vector<boost::json::value> events;
  for (const auto& data : data_of(std::move(script))) {
    if (data != "[DONE]") events.push_back(boost::json::parse(data));
  }
  return events;
}

inline std::string string_at(const boost::json::value& value, std::string_view pointer) {
  return boost::json::value_to<std::string>(value.at_pointer({pointer.data(), pointer.size()}));
}
inline std::int64_t integer_at(const boost::json::value& value, std::string_view pointer) {
  return boost::json::value_to<std::int64_t>(value.at_pointer({pointer.data(), pointer.size()}));
}

}  // namespace weir::simulator
