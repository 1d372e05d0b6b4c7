package dev.lblc.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A reader of JSON by the letter: one object of texts and numbers, each key once, and nothing behind it. */
final class StrictJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private StrictJson() {}

  /** Returns the fields; numbers are doubles. */
  static Map<String, Object> read(String line) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, line);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        require(value.isScalarValue(), line);
        fields.put(key, value.isNumeric() ? (Object) parser.getDoubleValue() : parser.getText());
      }
      require(parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null, line);
    }
    return fields;
  }

  private static void require(boolean isSo, String line) throws IOException {
    if (!isSo) {
      throw new IOException("not an object of texts and numbers: " + line);
    }
  }
}
