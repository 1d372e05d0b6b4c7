package dev.lblc.gateway.http;

/** The header {@code traceparent} of W3C Trace Context: {@code 00-TRACE-PARENT-FLAGS}, each of them in hexadecimal. */
final class TraceParent {
  /** The name of the header. */
  static final String NAME = "traceparent";

  /** The name of the header that goes with it. */
  static final String STATE = "tracestate";

  private static final int TRACE = 3;
  private static final int TRACE_END = TRACE + 32;
  private static final int PARENT = TRACE_END + 1;
  private static final int PARENT_END = PARENT + 16;
  private static final int FLAGS = PARENT_END + 1;
  private static final int LENGTH = FLAGS + 2;

  private TraceParent() {}

  /** Returns whether it can be used; those of later versions may be longer. */
  static boolean isValid(String value) {
    return value.length() >= LENGTH
        && isHex(value, 0, 2)
        && !value.startsWith("ff")
        && (value.length() == LENGTH || (!value.startsWith("00") && value.charAt(LENGTH) == '-'))
        && value.charAt(TRACE - 1) == '-'
        && isId(value, TRACE, TRACE_END)
        && value.charAt(TRACE_END) == '-'
        && isId(value, PARENT, PARENT_END)
        && value.charAt(PARENT_END) == '-'
        && isHex(value, FLAGS, LENGTH);
  }

  /** Returns the id of the trace, of one that is valid. */
  static String traceId(String value) {
    return value.substring(TRACE, TRACE_END);
  }

  /**
   * Returns the one that begins a trace. It is sampled: with the flag off, servers that do as their parent does would record nothing at
   * all, as they do by default.
   */
  static String begin(IdSource ids) {
    return "00-" + ids.next() + "-" + ids.next().substring(0, PARENT_END - PARENT) + "-01";
  }

  private static boolean isId(String value, int from, int to) {
    boolean isZero = true;
    for (int i = from; i < to; i++) {
      isZero &= value.charAt(i) == '0';
    }
    return !isZero && isHex(value, from, to);
  }

  private static boolean isHex(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = value.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
