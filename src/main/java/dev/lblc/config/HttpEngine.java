package dev.lblc.config;

/** What moves the bytes of an HTTP listener. */
public enum HttpEngine {
  /** The gateway's own path for HTTP/1.1; it leaves upgrades and HTTP/2 to the other one. */
  LANE,
  /** The server and client of Vert.x, for everything. */
  VERTX
}
