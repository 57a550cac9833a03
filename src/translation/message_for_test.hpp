/// A message put together from its events, as clients do it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace weir::translation {

/// Fails the test where a client's SDK would throw or lose something: at events out of order,
/// blocks that are open together, a delta of another block, a stream that goes on after its end.
class MessageReader {
 public:
  /// A whole event.
  void take(std::string_view event) {
    const auto line = event.find('\n');
    ASSERT_NE(line, std::string_view::npos) << event;
    ASSERT_TRUE(event.starts_with("event: ") && event.substr(line).starts_with("\ndata: "))
        << event;
    const auto data = boost::json::parse(event.substr(line + 7)).as_object();
    ASSERT_EQ(data.at("type").as_string(), event.substr(7, line - 7));
    ASSERT_FALSE(ended_) << event;
    take(data);
  }

  [[nodiscard]] const boost::json::object& message() const { return message_; }
  [[nodiscard]] bool ended() const { return ended_; }
  /// The arguments of each tool_use, as they came.
  [[nodiscard]] const std::map<std::size_t, std::string>& inputs() const { return inputs_; }

 private:
  void take(const boost::json::object& data) {
    const auto type = std::string_view(data.at("type").as_string());
    if (type == "message_start") {
      ASSERT_TRUE(message_.empty());
      message_ = data.at("message").as_object();
      return;
    }
    ASSERT_FALSE(message_.empty()) << type << " before message_start";
    if (type == "message_stop") {
      ASSERT_TRUE(message_.at("stop_reason").is_string());
      ended_ = true;
    } else if (type == "message_delta") {
      ASSERT_FALSE(open_);
      for (const auto& [name, value] : data.at("delta").as_object()) message_[name] = value;
      message_["usage"] = data.at("usage");
    } else {
      take_block(type, data);
    }
  }

  void take_block(std::string_view type, const boost::json::object& data) {
    auto& content = message_.at("content").as_array();
    const auto index = data.at("index").to_number<std::size_t>();
    if (type == "content_block_start") {
      ASSERT_FALSE(open_);
      ASSERT_EQ(index, content.size());
      content.push_back(data.at("content_block"));
      open_ = true;
      return;
    }
    ASSERT_TRUE(open_);
    ASSERT_EQ(index + 1, content.size());
    auto& block = content.back().as_object();
    if (type == "content_block_stop") {
      open_ = false;
      if (!inputs_[index].empty()) block["input"] = parse_input(inputs_[index]);
    } else {
      ASSERT_EQ(type, "content_block_delta");
      add(block, data.at("delta").as_object(), index);
    }
  }

  void add(boost::json::object& block, const boost::json::object& delta, std::size_t index) {
    const auto type = std::string_view(delta.at("type").as_string());
    if (type == "input_json_delta") {
      ASSERT_EQ(block.at("type"), "tool_use");
      inputs_[index] += delta.at("partial_json").as_string();
      return;
    }
    if (type == "signature_delta") {
      ASSERT_EQ(block.at("type"), "thinking");
      block["signature"] = delta.at("signature");
      return;
    }
    const std::string_view member = type == "text_delta" ? "text" : "thinking";
    ASSERT_EQ(block.at("type").as_string(), member);
    block.at(member).as_string() += delta.at(member).as_string();
  }

  // A client that is given an incomplete text of arguments keeps it.
  static boost::json::value parse_input(const std::string& text) {
    boost::system::error_code error;
    auto value = boost::json::parse(text, error);
    return error ? boost::json::value(text) : value;
  }

  boost::json::object message_;
  std::map<std::size_t, std::string> inputs_;
  bool open_ = false;
  bool ended_ = false;
};

/// The message of a whole stream.
[[nodiscard]] inline boost::json::object read_stream(std::string_view events) {
  MessageReader reader;
  while (!events.empty()) {
    const auto end = events.find("\n\n");
    EXPECT_NE(end, std::string_view::npos) << events;
    if (end == std::string_view::npos) break;
    reader.take(events.substr(0, end));
    events.remove_prefix(end + 2);
  }
  EXPECT_TRUE(reader.ended());
  return reader.message();
}

}  // namespace weir::translation
