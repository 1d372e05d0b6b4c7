package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.HeaderView;
import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers in a header map of Vert.x. */
record MapView(MultiMap map) implements HeaderView {
  @Override
  public @Nullable String header(CharSequence name) {
    return map.get(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return map.getAll(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return map.contains(name);
  }
}
