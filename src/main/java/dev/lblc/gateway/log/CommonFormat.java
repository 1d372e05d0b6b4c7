package dev.lblc.gateway.log;

import org.jspecify.annotations.Nullable;

/**
 * The common log format of NCSA: {@code client - - [time] "request line" status bytes}. The request line has no query. Quotes and
 * backslashes have a backslash before them, other characters beyond ASCII and controls are {@code \x} and two digits, as servers of
 * HTTP write them. For HTTP alone.
 */
final class CommonFormat implements LineFormat {
  @Override
  public void write(String listener, long epochMillis, AccessFacts facts, LineBuffer to) {
    known(facts.client(), to);
    to.add(" - - [");
    to.time(LineTime.Form.COMMON, epochMillis);
    to.add("] \"");
    known(facts.method(), to);
    to.add(' ');
    String target = facts.target();
    known(target, target == null ? 0 : LineFormat.shownPath(target), to);
    to.add(' ');
    known(facts.protocol(), to);
    to.add("\" ");
    to.add(facts.status());
    to.add(' ');
    long bytes = facts.bytes();
    if (bytes == 0) {
      to.add('-'); // so the format has it
    } else {
      to.add(bytes);
    }
  }

  private static void known(@Nullable String text, LineBuffer to) {
    known(text, text == null ? 0 : LineFormat.shown(text), to);
  }

  private static void known(@Nullable String text, int length, LineBuffer to) {
    if (text == null || length == 0) {
      to.add('-');
      return;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        to.add('\\');
        to.add(c);
      } else if (c > ' ' && c < 0x7f) {
        to.add(c);
      } else {
        to.add("\\x");
        to.hex(c, 2);
      }
    }
  }
}
