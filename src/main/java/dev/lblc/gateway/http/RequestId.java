package dev.lblc.gateway.http;

import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The id of one request, which its server gets and the access log shows. A trusted peer may have given it one; what anybody else sends in
 * its place is dropped, as is what could be used to forge log lines, or to fill them.
 *
 * @param text the id
 * @param isTrace whether it is the id of its trace, too
 * @param lines of the headers that tell the server, each a name and a value
 */
record RequestId(String text, boolean isTrace, List<CharSequence> lines) {
  private static final int LONGEST = 128;
  private static final AsciiString TRACE_PARENT = AsciiString.cached(TraceParent.NAME);
  private static final AsciiString TRACE_STATE = AsciiString.cached(TraceParent.STATE);

  /**
   * Returns the id of a request.
   *
   * @param name of the header that has it, in lower case
   */
  static RequestId of(InboundFacts facts, AsciiString name, IdSource ids) {
    boolean isTrace = TRACE_PARENT.equals(name);
    String given = facts.peerTrusted() ? only(facts.head(), name) : null;
    if (given != null && (isTrace ? TraceParent.isValid(given) : isUsable(given))) {
      // As a line of its own: of two headers with names that some servers take for the same, one is
      // dropped.
      return new RequestId(
          isTrace ? TraceParent.traceId(given) : given, isTrace, List.of(name, given));
    }
    if (isTrace) {
      String begun = TraceParent.begin(ids);
      // What other tracers note of a trace that is over.
      return new RequestId(TraceParent.traceId(begun), true, List.of(name, begun, TRACE_STATE, ""));
    }
    String made = ids.next();
    return new RequestId(made, false, List.of(name, made));
  }

  /** Returns lines that drop its headers and add none, as for trailers: some servers add those to the headers. */
  List<CharSequence> noLines() {
    return isTrace ? List.of(TRACE_PARENT, "", TRACE_STATE, "") : List.of(lines.get(0), "");
  }

  /** Returns the id of the trace that a request belongs to, if its client says so as W3C Trace Context wants it; else null. */
  static @Nullable String traceId(RequestHead head) {
    String given = only(head, TRACE_PARENT);
    return given != null && TraceParent.isValid(given) ? TraceParent.traceId(given) : null;
  }

  private static @Nullable String only(RequestHead head, AsciiString name) {
    List<String> given = head.headers(name);
    return given.size() == 1 ? given.get(0) : null;
  }

  /** Returns whether it has only what ids have: letters, digits and some of the characters between them. */
  private static boolean isUsable(String id) {
    if (id.isEmpty() || id.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean isLetter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
      if (!isLetter && (c < '0' || c > '9') && "-_.:/+=@".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
