/// One pair of files per direction: the request, and the answer's way back.
#pragma once

#include <boost/json/object.hpp>

#include "translation/translation.hpp"

namespace weir::translation::detail {

// The errors are those of translate().

[[nodiscard]] Result<Request> chat_of_messages(const boost::json::object& request,
                                               const Options& options);
[[nodiscard]] Result<Request> chat_of_responses(const boost::json::object& request,
                                                const Options& options);
// REQUIRES: use_camel_case(request).
[[nodiscard]] Result<Request> chat_of_gemini(const boost::json::object& request,
                                             const Options& options);
[[nodiscard]] Result<Request> chat_of_gemini_stream(const boost::json::object& request,
                                                    const Options& options);
[[nodiscard]] Result<Request> embeddings_of_gemini(const boost::json::object& request,
                                                   const Options& options);
[[nodiscard]] Result<Request> embeddings_of_gemini_batch(const boost::json::object& request,
                                                         const Options& options);

[[nodiscard]] Result<Request> chat_of_ollama_chat(const boost::json::object& request,
                                                  const Options& options);
[[nodiscard]] Result<Request> chat_of_ollama_generate(const boost::json::object& request,
                                                      const Options& options);
[[nodiscard]] Result<Request> embeddings_of_ollama_embed(const boost::json::object& request,
                                                         const Options& options);
[[nodiscard]] Result<Request> embeddings_of_ollama_embeddings(const boost::json::object& request,
                                                              const Options& options);

}  // namespace weir::translation::detail
