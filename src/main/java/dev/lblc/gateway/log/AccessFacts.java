package dev.lblc.gateway.log;

import org.jspecify.annotations.Nullable;

/**
 * What can be logged of an exchange or of a TCP connection that has ended. Each value is asked for at most once, and only if the
 * form of the log has it, so a costly one is made when it is asked for. Texts that came from outside are passed as they came: octets
 * above 127 are the characters with their numbers. Confined to the event loop of the exchange or connection.
 */
public interface AccessFacts {
  /** Stands for a duration that does not exist. */
  long NONE = -1;

  /** Returns whether this is a connection of TCP: it has a port, and no method, host, target and status. */
  boolean isConnection();

  /** Returns the address of the client; empty: not known. */
  String client();

  /** Returns the method of a request; null: not known. */
  default @Nullable String method() {
    return null;
  }

  /** Returns the host that was asked, as it came; null: not known. */
  default @Nullable String host() {
    return null;
  }

  /** Returns the target of a request as it came, with its query; null: not known. */
  default @Nullable String target() {
    return null;
  }

  /** Returns the version of HTTP; for a connection {@code TCP}, or {@code TLS} if that ends here; null: not known. */
  @Nullable
  String protocol();

  /** Returns the port that a connection came to. */
  default int port() {
    return 0;
  }

  /** Returns the status that the client has seen, or would have. */
  default int status() {
    return 0;
  }

  /** Returns how many bytes the client has sent: of a request those of its body, and those that went through its tunnel. */
  default long bytesIn() {
    return 0;
  }

  /** Returns how many bytes were sent to the client: of an answer those of its body, and those that went through its tunnel. */
  default long bytesOut() {
    return 0;
  }

  /** Returns the bytes of a format that has one number for them: those to the client, of a tunnel those of both directions. */
  default long bytes() {
    return bytesOut();
  }

  /** Returns how long it took, in nanoseconds. */
  default long nanos() {
    return 0;
  }

  /** Returns how long it took until the head of a server's answer had come, in nanoseconds; {@link #NONE}: none came. */
  default long headNanos() {
    return NONE;
  }

  /** Returns how long it waited in the queue of its service, in nanoseconds; {@link #NONE}: it did not. */
  default long queueNanos() {
    return NONE;
  }

  /** Returns how long the last attempt to connect to a server took, in nanoseconds; {@link #NONE}: none succeeded. */
  default long connectNanos() {
    return NONE;
  }

  /** Returns the name of the service; null: none. */
  default @Nullable String service() {
    return null;
  }

  /** Returns the id of the last server that was chosen; null: none was. */
  default @Nullable String server() {
    return null;
  }

  /** Returns the label of the reason of that choice; null: none was made. */
  default @Nullable String decision() {
    return null;
  }

  /** Returns how many servers were given up. */
  default int retries() {
    return 0;
  }

  /** Returns the label of how it ended, as in metrics. */
  String end();

  /** Returns in words why it failed; null: it did not. */
  @Nullable
  String error();

  /** Returns the version of TLS that the client speaks; null: clear text, or not known. */
  default @Nullable String tlsVersion() {
    return null;
  }

  /** Returns the server name of the TLS handshake; null: none. */
  default @Nullable String serverName() {
    return null;
  }

  /** Returns the header {@code User-Agent} of a request; null: none. */
  default @Nullable String userAgent() {
    return null;
  }

  /** Returns the id of a request; null: none. */
  default @Nullable String requestId() {
    return null;
  }

  /** Returns the id of the trace that a request belongs to; null: none. */
  default @Nullable String traceId() {
    return null;
  }
}
