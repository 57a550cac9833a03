import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Runs cases with openai-java and prints, as a line of JSON each, what its user would see.
 *
 * <p>Usage: See openai-java, with {"root": URL without /v1, "cases": [{"name", "do", "model", "key"}]} on standard
 * input. Every setting that the client has a default for keeps it, retries above all.
 */
public final class See {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenAIClient api;
  private final String model;

  private See(String root, String key, String model) {
    this.api = OpenAIOkHttpClient.builder().baseUrl(root + "/v1").apiKey(key).build();
    this.model = model;
  }

  private ChatCompletionCreateParams.Builder asked() {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("Where does the river go?");
  }

  private String list() {
    var ids = StreamSupport.stream(api.models().list().autoPager().spliterator(), false).map(one -> one.id());
    return ids.collect(Collectors.joining(" "));
  }

  private ChatCompletionMessage message(ChatCompletionCreateParams.Builder params) {
    return api.chat().completions().create(params.build()).choices().get(0).message();
  }

  private String stream(boolean onePiece) {
    var text = new StringBuilder();
    try (var stream = api.chat().completions().createStreaming(asked().build())) {
      for (var chunks = stream.stream().iterator(); chunks.hasNext(); ) {
        chunks.next().choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
        if (onePiece && !text.isEmpty()) break;
      }
    }
    return text.toString();
  }

  /** The tool, as the client's user wrote it. */
  private static String look(String arguments) throws Exception {
    return "a weir at the " + JSON.readTree(arguments).path("place").asText();
  }

  private String tools() throws Exception {
    var shape = FunctionParameters.builder()
        .putAdditionalProperty("type", JsonValue.from("object"))
        .putAdditionalProperty("properties", JsonValue.from(Map.of("place", Map.of("type", "string"))))
        .putAdditionalProperty("required", JsonValue.from(List.of("place")))
        .build();
    var tool = FunctionDefinition.builder().name("look").description("Looks at a place.").parameters(shape).build();
    var params = asked().addFunctionTool(tool);
    var said = message(params);
    var call = said.toolCalls().orElseThrow().get(0).asFunction();
    var seen = ChatCompletionToolMessageParam.builder().toolCallId(call.id()).content(look(call.function().arguments()));
    return message(params.addMessage(said).addMessage(seen.build())).content().orElse("");
  }

  private static String run(String root, JsonNode one) throws Exception {
    var self = new See(root, one.get("key").asText(), one.get("model").asText());
    return switch (one.get("do").asText()) {
      case "list" -> self.list();
      case "chat" -> self.message(self.asked()).content().orElse("");
      case "stream" -> self.stream(false);
      case "cancel" -> self.stream(true);
      case "tools" -> self.tools();
      default -> throw new IllegalArgumentException(one.toString());
    };
  }

  private static Map<String, String> see(String root, JsonNode one) {
    var name = one.get("name").asText();
    try {
      return Map.of("case", name, "ok", run(root, one));
    } catch (Exception error) {
      return Map.of("case", name, "error", error.getClass().getName(), "shown", String.valueOf(error.getMessage()));
    }
  }

  public static void main(String[] arguments) throws Exception {
    var asked = JSON.readTree(System.in);
    var cases = StreamSupport.stream(asked.get("cases").spliterator(), false)
        .<Callable<Map<String, String>>>map(one -> () -> see(asked.get("root").asText(), one));
    var threads = Executors.newCachedThreadPool();
    for (var seen : threads.invokeAll(cases.toList())) System.out.println(JSON.writeValueAsString(seen.get()));
    System.exit(0); // the client's own threads wait a minute for more to do
  }
}
