#include "discovery/asker.hpp"

#include "discovery/redirect.hpp"

namespace weir::discovery {
namespace {

http::FetchRequest make_request(const Target& target, const Ask& ask,
                                std::size_t max_answer_bytes) {
  http::FetchRequest request;
  request.origin = {.tls = target.base.tls, .host = target.base.host, .port = target.base.port};
  request.target = ask.target;
  request.body = ask.body;
  request.max_answer_bytes = max_answer_bytes;
  for (const FixedHeader& header : target.kind->headers) {
    request.fields.emplace_back(header.name, header.value);
  }
  if (!target.key.empty()) {
    const KeyHeader& header = target.kind->key_header;
    request.fields.emplace_back(header.name,
                                std::string(header.prefix).append(target.key.reveal()));
  }
  return request;
}

Answer answer_of(http::FetchAnswer fetched) {
  Answer answer;
  answer.status = fetched.status;
  answer.body = std::move(fetched.body);
  answer.location = std::move(fetched.location);
  answer.link = std::move(fetched.link);
  return answer;
}

}  // namespace

http::Fetcher& Asker::fetcher(const http::TlsSettings& tls) {
  for (auto& [settings, fetcher] : fetchers_) {
    if (settings == tls) return *fetcher;
  }
  fetchers_.emplace_back(tls, std::make_unique<http::Fetcher>(pool_, tls));
  return *fetchers_.back().second;
}

net::Task<Result<Answer>> Asker::send(const Target& target, Ask ask, std::size_t max_answer_bytes,
                                      MonotonicTime deadline) {
  http::Fetcher& http = fetcher(target.tls);
  auto request = make_request(target, ask, max_answer_bytes);
  auto fetched = co_await http.fetch(std::move(request), deadline);
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  auto answer = answer_of(std::move(*fetched));
  auto elsewhere = redirect_target(target.base, ask, answer);
  if (!elsewhere) co_return answer;

  ask.target = std::move(*elsewhere);
  auto second = make_request(target, ask, max_answer_bytes);
  fetched = co_await http.fetch(std::move(second), deadline);
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  answer = answer_of(std::move(*fetched));
  answer.target = std::move(ask.target);
  co_return answer;
}

}  // namespace weir::discovery
