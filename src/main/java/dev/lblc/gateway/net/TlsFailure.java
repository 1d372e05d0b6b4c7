package dev.lblc.gateway.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why no TLS came about with a client. */
enum TlsFailure {
  /** It spoke HTTP in clear text, and was told so. */
  CLEAR_TEXT("the client speaks HTTP in clear text; it got a 400 that says so"),
  /** What it sent is no TLS. */
  NOT_TLS("what the client sent is no TLS"),
  /** It does not accept the certificate of the listener. */
  CERTIFICATE_REJECTED("the client does not accept the certificate of this listener"),
  /** It gave up for another reason. */
  ALERT("the client gave up"),
  /** It speaks other versions of TLS only. */
  NO_COMMON_PROTOCOL("the client speaks no version of TLS that this listener speaks"),
  /** It has no cipher or signature in common with the listener and its certificate. */
  NO_COMMON_CIPHER("the client and this listener have no cipher suite in common"),
  /** It did not go on. */
  TIMEOUT("the client did not complete the handshake in time"),
  /** The connection was closed within the handshake. */
  CLOSED("the connection was closed within the handshake"),
  /** Anything else. */
  BROKEN("the handshake is broken");

  /** The alerts of RFC 8446 6.2 that speak of the certificate. */
  private static final Set<String> OF_CERTIFICATES = Set.of(
      "bad_certificate",
      "unsupported_certificate",
      "certificate_revoked",
      "certificate_expired",
      "certificate_unknown",
      "unknown_ca",
      "bad_certificate_status_response");

  private static final Pattern ALERT_NAME = Pattern.compile("fatal alert: (\\w+)");

  private final String words;

  TlsFailure(String words) {
    this.words = words;
  }

  /** Returns the value of the metric's label. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind of a failure, as far as the words of the JDK tell. */
  static TlsFailure of(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    String alert = alert(message);
    if (!alert.isEmpty()) {
      return OF_CERTIFICATES.contains(alert) ? CERTIFICATE_REJECTED : ALERT;
    }
    if (cause instanceof ClearTextException) {
      return CLEAR_TEXT;
    }
    if (cause instanceof NotSslRecordException) {
      return NOT_TLS;
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return TIMEOUT;
    }
    if (message.contains("requested protocol") || message.contains("protocol version")) {
      return NO_COMMON_PROTOCOL;
    }
    if (message.contains("cipher suites in common")
        || message.contains("authentication scheme")
        || message.contains("CertificateVerify")) {
      return NO_COMMON_CIPHER;
    }
    boolean isClosed = cause instanceof ClosedChannelException
        || message.contains("closed")
        || message.contains("reset by peer");
    return isClosed && cause instanceof IOException ? CLOSED : BROKEN;
  }

  /** Returns what happened, with the alert or the words of the JDK where they say more. */
  String describe(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return switch (this) {
      case CERTIFICATE_REJECTED, ALERT -> words + ": alert " + alert(message);
      case NO_COMMON_PROTOCOL, NO_COMMON_CIPHER, BROKEN ->
        words + ": " + message.replaceAll("\\s*\\R\\s*", " ");
      default -> words;
    };
  }

  private static String alert(String message) {
    Matcher name = ALERT_NAME.matcher(message);
    return name.find() ? name.group(1) : "";
  }
}
