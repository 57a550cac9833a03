// One case per faulty list of members; CMakeLists.txt says which message each must give.
#include "codec/member_paths.hpp"

using weir::codec::MemberPaths;

#if defined(CASE_members_stated)
constexpr MemberPaths kPaths = {{"model", "stream_options.include_usage", "a.b.c"}};
static_assert(kPaths.size() == 3 && kPaths.with_name_of(5) == 1);
#elif defined(CASE_path_empty)
constexpr MemberPaths kPaths = {{"model", ""}};
#elif defined(CASE_path_too_deep)
constexpr MemberPaths kPaths = {{"a.b.c.d"}};
#elif defined(CASE_path_quoted)
constexpr MemberPaths kPaths = {{"a\\b"}};
#elif defined(CASE_path_twice)
constexpr MemberPaths kPaths = {{"a", "b", "a"}};
#endif
