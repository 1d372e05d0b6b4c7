package dev.lblc.gateway.http.vertx;

/** A request line with a version of HTTP that is not spoken in this form. */
final class UnsupportedVersionException extends IllegalArgumentException {
  UnsupportedVersionException(String version) {
    super(version);
  }
}
