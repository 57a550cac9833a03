/// The form by which the input of a batch is uploaded: a file with one call in each line. Pure.
///
/// A batch must call no model that its key may not call, under no name that means another one at
/// the upstream. So every line is read as a call's body is, all of them name one model, and the
/// upstream's name of it is put in as they pass (docs/decisions/0072).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/multipart.hpp"
#include "codec/multipart_visitor.hpp"
#include "gateway/call_request.hpp"
#include "gateway/request_token.hpp"

namespace weir::gateway {

/// One call of a batch.
struct BatchLine {
  catalogue::Endpoint endpoint;
  CallRequest request;  ///< offsets count from the start of the body
  Span body_at;         ///< in the line
  std::string_view body;
};

/// Reads a line without its end. Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<BatchLine> read_batch_line(std::string_view line, std::size_t max_depth);

/// Threads: one. Lifetime: that of one request; the views that it gives are valid until the next
/// call.
class BatchUpload final : private codec::MultipartVisitor {
 public:
  struct Form {
    std::string boundary;
    bool is_ascii = false;
    std::size_t max_line_bytes = 0;
    std::size_t max_depth = 0;
  };
  /// The tokens that a line is expected to use.
  using Weigh = std::function<BatchTokens(const BatchLine&)>;

  explicit BatchUpload(Form form);
  BatchUpload(const BatchUpload&) = delete;
  BatchUpload& operator=(const BatchUpload&) = delete;

  /// Starts again with the form's first byte, for an upstream that knows the model as `model`.
  void begin(std::string_view model, Weigh weigh);
  /// The part of `piece`, and of bytes held back before, to forward now: lines are forwarded whole.
  /// Errors: invalid_parameter; the detail is for the client.
  [[nodiscard]] Result<std::string_view> pass(std::string_view piece);
  /// Checks that nothing is missing. After the last piece. Errors: invalid_parameter.
  [[nodiscard]] Result<> finish() const;

  /// The model that the lines name; empty: no line has passed.
  [[nodiscard]] const std::string& model() const { return model_; }
  /// The endpoint that they call. REQUIRES: there is a model.
  [[nodiscard]] catalogue::Endpoint endpoint() const { return endpoint_; }
  /// The memory that lines take.
  [[nodiscard]] std::size_t held_bytes() const { return line_.capacity() + out_.capacity(); }
  /// The sum of the lines so far, since begin().
  [[nodiscard]] const BatchTokens& tokens() const { return tokens_; }

 private:
  std::string begin_part(std::string_view name, bool is_file, bool has_length) override;
  std::string file_content(std::string_view bytes) override;
  std::string end_file() override;
  void other(std::string_view bytes) override { out_ += bytes; }

  void restart();
  void take_field(const codec::MultipartValue& value);
  /// `line`: with its end, if it has one.
  [[nodiscard]] std::string take_line(std::string_view line);
  [[nodiscard]] std::string check(const BatchLine& line);
  void append(std::string_view line, const BatchLine& read);
  [[nodiscard]] bool renames() const { return !sent_model_.empty() && sent_model_ != model_; }

  Form form_;
  Weigh weigh_;
  std::string sent_model_;  ///< the upstream's name; empty: not yet known
  std::optional<codec::MultipartScanner> scanner_;
  std::string model_;
  catalogue::Endpoint endpoint_ = {};
  BatchTokens tokens_;
  std::int64_t lines_ = 0;
  std::string line_;  ///< the beginning of one
  std::string out_;
  std::string problem_;
  bool has_file_ = false;
  bool has_purpose_ = false;
};

}  // namespace weir::gateway
