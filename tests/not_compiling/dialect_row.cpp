// One case per faulty row of dialect; CMakeLists.txt says which message each must give.
#include "dialect/endpoint.hpp"

using namespace weir::dialect;

void append_error(std::string& out, const PublicError& error);
void append_break(std::string& out, const StreamBreak& broken);

constexpr Ids kNoIds{RequestId::none, SealedId::response, {}, false};

#if defined(CASE_stated)
constexpr EndpointRow kRow{Family::openai, {}, false, Streams::on_request, kNoIds, Turns::none,
                           false,          {}, "chat"};
constexpr FamilyRow kFamily{.slug = "openai",
                            .text = {},
                            .stream = {},
                            .append_error = &append_error,
                            .append_break = &append_break};
static_assert(kRow.operation == "chat" && kFamily.slug == "openai");
#elif defined(CASE_fact_missing)
constexpr EndpointRow kRow{Family::openai, {},          false, Streams::on_request,
                           kNoIds,         Turns::none, false, {}};
#elif defined(CASE_function_missing)
constexpr FamilyRow kFamily{
    .slug = "openai", .text = {}, .stream = {}, .append_error = &append_error};
#endif
