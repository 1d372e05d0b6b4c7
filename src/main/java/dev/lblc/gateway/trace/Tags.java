package dev.lblc.gateway.trace;

import io.vertx.core.spi.tracing.TagExtractor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attributes of a span, by the names of OpenTelemetry's conventions and {@code lblc.*}. Confined to one thread. */
public final class Tags {
  /** Hands them to a tracer. */
  static final TagExtractor<Tags> EXTRACTOR = new TagExtractor<>() {
    @Override
    public int len(Tags tags) {
      return tags.texts.size() / 2;
    }

    @Override
    public String name(Tags tags, int index) {
      return tags.texts.get(2 * index);
    }

    @Override
    public String value(Tags tags, int index) {
      return tags.texts.get(2 * index + 1);
    }
  };

  private final List<String> texts = new ArrayList<>();

  /** Creates an empty list. */
  public Tags() {}

  /** Adds an attribute, unless its value is null. */
  public Tags add(String name, @Nullable String value) {
    if (value != null) {
      texts.add(name);
      texts.add(value);
    }
    return this;
  }
}
