package dev.lblc.gateway.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
  /** It asks for none of the protocols of the listener by ALPN. */
  NO_COMMON_ALPN("the client asks by ALPN for protocols alone that this listener does not speak"),
  /** It has shown no certificate. */
  NO_CLIENT_CERTIFICATE("the client shows no certificate, which this listener requires"),
  /** Its certificate is not accepted. */
  CLIENT_CERTIFICATE_REFUSED("the certificate of the client is not accepted"),
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

  /** As the JDK writes it, and as OpenSSL does: {@code SSLV3_ALERT_CERTIFICATE_UNKNOWN}, {@code TLSV1_UNRECOGNIZED_NAME}. */
  private static final Pattern ALERT_NAME =
      Pattern.compile("(?:fatal alert: |:SSLV3_ALERT_|:TLSV1_ALERT_|:TLSV1_)(\\w+)");

  /** Parts of the messages of the JDK, and then of OpenSSL. */
  private static final Map<TlsFailure, List<String>> WORDS = Map.of(
      NO_COMMON_PROTOCOL,
      List.of("requested protocol", "protocol version", "UNSUPPORTED_PROTOCOL"),
      NO_COMMON_CIPHER,
      List.of(
          "cipher suites in common",
          "authentication scheme",
          "CertificateVerify",
          "NO_SHARED_CIPHER",
          "NO_COMMON_SIGNATURE_ALGORITHMS",
          "Unable to find key material"),
      NO_COMMON_ALPN,
      List.of("no common protocol in"),
      NO_CLIENT_CERTIFICATE,
      List.of("Empty client certificate chain", "PEER_DID_NOT_RETURN_A_CERTIFICATE"));

  private final String words;

  TlsFailure(String words) {
    this.words = words;
  }

  /** Returns the value of the metric's label. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind of a failure, as far as the words of the JDK or OpenSSL tell. */
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
    for (Map.Entry<TlsFailure, List<String>> words : WORDS.entrySet()) {
      if (words.getValue().stream().anyMatch(message::contains)) {
        return words.getKey();
      }
    }
    if (certificateFault(cause) != null) {
      return CLIENT_CERTIFICATE_REFUSED;
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
      case NO_COMMON_PROTOCOL, NO_COMMON_CIPHER, NO_COMMON_ALPN, BROKEN ->
        words + ": " + inOneLine(message);
      case CLIENT_CERTIFICATE_REFUSED ->
        words + ": " + inOneLine(String.valueOf(certificateFault(cause)));
      default -> words;
    };
  }

  private static String inOneLine(String message) {
    return message.replaceAll("\\s*\\R\\s*", " ");
  }

  private static String alert(String message) {
    Matcher name = ALERT_NAME.matcher(message);
    return name.find() ? name.group(1).toLowerCase(Locale.ROOT) : "";
  }

  /** Returns what is wrong with the client's certificate, by the innermost cause that says so; null: nothing says so. */
  private static @Nullable String certificateFault(Throwable cause) {
    String fault = null;
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof GeneralSecurityException) {
        fault = each.getMessage();
      }
    }
    return fault;
  }
}
