package dev.lblc.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why no TLS came about with a server: {@link #label} is the reason in metrics. A label that was released stays what it is: alerts of
 * users depend on it.
 */
public enum UpstreamTlsFailure {
  /** The certificate is for other names. */
  WRONG_NAME("its certificate is for other names"),
  /** The certificate, or one of its authorities', is not valid now. */
  EXPIRED("its certificate, or that of an authority, has expired or is not valid yet"),
  /** The certificate is not of an authority that is trusted. */
  UNKNOWN_CA("its certificate is not of an authority that is trusted"),
  /** The certificate cannot be used for another reason. */
  BAD_CERTIFICATE("its certificate cannot be used"),
  /** The server does not agree on what is spoken over TLS, which is asked by ALPN. */
  NO_COMMON_ALPN("the server does not agree on a version of HTTP"),
  /** The server ended it with another alert. */
  REFUSED("the server refuses"),
  /** What the server sent is no TLS. */
  NOT_TLS("what the server sent is no TLS"),
  /** The server did not go on. */
  TIMEOUT("the server did not complete the handshake in time"),
  /** The connection was closed within the handshake. */
  CLOSED("the server closed the connection within the handshake"),
  /** Anything else. */
  BROKEN("the handshake is broken");

  private static final String OF_ALPN = "no_application_protocol";

  private static final Pattern ALERT_NAME = Pattern.compile("fatal alert: (\\w+)");

  /** What the JDK says of a certificate for other names. Whether it does, a test tells. */
  private static final Pattern OTHER_NAMES = Pattern.compile(
      "(?i)No (subject alternative|name matching)|Illegal given domain name|CN is not");

  /** The alerts of RFC 8446 6.2 about the client's part of a handshake. */
  private static final Set<String> LATE_REFUSALS = Set.of(
      "certificate_required",
      "bad_certificate",
      "unsupported_certificate",
      "certificate_revoked",
      "certificate_expired",
      "certificate_unknown",
      "unknown_ca",
      "access_denied",
      "handshake_failure",
      "decrypt_error");

  private final String words;

  UpstreamTlsFailure(String words) {
    this.words = words;
  }

  /** Returns the value of the metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind of a failure within the handshake, as far as the JDK tells. */
  public static UpstreamTlsFailure of(Throwable cause) {
    boolean isOfCertificate = false;
    boolean isOfPath = false;
    boolean isOfIo = false;
    for (Throwable each = cause; each != null; each = causeOf(each)) {
      UpstreamTlsFailure clear = clear(each);
      if (clear != null) {
        return clear;
      }
      isOfCertificate |= each instanceof CertificateException;
      isOfPath |= each instanceof CertPathBuilderException;
      isOfIo |= isClosure(each);
    }
    return isOfPath ? UNKNOWN_CA : isOfCertificate ? BAD_CERTIFICATE : isOfIo ? CLOSED : BROKEN;
  }

  /**
   * Returns whether a failure after the handshake is the server's refusal of the gateway's certificate, or of none: with TLS 1.3 it
   * says so only then.
   */
  public static boolean isLateRefusal(Throwable cause) {
    for (Throwable each = cause; each != null; each = causeOf(each)) {
      if (each instanceof SSLException && LATE_REFUSALS.contains(alert(each))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable UpstreamTlsFailure clear(Throwable cause) {
    if (cause instanceof SSLException && !alert(cause).isEmpty()) {
      return alert(cause).equals(OF_ALPN) ? NO_COMMON_ALPN : REFUSED;
    }
    if (cause instanceof NotSslRecordException) {
      return NOT_TLS;
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return TIMEOUT;
    }
    if (cause instanceof CertificateExpiredException
        || cause instanceof CertificateNotYetValidException) {
      return EXPIRED;
    }
    if (cause instanceof CertPathValidatorException path) {
      return path.getReason() == BasicReason.EXPIRED
              || path.getReason() == BasicReason.NOT_YET_VALID
          ? EXPIRED
          : path.getReason() == PKIXReason.NO_TRUST_ANCHOR ? UNKNOWN_CA : null;
    }
    return cause instanceof CertificateException
            && OTHER_NAMES.matcher(String.valueOf(cause.getMessage())).find()
        ? WRONG_NAME
        : null;
  }

  private static boolean isClosure(Throwable cause) {
    return cause instanceof SSLException
        ? String.valueOf(cause.getMessage()).contains("closed")
        : cause instanceof IOException; // of the socket
  }

  /**
   * Returns what happened, with the alert or the words of the JDK where they say more.
   *
   * @param offered the protocols among which the server could choose; none: it was not asked
   */
  String describe(Throwable cause, List<String> offered) {
    return switch (this) {
      case NO_COMMON_ALPN ->
        words + ": "
            + (offered.isEmpty()
                ? "it wants to be asked by ALPN, which is done where \"http\" of the service is \"2\": alert "
                    + alertOf(cause)
                : "\"http\" of the service is \"2\", and the server speaks no HTTP/2 (ALPN): "
                    + (alertOf(cause).equals(OF_ALPN) ? "alert " + OF_ALPN : innermost(cause)));
      case REFUSED -> words + ": alert " + alertOf(cause);
      case WRONG_NAME, EXPIRED, BAD_CERTIFICATE, BROKEN -> words + ": " + innermost(cause);
      default -> words;
    };
  }

  private static String alertOf(Throwable cause) {
    for (Throwable each = cause; each != null; each = causeOf(each)) {
      String name = alert(each);
      if (!name.isEmpty()) {
        return name;
      }
    }
    return "unknown";
  }

  private static String alert(Throwable cause) {
    Matcher name = ALERT_NAME.matcher(String.valueOf(cause.getMessage()));
    return name.find() ? name.group(1) : "";
  }

  /** Returns the words of the cause of all causes that has any, in one line. */
  private static String innermost(Throwable cause) {
    String said = cause.toString();
    for (Throwable each = cause; each != null; each = causeOf(each)) {
      if (each.getMessage() != null) {
        said = each.getMessage();
      }
    }
    return said.replaceAll("\\s*\\R\\s*", " ");
  }

  private static @Nullable Throwable causeOf(Throwable of) {
    Throwable cause = of.getCause();
    return cause == of ? null : cause;
  }
}
