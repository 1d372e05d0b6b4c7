package dev.lblc.plugin;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What {@code event-bus.asyncapi.json}, which is in the jar, says of messages. */
final class EventBusDescription {
  private static final JsonObject DESCRIPTION = read();

  private EventBusDescription() {}

  /** Whether a message is as described; side is {@code request} or {@code reply}. */
  static boolean fits(String channel, String side, JsonObject message) {
    JsonObject schema = DESCRIPTION
        .getJsonObject("channels")
        .getJsonObject(channel)
        .getJsonObject("messages")
        .getJsonObject(side)
        .getJsonObject("payload")
        .copy()
        .put("components", DESCRIPTION.getJsonObject("components"));
    JsonSchemaOptions options =
        new JsonSchemaOptions().setDraft(Draft.DRAFT7).setBaseUri("https://lblc.dev/");
    return Boolean.TRUE.equals(
        Validator.create(JsonSchema.of(schema), options).validate(message).getValid());
  }

  private static JsonObject read() {
    try (InputStream file =
        Objects.requireNonNull(EventBusApi.class.getResourceAsStream("event-bus.asyncapi.json"))) {
      return new JsonObject(new String(file.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
