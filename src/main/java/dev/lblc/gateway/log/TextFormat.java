package dev.lblc.gateway.log;

import org.jspecify.annotations.Nullable;

/**
 * Columns with a space between them, of which only the last may have spaces in it; a dash is for what is not known. Nothing that a
 * client sends can begin a line or a column: such characters are written as {@code \}{@code u} and four digits. Scripts of users read
 * these lines: columns stay what they are.
 *
 * <pre>
 *   time client method path version status bytes ms service server decision error
 *   time client TCP    :port -      in     out   ms service server decision error
 * </pre>
 */
final class TextFormat implements LineFormat {
  private static final long TENTHS_OF_MILLIS = 100_000;

  @Override
  public void write(String listener, long epochMillis, AccessFacts facts, LineBuffer to) {
    to.time(LineTime.Form.LOCAL, epochMillis);
    column(facts.client(), to);
    if (facts.isConnection()) {
      column(facts.protocol(), to);
      to.add(" :");
      to.add(facts.port());
      to.add(" - ");
      to.add(facts.bytesIn());
      to.add(' ');
      to.add(facts.bytesOut());
    } else {
      column(facts.method(), to);
      String target = facts.target();
      column(target, target == null ? 0 : LineFormat.shownPath(target), to);
      column(facts.protocol(), to);
      to.add(' ');
      to.add(facts.status());
      to.add(' ');
      to.add(facts.bytes());
    }
    to.add(' ');
    long tenths = facts.nanos() / TENTHS_OF_MILLIS;
    to.add(tenths / 10);
    to.add('.');
    to.add(tenths % 10);
    column(facts.service(), to);
    column(facts.server(), to);
    column(facts.decision(), to);
    to.add(' ');
    String error = facts.error();
    if (error == null) {
      to.add('-');
    } else {
      escaped(error, LineFormat.shown(error), true, to);
    }
  }

  private static void column(@Nullable String text, LineBuffer to) {
    column(text, text == null ? 0 : LineFormat.shown(text), to);
  }

  private static void column(@Nullable String text, int length, LineBuffer to) {
    to.add(' ');
    if (text == null || length == 0) {
      to.add('-');
    } else {
      escaped(text, length, false, to);
    }
  }

  private static void escaped(String text, int length, boolean mayHaveSpaces, LineBuffer to) {
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if ((c > ' ' && c < 0x7f && c != '\\') || (c == ' ' && mayHaveSpaces)) {
        to.add(c);
      } else {
        to.add("\\u");
        to.hex(c, 4);
      }
    }
  }
}
