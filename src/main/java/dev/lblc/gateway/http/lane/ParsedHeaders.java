package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.HeaderView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers of a head that was read, where they stand. Makes strings of those only that somebody asks for. */
class ParsedHeaders implements HeaderView {
  private static final int CASE = 0x20;

  final HeadParser head;
  final byte[] bytes;

  /** Creates the view of a head that {@code head} has read from {@code bytes}, which stay as they are. */
  ParsedHeaders(HeadParser head, byte[] bytes) {
    this.head = head;
    this.bytes = bytes;
  }

  @Override
  public @Nullable String header(CharSequence name) {
    int found = find(name, 0);
    return found < 0 ? null : value(found);
  }

  @Override
  public List<String> headers(CharSequence name) {
    int found = find(name, 0);
    if (found < 0) {
      return List.of();
    }
    int next = find(name, found + 1);
    if (next < 0) {
      return List.of(value(found));
    }
    List<String> values = new ArrayList<>();
    for (int i = found; i >= 0; i = find(name, i + 1)) {
      values.add(value(i));
    }
    return values;
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return find(name, 0) >= 0;
  }

  final String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private String value(int header) {
    return text(head.valueStart(header), head.valueEnd(header));
  }

  private int find(CharSequence name, int from) {
    for (int i = from; i < head.count(); i++) {
      if (head.nameEnd(i) - head.nameStart(i) == name.length() && is(name, head.nameStart(i))) {
        return i;
      }
    }
    return -1;
  }

  private boolean is(CharSequence name, int start) {
    for (int i = 0; i < name.length(); i++) {
      char wanted = name.charAt(i);
      int octet = bytes[start + i] & 0xff;
      if (octet != wanted && !(isLetter(octet) && (octet ^ CASE) == wanted)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(int octet) {
    int lower = octet | CASE;
    return lower >= 'a' && lower <= 'z';
  }
}
