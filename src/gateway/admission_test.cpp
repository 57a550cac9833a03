#include "gateway/admission.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using catalogue::Endpoint;
using catalogue::SubType;
using testing::HasSubstr;

constexpr const char* kIdentity = "key_1";

catalogue::Model make_model(std::string id, catalogue::SubTypes sub_types) {
  catalogue::Model model;
  model.id = std::move(id);
  model.model_class.sub_types = sub_types;
  model.routes.push_back({.upstream = "u", .model = model.id});
  return model;
}

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() {
    std::vector<catalogue::Model> models;
    models.push_back(make_model("chat", {SubType::chat}));
    models.push_back(make_model("pictures", {SubType::text_to_image}));
    models.push_back(make_model("film", {SubType::text_to_video}));
    catalogue_ = std::make_shared<catalogue::Catalogue>(std::move(models), 1);
    exchange_.whole_at = wall_now();
    record_.received = monotonic_now();
  }

  std::expected<Admitted, Refusal> admit(Endpoint endpoint, const CallRequest& request,
                                         std::string identity = kIdentity) {
    const CallInput input{.exchange = exchange_,
                          .record = record_,
                          .endpoint = endpoint,
                          .catalogue = catalogue_,
                          .directory = directory_,
                          .scope = scope_,
                          .limiter = limiter_,
                          .key_identity = std::move(identity),
                          .fields = {}};
    return gateway::admit(input, shared_, request, 800);
  }

  static CallRequest request_for(std::string model) {
    CallRequest request;
    request.model = std::move(model);
    return request;
  }

  http::Exchange exchange_;
  CallRecord record_;
  net::WorkerPool resolvers_{1};
  net::WorkerPool workers_{1};
  Shared shared_{RequestSeal(Secret("a pepper of some length, for tests")), resolvers_, workers_};
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::shared_ptr<const Directory> directory_ = std::make_shared<Directory>(
      std::vector<Destination>{}, upstream::Settings{}, std::span<const catalogue::Model>{});
  std::shared_ptr<const catalogue::Scope> scope_ = std::make_shared<catalogue::Scope>();
  std::shared_ptr<limit::KeyLimiter> limiter_ =
      std::make_shared<limit::KeyLimiter>(limit::Limits{});
};

TEST_F(AdmissionTest, FindsTheModelAndNamesItInTheRecord) {
  const auto admitted = admit(Endpoint::chat_completions, request_for("chat"));
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->model->id, "chat");
  EXPECT_EQ(record_.model, "chat");
  EXPECT_GT(admitted->claim.tokens, 0);
  EXPECT_EQ(admitted->claim.images, 0);
}

TEST_F(AdmissionTest, AnUnknownModelIsNotNamed) {
  const auto admitted = admit(Endpoint::chat_completions, request_for("made-up"));
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, Errc::model_not_found);
  EXPECT_EQ(record_.model, "");
}

TEST_F(AdmissionTest, AModelThatIsCalledElsewhereIsRefusedWithItsPath) {
  const auto admitted = admit(Endpoint::chat_completions, request_for("pictures"));
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, Errc::wrong_endpoint);
  EXPECT_THAT(admitted.error().message, HasSubstr("/v1/images/generations"));
}

TEST_F(AdmissionTest, ImagesAreCountedAsAskedFor) {
  auto request = request_for("pictures");
  request.answers = 3;
  const auto admitted = admit(Endpoint::images_generations, request);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->claim.images, 3);
  EXPECT_EQ(admitted->claim.tokens, 0);
}

TEST_F(AdmissionTest, ALimitThatIsReachedIsNamed) {
  limiter_ = std::make_shared<limit::KeyLimiter>(limit::Limits{.requests_per_minute = 1});
  ASSERT_TRUE(admit(Endpoint::chat_completions, request_for("chat")));
  const auto refused = admit(Endpoint::chat_completions, request_for("chat"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::rate_limited);
  EXPECT_THAT(refused.error().message, HasSubstr("RPM"));
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_THAT(refused.error().fields, HasSubstr("x-ratelimit-remaining-requests: 0\r\n"));
  EXPECT_EQ(record_.limited_by, limit::Dimension::requests_per_minute);
}

TEST_F(AdmissionTest, AGuessIsCutToASmallLimitAndAStatedBoundIsNot) {
  limiter_ = std::make_shared<limit::KeyLimiter>(limit::Limits{.tokens_per_minute = 100});
  auto request = request_for("chat");
  const auto guessed = admit(Endpoint::chat_completions, request);
  ASSERT_TRUE(guessed);
  EXPECT_LE(guessed->claim.tokens, 100);
  request.max_tokens = 4000;
  EXPECT_FALSE(admit(Endpoint::chat_completions, request));
}

TEST_F(AdmissionTest, AResponseIsFoundByTheIdThatItsKeyWasGiven) {
  CallRequest request;
  request.request_id = shared_.request_seal.seal(SealedId::response, {"u", "chat", "resp_1"},
                                                 kIdentity, exchange_.whole_at);
  const auto admitted = admit(Endpoint::stored_responses, request);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->place->request_id, "resp_1");
  EXPECT_EQ(record_.model, "chat");
  EXPECT_EQ(admitted->claim.tokens, 0);

  const auto other = admit(Endpoint::stored_responses, request, "key_2");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::not_found);
  EXPECT_EQ(other.error().plain, "Response with id '" + request.request_id + "' not found.");
  request.request_id = "resp_1";
  EXPECT_FALSE(admit(Endpoint::stored_responses, request));
}

TEST_F(AdmissionTest, ABatchClaimsWhatItsFileIsExpectedToUse) {
  const auto seal = [&](std::optional<BatchTokens> tokens) {
    return shared_.request_seal.seal(SealedId::file, {"u", "chat", "file-1", tokens}, kIdentity,
                                     exchange_.whole_at);
  };
  CallRequest request;
  request.request_id = seal(BatchTokens{700, 300});
  const auto admitted = admit(Endpoint::batches, request);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->place->request_id, "file-1");
  EXPECT_EQ(admitted->claim.tokens, 1000);

  const auto other = admit(Endpoint::batches, request, "key_2");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::invalid_parameter);
  // It is not cut to a small limit, as a guess is.
  limiter_ = std::make_shared<limit::KeyLimiter>(limit::Limits{.tokens_per_minute = 999});
  const auto refused = admit(Endpoint::batches, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::rate_limited);
  request.request_id = seal({});
  EXPECT_EQ(admit(Endpoint::batches, request).error().code, Errc::invalid_parameter);
}

TEST_F(AdmissionTest, AnUploadIsOfAModelThatItsLinesMayCall) {
  auto request = request_for("chat");
  request.batched = Endpoint::chat_completions;
  EXPECT_TRUE(admit(Endpoint::files, request));
  request.batched = Endpoint::embeddings;
  EXPECT_EQ(admit(Endpoint::files, request).error().code, Errc::wrong_endpoint);
  request = request_for("pictures");
  request.batched = Endpoint::chat_completions;
  EXPECT_EQ(admit(Endpoint::files, request).error().code, Errc::wrong_endpoint);
}

TEST_F(AdmissionTest, ALineWeighsItsPromptAndTheAnswersThatItAllows) {
  const auto model = make_model("chat", {SubType::chat});
  const auto weigh = [&](const char* text) {
    const auto line = read_batch_line(text, 64);
    return weigh_line(*line, model, shared_.forecast);
  };
  const auto one = weigh(
      R"({"body":{"model":"chat","max_tokens":10,"messages":[{"role":"user","content":"a b c"}]}})");
  EXPECT_EQ(one.answer, 10);
  EXPECT_GT(one.prompt, 0);
  EXPECT_EQ(weigh(R"({"body":{"model":"chat","max_tokens":10,"n":3,"messages":[]}})").answer, 30);
  EXPECT_EQ(weigh(R"({"url":"/v1/embeddings","body":{"model":"chat","input":"a b"}})").answer, 0);
}

TEST_F(AdmissionTest, AResponseIsContinuedWhereItIs) {
  auto request = request_for("chat");
  const auto seal = [&](std::string upstream) {
    return shared_.request_seal.seal(SealedId::response, {std::move(upstream), "chat", "resp_1"},
                                     kIdentity, exchange_.whole_at);
  };
  EXPECT_EQ(admit(Endpoint::responses, request)->place, nullptr);
  request.request_id = "resp_from_elsewhere";
  EXPECT_EQ(admit(Endpoint::responses, request)->place, nullptr);
  request.request_id = seal("u");
  EXPECT_EQ(admit(Endpoint::responses, request)->place->upstream, "u");
  for (const auto& [id, identity] :
       {std::pair{seal("u"), "key_2"}, std::pair{seal("gone"), kIdentity}}) {
    request.request_id = id;
    const auto refused = admit(Endpoint::responses, request, identity);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_parameter);
  }
}

TEST_F(AdmissionTest, AVideoIsFoundByTheIdThatItsKeyWasGiven) {
  CallRequest request;
  request.request_id = shared_.request_seal.seal(SealedId::video, {"u", "film", "r-1"}, kIdentity,
                                                 exchange_.whole_at);
  const auto admitted = admit(Endpoint::video_status, request);
  ASSERT_TRUE(admitted);
  ASSERT_NE(admitted->place, nullptr);
  EXPECT_EQ(admitted->place->request_id, "r-1");
  EXPECT_EQ(record_.model, "film");

  const auto other = admit(Endpoint::video_status, request, "key_2");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::invalid_parameter);
  EXPECT_EQ(other.error().message, "Unknown requestId.");
}

TEST(WrongEndpointMessage, SaysWhichPathTheUpstreamsDoNotSpeak) {
  EXPECT_EQ(wrong_endpoint_message(make_model("m", {SubType::chat}), Endpoint::responses, true),
            "The upstreams of the model m do not support /v1/responses.");
}

}  // namespace
}  // namespace weir::gateway
