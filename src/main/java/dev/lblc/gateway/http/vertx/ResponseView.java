package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.ResponseHead;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import org.jspecify.annotations.Nullable;

/** The head of a response as Vert.x has read it. */
record ResponseView(HttpClientResponse response) implements ResponseHead, MapView {
  @Override
  public int status() {
    return response.statusCode();
  }

  @Override
  public @Nullable String phrase() {
    return response.statusMessage();
  }

  @Override
  public MultiMap map() {
    return response.headers();
  }
}
