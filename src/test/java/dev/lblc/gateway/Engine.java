package dev.lblc.gateway;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** What moves the bytes of an HTTP listener; each test of what users see of HTTP runs on every one. */
enum Engine {
  /** The channels themselves. */
  LANE,
  /** Vert.x's server and client. */
  VERTX;

  /** Returns the settings of a listener that make it use this one. */
  JsonObject settings() {
    return new JsonObject().put("engine", name().toLowerCase(Locale.ROOT));
  }
}
