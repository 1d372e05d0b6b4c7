package dev.lblc.gateway.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A set of header names, compared without regard to case. Immutable. */
public final class HeaderNames {
  private static final AsciiString[] NOTHING = {};

  /** By length: the length alone tells nearly every name that is looked up from all names in the set. */
  private final AsciiString[][] byLength;

  private HeaderNames(AsciiString[][] byLength) {
    this.byLength = byLength;
  }

  /** Returns the set of these names. */
  public static HeaderNames of(Collection<? extends CharSequence> names) {
    List<List<AsciiString>> lists = new ArrayList<>();
    for (CharSequence name : names) {
      while (lists.size() <= name.length()) {
        lists.add(new ArrayList<>());
      }
      lists.get(name.length()).add(AsciiString.of(name));
    }
    return new HeaderNames(
        lists.stream().map(each -> each.toArray(NOTHING)).toArray(AsciiString[][]::new));
  }

  /** Returns the set of these names. */
  public static HeaderNames of(CharSequence... names) {
    return of(List.of(names));
  }

  /** Returns whether the name is in the set. */
  public boolean contains(CharSequence name) {
    int length = name.length();
    if (length >= byLength.length) {
      return false;
    }
    for (AsciiString each : byLength[length]) {
      if (each.contentEqualsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }
}
