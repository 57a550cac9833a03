#include "gateway/waiting_comments.hpp"

#include <string_view>

#include "gateway/rate_limit_fields.hpp"

namespace weir::gateway {
namespace {

constexpr std::string_view kHeadFields =
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-cache\r\n"
    "X-Accel-Buffering: no\r\n";

}  // namespace

WaitingComments::WaitingComments(CallContext& context, const Admitted& admitted,
                                 std::chrono::milliseconds interval)
    : Deadline(context.client.sweeper()),
      context_(context),
      admitted_(admitted),
      own_fields_(context.input.fields.size()),
      interval_(interval) {
  arm(monotonic_now() + interval_);
}

void WaitingComments::begin() {
  auto fields = context_.input.fields.substr(0, own_fields_);
  put_standing(fields, admitted_.standing);
  const http::AnswerHead head{.status = 200, .fixed_fields = kHeadFields, .fields = fields};
  auto& client = context_.client;
  client.begin(head, client.may_keep_alive(), context_.input.exchange.whole_at);
}

// A client that does not take even a comment is not there any more.
void WaitingComments::on_expired() {
  auto& client = context_.client;
  if (!client.begun()) begin();
  if (client.send_piece(": keep-alive\n\n") == http::ClientStream::Sent::whole) {
    arm(monotonic_now() + interval_);
  } else {
    client.abort();
  }
}

}  // namespace weir::gateway
