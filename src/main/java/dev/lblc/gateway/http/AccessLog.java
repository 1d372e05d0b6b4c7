package dev.lblc.gateway.http;

import dev.lblc.gateway.net.AccessLine;
import dev.lblc.plugin.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The access log of exchanges, one line for each: client, method, path without query, protocol, status, bytes of body sent,
 * milliseconds, service, server, reason of the choice, and why the exchange failed. A dash stands for what is not known. The
 * log never shows a destination, a header or a query.
 */
public final class AccessLog {
  private AccessLog() {}

  /**
   * Writes the line of an exchange.
   *
   * @param last of its leases; null: it had none
   * @param failure why it failed; null: it did not
   */
  static void write(
      String client,
      RequestHead head,
      int status,
      long bytes,
      long nanos,
      @Nullable String service,
      @Nullable Lease last,
      @Nullable String failure) {
    write(
        client,
        head.method(),
        head.target(),
        head.protocol(),
        status,
        bytes,
        nanos,
        service,
        last == null ? null : last.server().id(),
        last == null ? null : last.reason().label(),
        failure);
  }

  /**
   * Writes a line.
   *
   * @param path as the client sent it, with or without a query
   */
  static void write(
      String client,
      String method,
      @Nullable String path,
      @Nullable Protocol protocol,
      int status,
      long bytes,
      long nanos,
      @Nullable String service,
      @Nullable String server,
      @Nullable String reason,
      @Nullable String failure) {
    new AccessLine()
        .text(client)
        .text(method)
        .text(withoutQuery(path))
        .text(protocol == null ? null : protocol.text())
        .number(status)
        .number(bytes)
        .millis(nanos)
        .text(service)
        .text(server)
        .text(reason)
        .end(failure);
  }

  /** Writes the line of a connection that was refused before its first request, if access logs are on. */
  public static void refused(String client, Failure why) {
    if (AccessLine.isOn()) {
      write(client, "-", null, null, why.status(), 0, 0, null, null, null, why.reason());
    }
  }

  private static @Nullable String withoutQuery(@Nullable String path) {
    int question = path == null ? -1 : path.indexOf('?');
    return path != null && question >= 0 ? path.substring(0, question) : path;
  }
}
