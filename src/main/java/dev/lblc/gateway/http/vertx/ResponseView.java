package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.ResponseHead;
import io.vertx.core.http.HttpClientResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a response as Vert.x has read it. */
record ResponseView(HttpClientResponse response) implements ResponseHead {
  @Override
  public int status() {
    return response.statusCode();
  }

  @Override
  public @Nullable String phrase() {
    return response.statusMessage();
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return response.headers().get(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return response.headers().getAll(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return response.headers().contains(name);
  }
}
