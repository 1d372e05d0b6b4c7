package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.HeaderPlan;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * The writer of a header plan that copies octets: runs of headers that go on as they came, then the lines of the plan. Confined to
 * one thread.
 */
final class PlanWriter {
  private final Slice name = new Slice();

  /** Writes the headers of a head by the plan; the empty line at their end is the caller's. */
  void write(HeadBuffer from, HeaderPlan plan, ByteBuf to) {
    HeadParser head = from.parser();
    byte[] bytes = from.octets();
    int run = -1;
    for (int i = 0; i < head.count(); i++) {
      if (plan.drops(name.at(bytes, head.nameStart(i), head.nameEnd(i)))) {
        if (run >= 0) {
          to.writeBytes(bytes, run, head.nameStart(i) - run);
          run = -1;
        }
      } else if (run < 0) {
        run = head.nameStart(i);
      }
    }
    if (run >= 0) {
      to.writeBytes(bytes, run, head.headersEnd() - run);
    }
    for (int i = 0; i < plan.lines(); i++) {
      line(plan.name(i), plan.value(i), to);
    }
  }

  /** Writes a header. */
  static void line(CharSequence name, CharSequence value, ByteBuf to) {
    text(name, to);
    to.writeByte(Octets.COLON).writeByte(Octets.SPACE);
    text(value, to);
    to.writeByte(Octets.CR).writeByte(Octets.LF);
  }

  /** Writes text as octets; a character above them would be another one in disguise. */
  static void text(CharSequence text, ByteBuf to) {
    if (text instanceof AsciiString ascii) {
      to.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
      return;
    }
    for (int i = 0; i < text.length(); i++) {
      char octet = text.charAt(i);
      if (octet > 0xff || (octet != Octets.SPACE && !Octets.isValue((byte) octet))) {
        throw new IllegalArgumentException("a character that no header may have: " + (int) octet);
      }
      to.writeByte(octet);
    }
  }
}
