#include "config/sources.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::config {
namespace {

const Sources kSources{
    .environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "HOST") return "gpu1";
      if (name == "TRICK") return "${HOST}$$";
      if (name == "EMPTY") return "";
      return std::nullopt;
    },
    .file = [](const std::string& path) -> std::expected<ValueFile, std::string> {
      if (path == "own.key") return ValueFile{"s3cret\n"};
      if (path == "open.key")
        return ValueFile{"s3cret\r\n", files::Complaint{"can be read by others (mode 0644)",
                                                        "chmod 600 open.key"}};
      return std::unexpected("No such file or directory");
    }};

std::string outcome(std::string_view text, Audience audience = Audience::anyone) {
  const auto expanded = expand(text, kSources, audience);
  if (expanded) return *expanded;
  const auto& fault = expanded.error();
  return "! " + fault.what + (fault.expected.empty() ? "" : "; " + fault.expected);
}

TEST(Expand, PutsInVariablesAndFiles) {
  const struct {
    std::string_view text;
    std::string_view value;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"${HOST}", "gpu1"},
      {"http://${HOST}:80/${HOST}", "http://gpu1:80/gpu1"},
      {"${EMPTY}", ""},
      {"${file:own.key}", "s3cret"},
      {"x${file:open.key}y", "xs3crety"},
      {"$$", "$"},
      {"$${HOST}", "${HOST}"},
      {"$$${HOST}", "$gpu1"},
      {"a$b$", "a$b$"},
      {"$", "$"},
      {"$5.00", "$5.00"},
      {"$$HOST", "$HOST"},
      {"${TRICK}", "${HOST}$$"},
  };
  for (const auto& c : cases) EXPECT_EQ(outcome(c.text), c.value) << c.text;
}

TEST(Expand, SaysWhatIsWrong) {
  const struct {
    std::string_view text;
    std::string_view fault;
  } cases[] = {
      {"${NOPE}", "! the environment variable NOPE is not set"},
      {"${file:gone}", "! the file gone cannot be read: No such file or directory"},
      {"$HOST", "! $NAME without braces is not expanded; ${NAME}, or $$ for a dollar sign"},
      {"${HOST", "! ${ has no closing brace; a closing }"},
      {"${}", "! ${} is not a valid reference; ${NAME} or ${file:path}, or $$ for a dollar sign"},
      {"${A-B}",
       "! ${A-B} is not a valid reference; ${NAME} or ${file:path}, or $$ for a dollar sign"},
      {"${1A}",
       "! ${1A} is not a valid reference; ${NAME} or ${file:path}, or $$ for a dollar sign"},
  };
  for (const auto& c : cases) EXPECT_EQ(outcome(c.text), c.fault) << c.text;
  EXPECT_EQ(outcome("${" + std::string(1025, 'A') + "}"),
            "! ${…} is too long; at most 1024 characters");
}

TEST(Expand, WantsASecretsFileForItsOwnerAlone) {
  EXPECT_EQ(outcome("${file:own.key}", Audience::owner), "s3cret");
  EXPECT_EQ(outcome("${file:open.key}", Audience::owner),
            "! the file open.key can be read by others (mode 0644); chmod 600 open.key");
}

TEST(Expand, TellsOfAVariableThatBecameASecret) {
  std::string told;
  Sources sources = kSources;
  sources.became_secret = [&told](const std::string& name) { told += name + ";"; };
  EXPECT_EQ(expand("${TRICK}", sources, Audience::anyone), "${HOST}$$");
  EXPECT_EQ(told, "");
  EXPECT_EQ(expand("a${HOST}b", sources, Audience::owner), "agpu1b");
  EXPECT_EQ(told, "HOST;");
}

TEST(Expand, GivesBackWhatWasEscaped) {
  for (const char* text : {"", "a", "$", "$$", "${HOST}", "a$b${", "}"}) {
    EXPECT_EQ(outcome(escape(text)), text);
  }
}

class ValueFileTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text, mode_t mode) const {
    std::ofstream(directory_ / name) << text;
    ASSERT_EQ(::chmod((directory_ / name).c_str(), mode), 0);
  }

  TemporaryDirectory folder_;
  std::filesystem::path directory_ = folder_.path();
};

TEST_F(ValueFileTest, IsReadWithWhetherItMayHoldASecret) {
  write("own", "a\nb\n", 0600);
  write("group", "x", 0660);
  write("all", "x", 0604);

  const auto own = read_value_file(directory_, "own", 100);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->text, "a\nb\n");
  EXPECT_FALSE(own->refused_as_secret);
  EXPECT_TRUE(read_value_file(directory_, "group", 100)->refused_as_secret);
  const auto all = read_value_file("/elsewhere", directory_ / "all", 100);
  EXPECT_TRUE(all->refused_as_secret->expected.ends_with("chmod 600 " + folder_.path() + "/all"));
}

TEST_F(ValueFileTest, IsRefusedWhenItIsAbsentLargeOrNoFile) {
  write("large", std::string(10'000, 'x'), 0600);
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);

  EXPECT_EQ(read_value_file(directory_, "gone", 100).error(), "No such file or directory");
  EXPECT_EQ(read_value_file(directory_, "large", 9 << 10).error(), "larger than 9 KiB");
  EXPECT_TRUE(read_value_file(directory_, "large", 10 << 10));
  EXPECT_EQ(read_value_file(directory_, "pipe", 100).error(), "not a regular file");
  EXPECT_EQ(read_value_file(directory_, ".", 100).error(), "not a regular file");
}

}  // namespace
}  // namespace weir::config
