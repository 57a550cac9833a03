// One case per faulty row of dialect; CMakeLists.txt says which message each must give.
#include "dialect/endpoint.hpp"

using namespace weir::dialect;

void append_error(std::string& out, const PublicError& error);
void append_break(std::string& out, const StreamBreak& broken);

#if defined(CASE_stated)
constexpr Members kMembers{{{"usage", Meaning::usage}, {"model", Meaning::model}}};
constexpr EndpointRow kRow{Family::openai, {}, kMembers, false, RequestId::none, "chat"};
constexpr FamilyRow kFamily{
    .slug = "openai", .stream = {}, .append_error = &append_error, .append_break = &append_break};
static_assert(kRow.operation == "chat" && kFamily.slug == "openai");
#elif defined(CASE_fact_missing)
constexpr EndpointRow kRow{Family::openai, {}, {}, false, RequestId::none};
#elif defined(CASE_function_missing)
constexpr FamilyRow kFamily{.slug = "openai", .stream = {}, .append_error = &append_error};
#elif defined(CASE_usage_not_first)
constexpr Members kMembers{{{"model", Meaning::model}, {"usage", Meaning::usage}}};
#elif defined(CASE_too_many)
constexpr Members kMembers{{{"a", Meaning::usage},
                            {"b", Meaning::usage},
                            {"c", Meaning::usage},
                            {"d", Meaning::usage},
                            {"e", Meaning::usage},
                            {"f", Meaning::usage},
                            {"g", Meaning::usage}}};
#endif
