package dev.lblc.gateway.log;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One object of JSON a line, in ASCII alone: whatever reads it, by lines and in any encoding, finds the same. A field that has no value
 * is left out. Names of fields stay what they are, and new ones may come.
 *
 * <p>Octets from outside are read as UTF-8; what is none becomes U+FFFD, as decoders do.
 */
final class JsonFormat implements LineFormat {
  private static final long NANOS_OF_MICRO = 1_000;
  private static final int MICROS_OF_MILLI = 1_000;
  private static final char REPLACEMENT = '\ufffd';

  private static final byte[] LISTENER = key("listener");
  private static final byte[] CLIENT = key("client");
  private static final byte[] METHOD = key("method");
  private static final byte[] HOST = key("host");
  private static final byte[] PATH = key("path");
  private static final byte[] PROTOCOL = key("protocol");
  private static final byte[] PORT = key("port");
  private static final byte[] STATUS = key("status");
  private static final byte[] BYTES_IN = key("bytes_in");
  private static final byte[] BYTES_OUT = key("bytes_out");
  private static final byte[] DURATION = key("duration_ms");
  private static final byte[] HEAD = key("head_ms");
  private static final byte[] QUEUE = key("queue_ms");
  private static final byte[] CONNECT = key("connect_ms");
  private static final byte[] SERVICE = key("service");
  private static final byte[] SERVER = key("server");
  private static final byte[] DECISION = key("decision");
  private static final byte[] RETRIES = key("retries");
  private static final byte[] END = key("end");
  private static final byte[] ERROR = key("error");
  private static final byte[] TLS = key("tls");
  private static final byte[] SNI = key("sni");
  private static final byte[] USER_AGENT = key("user_agent");
  private static final byte[] REQUEST_ID = key("request_id");
  private static final byte[] TRACE_ID = key("trace_id");

  private static byte[] key(String name) {
    return (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void write(String listener, long epochMillis, AccessFacts facts, LineBuffer to) {
    to.add("{\"time\":\"");
    to.time(LineTime.Form.UTC, epochMillis);
    to.add('"');
    text(LISTENER, listener, to);
    text(CLIENT, facts.client(), to);
    if (facts.isConnection()) {
      number(PORT, facts.port(), to);
      text(PROTOCOL, facts.protocol(), to);
    } else {
      octets(METHOD, facts.method(), to);
      octets(HOST, facts.host(), to);
      String target = facts.target();
      text(PATH, target, target == null ? 0 : LineFormat.shownPath(target), true, to);
      text(PROTOCOL, facts.protocol(), to);
      number(STATUS, facts.status(), to);
    }
    number(BYTES_IN, facts.bytesIn(), to);
    number(BYTES_OUT, facts.bytesOut(), to);
    millis(DURATION, facts.nanos(), to);
    millis(HEAD, facts.headNanos(), to);
    millis(QUEUE, facts.queueNanos(), to);
    millis(CONNECT, facts.connectNanos(), to);
    String service = facts.service();
    text(SERVICE, service, to);
    text(SERVER, facts.server(), to);
    text(DECISION, facts.decision(), to);
    if (service != null) {
      number(RETRIES, facts.retries(), to);
    }
    text(END, facts.end(), to);
    text(ERROR, facts.error(), to);
    text(TLS, facts.tlsVersion(), to);
    octets(SNI, facts.serverName(), to);
    octets(USER_AGENT, facts.userAgent(), to);
    text(REQUEST_ID, facts.requestId(), to);
    text(TRACE_ID, facts.traceId(), to);
    to.add('}');
  }

  private static void number(byte[] key, long value, LineBuffer to) {
    to.add(key);
    to.add(value);
  }

  /** Adds milliseconds with three decimals. */
  private static void millis(byte[] key, long nanos, LineBuffer to) {
    if (nanos < 0) {
      return;
    }
    long micros = nanos / NANOS_OF_MICRO;
    to.add(key);
    to.add(micros / MICROS_OF_MILLI);
    to.add('.');
    to.digits(micros % MICROS_OF_MILLI, 3);
  }

  /** Adds a text of the configuration, or of our own. */
  private static void text(byte[] key, @Nullable String value, LineBuffer to) {
    text(key, value, value == null ? 0 : LineFormat.shown(value), false, to);
  }

  /** Adds a text that came in octets, each of which is a character now. */
  private static void octets(byte[] key, @Nullable String value, LineBuffer to) {
    text(key, value, value == null ? 0 : LineFormat.shown(value), true, to);
  }

  private static void text(
      byte[] key, @Nullable String value, int length, boolean isOctets, LineBuffer to) {
    if (value == null || length == 0) {
      return;
    }
    to.add(key);
    to.add('"');
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        String rest = value.substring(i, length);
        beyondAscii(isOctets ? decoded(rest) : rest, to);
        break;
      }
      ascii(c, to);
    }
    to.add('"');
  }

  private static void beyondAscii(String rest, LineBuffer to) {
    for (int i = 0; i < rest.length(); i++) {
      char c = rest.charAt(i);
      if (c < 0x80) {
        ascii(c, to);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < rest.length()
          && Character.isLowSurrogate(rest.charAt(i + 1))) {
        escaped(c, to);
        escaped(rest.charAt(++i), to);
      } else {
        escaped(Character.isSurrogate(c) ? REPLACEMENT : c, to);
      }
    }
  }

  private static void ascii(char c, LineBuffer to) {
    if (c == '"' || c == '\\') {
      to.add('\\');
      to.add(c);
    } else if (c >= ' ' && c < 0x7f) {
      to.add(c);
    } else {
      escaped(c, to);
    }
  }

  private static void escaped(char c, LineBuffer to) {
    to.add("\\u");
    to.hex(c, 4);
  }

  private static String decoded(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
