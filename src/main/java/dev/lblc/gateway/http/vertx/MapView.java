package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.HeaderView;
import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers in a header map of Vert.x. */
@FunctionalInterface
interface MapView extends HeaderView {
  /** Returns the map. */
  MultiMap map();

  @Override
  default @Nullable String header(CharSequence name) {
    return map().get(name);
  }

  @Override
  default List<String> headers(CharSequence name) {
    return map().getAll(name);
  }

  @Override
  default boolean hasHeader(CharSequence name) {
    return map().contains(name);
  }
}
