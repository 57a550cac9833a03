#include "net/tls_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls_files_for_test.hpp"

namespace weir::net {
namespace {

using ::testing::HasSubstr;
using In = TlsFault::In;

class TlsContextTest : public ::testing::Test {
 protected:
  static void expect_fault(const TlsFiles& files, In in, const std::string& what) {
    const auto opened = TlsContext::open(files);
    ASSERT_FALSE(opened) << what;
    EXPECT_EQ(opened.error().in, in) << what;
    EXPECT_THAT(opened.error().what, HasSubstr(what));
  }

  IdentityFolder folder_;
  MadeIdentity identity_ = make_identity();
};

TEST_F(TlsContextTest, APairOfFilesOpens) {
  const auto opened = TlsContext::open(folder_.put(identity_), make_ticket_keys());
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ((*opened)->warning(wall_now()), "");
  EXPECT_GT((*opened)->valid_until(), wall_now());
}

TEST_F(TlsContextTest, AChainOpens) {
  auto chain = identity_;
  chain.certificate += make_identity().certificate;
  EXPECT_TRUE(TlsContext::open(folder_.put(chain)));
}

TEST_F(TlsContextTest, AnRsaKeyOpensFrom2048Bits) {
  EXPECT_TRUE(TlsContext::open(folder_.put(make_identity(-10, 10, 2048))));
  expect_fault(folder_.put(make_identity(-10, 10, 1024)), In::certificate, "key too small");
}

TEST_F(TlsContextTest, FilesThatAreNotThereAreNamed) {
  auto files = folder_.put(identity_);
  expect_fault({"/nowhere/chain.pem", files.key}, In::certificate, "No such file");
  expect_fault({files.certificate, "/nowhere/key.pem"}, In::key, "No such file");
  expect_fault({"/dev/zero", files.key}, In::certificate, "not a regular file");
}

TEST_F(TlsContextTest, WhatIsNotPemIsRefused) {
  auto files = folder_.put(identity_);
  expect_fault({folder_.put("text", "hello\n"), files.key}, In::certificate, "contains no PEM");
  expect_fault({files.certificate, folder_.put("text", "hello\n")}, In::key, "private key");
  expect_fault({files.key, files.key}, In::certificate, "contains no PEM");
  const auto half = identity_.certificate + identity_.certificate.substr(0, 200);
  expect_fault({folder_.put("half", half), files.key}, In::certificate, "cannot be read");
}

TEST_F(TlsContextTest, AKeyOfAnotherCertificateIsRefused) {
  auto files = folder_.put(identity_);
  files.key = folder_.put("other.pem", make_identity().key);
  expect_fault(files, In::key, "does not belong to the certificate");
  files.key = folder_.put("rsa.pem", make_identity(-10, 10, 2048).key);
  expect_fault(files, In::key, "does not belong to the certificate");
}

TEST_F(TlsContextTest, AKeyThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0604U, 0602U, 0660U, 0644U}) {
    auto files = folder_.put(identity_);
    files.key = folder_.put("open.pem", identity_.key, mode);
    expect_fault(files, In::key, "by other users");
  }
}

TEST_F(TlsContextTest, AnEncryptedKeyIsRefusedWithoutAQuestion) {
  const std::string encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBB"
      "lUGGeFRuYTwmmc8XQnwLW\nAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  auto files = folder_.put(identity_);
  files.key = folder_.put("sealed.pem", encrypted);
  EXPECT_FALSE(TlsContext::open(files));
}

TEST_F(TlsContextTest, ACertificateOutOfItsTimeIsAWarning) {
  const auto expired = TlsContext::open(folder_.put(make_identity(-7200, -3600)));
  ASSERT_TRUE(expired);
  EXPECT_THAT((*expired)->warning(wall_now()), HasSubstr("expired at "));
  const auto early = TlsContext::open(folder_.put(make_identity(3600, 7200)));
  ASSERT_TRUE(early);
  EXPECT_THAT((*early)->warning(wall_now()), HasSubstr("is not valid before "));
}

}  // namespace
}  // namespace weir::net
